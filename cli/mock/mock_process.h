#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/mock/ca_store.h"
#include "cli/mock/ready_line.h"
#include "cli/mock/service_options.h"
#include "contracts/api/clock.h"
#include "contracts/api/result.h"
#include "mock_server/service_listeners.h"

namespace zimmock::cli {

// What `serve` and `exec` take to run a mock, as given on the command line.
struct MockOptions {
  std::string listen = "127.0.0.1:7480";
  std::string tls_listen = "127.0.0.1:7443";
  std::string proxy_listen = "off";
  std::string control_listen = "off";  // off: beside the API
  std::string control_token_file;
  int port = -1;  // -1: not given
  std::string ca_dir = default_ca_dir().string();
  std::string cert;
  std::string key;
  std::string log = "auto";  // text at a terminal, else json
  std::size_t body_limit_bytes = mock::ListenerOptions{}.body_limit_bytes;
  ServiceOptions service;
};

// Declares the options; the values that `options` has become their defaults.
void add_mock_options(CLI::App& app, MockOptions& options);

// A mock inside this process: service, listeners, proxy and request log.
class MockProcess {
 public:
  // Everything that is asked for listens when it returns. Warns on stderr about what is open to
  // others or will not work for long. `clock` must outlive the mock; `observer` (may be empty) is
  // told of every request besides the log, from several threads at once.
  static Result<std::unique_ptr<MockProcess>> start(const MockOptions& options, const Clock& clock,
                                                    mock::RequestObserver observer = {});
  // As stop().
  ~MockProcess();

  const ReadyLine& ready() const;
  // Of the App that ready() names. Not for any log.
  const std::string& server_secret() const;
  std::string secret_origin() const;  // see service_options.h

  // What the App that ready() names holds now, as `zimmock state export` prints it; "" if it was
  // deleted.
  std::string state_document();
  // Its requests as `zimmock requests --json` prints them, and how many are no longer kept.
  std::pair<std::string, std::uint64_t> request_lines();

  // TLS connections that clients have opened so far.
  std::size_t tls_connections() const;

  // Finishes the requests being answered and writes what the log still holds, both within 2 s, then
  // closes everything. It takes up to 8 s longer while the log is being read, and longer if it is a
  // file.
  void stop();

 private:
  class Impl;
  explicit MockProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace zimmock::cli
