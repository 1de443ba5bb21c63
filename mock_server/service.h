#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "contracts/api/http.h"
#include "contracts/api/result.h"
#include "mock_server/tenant.h"

namespace zimmock {

// One request, for the log. Holds no secret and no signature.
struct RequestRecord {
  std::int64_t wall_ms = 0;
  std::int64_t duration_ns = 0;
  std::string request_id;
  std::string action;  // as sent
  std::string app_id;  // as sent
  int status = 200;
  std::int64_t code = 0;
  std::string message;
  std::string rule;                   // the one broken, or ""
  std::string explain;                // what X-Zimmock-Explain says, or ""
  std::vector<std::string> warnings;  // what X-Zimmock-Warn says
  std::size_t request_bytes = 0;      // of the body
  std::size_t response_bytes = 0;
};

using RequestObserver = std::function<void(const RequestRecord&)>;

// The mock ZIM service: an HTTP request in, an HTTP response out, state in between. No sockets.
// Thread-safe; a call never blocks but on another call of the same tenant.
class Service {
 public:
  // `clock` must outlive the service. `observer` is called once a request, from the thread that
  // dispatches it, after the answer is made; it may be empty.
  explicit Service(const Clock& clock, RequestObserver observer = {}, std::uint64_t rng_seed = 1);

  // Adds a world. Fails if the AppId has one. Not to be called while requests are dispatched.
  Result<void> add_tenant(std::uint32_t app_id, std::string server_secret,
                          const TenantOptions& options);

  // Never fails: whatever the request is, there is an answer for it.
  HttpResponse dispatch(const HttpRequest& request);

 private:
  std::string next_request_id();

  const Clock& clock_;
  RequestObserver observer_;
  std::uint64_t rng_seed_;
  std::atomic<std::uint64_t> requests_{0};
  std::map<std::uint32_t, std::unique_ptr<Tenant>> tenants_;
};

// The service as a Transport, without a socket. `service` must outlive it.
class LoopbackTransport : public Transport {
 public:
  explicit LoopbackTransport(Service& service) : service_(service) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    return service_.dispatch(request);
  }

 private:
  Service& service_;
};

}  // namespace zimmock
