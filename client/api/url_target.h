#pragma once

#include <cstdint>
#include <memory>

#include "client/api/curl_transport.h"
#include "client/api/rate_limiter.h"
#include "client/api/signed_query.h"
#include "contracts/harness/target.h"

namespace zimmock::client {

// A service at a URL as a target of the contract's cases: one App, by its credentials, that cannot
// be steered. Used by one thread.
class UrlTarget : public Target {
 public:
  struct Options {
    CurlOptions curl;
    Credentials credentials;
    bool allow_writes = false;
    std::int64_t calls_per_second = 20;  // of all operations together; 0: no limit
    std::int64_t retention_days = 7;     // of the App's plan
  };

  // An Error (kUsage) if the CA file cannot be read. The clock and the waiter must outlive the
  // target and its worlds.
  static Result<std::unique_ptr<UrlTarget>> open(const Options& options, const Clock& clock,
                                                 Waiter& waiter);

  std::string name() const override { return options_.curl.endpoint.url; }
  Needs can() const override { return {options_.allow_writes, false, false, false}; }
  Result<std::unique_ptr<World>> open(const WorldSettings& settings) override;

 private:
  UrlTarget(const Options& options, const Clock& clock, Waiter& waiter,
            std::unique_ptr<Transport> transport);

  const Options options_;
  const Clock& clock_;
  RateLimiter limiter_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace zimmock::client
