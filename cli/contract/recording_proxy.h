#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cli/contract/har_file.h"
#include "cli/mock/request_log.h"
#include "client/api/curl_transport.h"
#include "contracts/api/clock.h"
#include "contracts/harness/exchange_judge.h"
#include "contracts/harness/traffic_tally.h"
#include "mock_server/http/http_listener.h"

namespace zimmock::cli {

// A reverse proxy that changes nothing: it hands each request to the upstream and its answer back,
// and judges both. Only what belongs to a connection stays behind (Host, Connection and the like),
// and Accept-Encoding, so that answers can be read. Nothing is sent twice.
class RecordingProxy {
 public:
  struct Options {
    mock::ListenAddress listen;
    client::CurlOptions upstream;
    JudgeOptions judge;
    VerdictPolicy policy;
    LogForm log = LogForm::kText;
    std::string har;  // file, or ""
  };

  // Listens, and answers, when it returns. The clock must outlive it.
  static Result<std::unique_ptr<RecordingProxy>> start(const Options& options, const Clock& clock);
  ~RecordingProxy();

  std::string url() const;

  // Answers what is under way, then nothing more. An Error says why the archive is not whole.
  Result<void> stop();

  // After stop().
  const TrafficTally& tally() const;
  std::size_t answered() const;  // calls of this API that the upstream answered
  std::size_t others() const;    // requests that are no call of this API, passed on unjudged

 private:
  class Impl;
  explicit RecordingProxy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace zimmock::cli
