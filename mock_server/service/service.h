#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "contracts/api/http.h"
#include "contracts/api/result.h"
#include "mock_server/http/pauses.h"
#include "mock_server/http/wire_answer.h"
#include "mock_server/requests/request_record.h"
#include "mock_server/service/behaviour.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::mock {

using RequestObserver = std::function<void(const RequestRecord&)>;

// The mock ZIM service: an HTTP request in, an HTTP response out, state in between. No sockets.
// Thread-safe; a call blocks on another call of the same tenant only, or for the delay that a fault
// makes.
class Service {
 public:
  // `clock` must outlive the service. `observer` is called once a request, from the thread that
  // dispatches it, after the answer is made; it may be empty.
  explicit Service(const Clock& clock, RequestObserver observer = {}, std::uint64_t rng_seed = 1);

  // --- tenants. A tenant that is removed lives on until the requests in it are answered. ---

  // Adds a world. Fails if the AppId has one.
  Result<std::shared_ptr<Tenant>> add_tenant(std::uint32_t app_id, std::string server_secret,
                                             const TenantOptions& options);
  // Adds one with an AppId that is free (from 1000000001) and a random secret.
  std::shared_ptr<Tenant> create_tenant(const TenantOptions& options);
  bool remove_tenant(std::uint32_t app_id);
  std::shared_ptr<Tenant> find_tenant(std::uint32_t app_id) const;  // or nullptr
  std::vector<std::shared_ptr<Tenant>> tenants() const;             // by AppId

  // --- requests ---

  // Reads the body with `read_body` when it comes to that; without one, the request has its body.
  WireAnswer answer(HttpRequest& request, const BodyReader& read_body = {});

  // The same without what faults do to an answer on its way.
  HttpResponse dispatch(HttpRequest request) { return answer(request).response; }

  // Applies what late effects are due in the tenant; before its state is looked at.
  void settle(Tenant& tenant);

  // The requests that no tenant owns: wrong path, unknown App, no AppId.
  RequestJournal& unmatched() { return unmatched_; }

  // Blocks that long, or until cancel_waits().
  void pause_ms(std::int64_t duration_ms) { pauses_.wait_ms(duration_ms); }

  // Ends the delays and waits of requests being answered, now and from now on: the service is about
  // to stop.
  void cancel_waits();

  std::size_t body_limit_bytes = std::size_t{256} * 1024;  // to be set before the first request

  // Puts another behaviour, which must outlive the service, in the place of the honest one. To be
  // called before the first tenant is added.
  void set_behaviour(const Behaviour& behaviour) { behaviour_ = &behaviour; }

 private:
  friend class Exchange;
  std::string next_request_id();
  std::shared_ptr<Tenant> make_tenant(std::uint32_t app_id, std::string server_secret,
                                      TenantOptions options) const;

  const Clock& clock_;
  RequestObserver observer_;
  std::uint64_t rng_seed_;
  const Behaviour* behaviour_ = &honest_behaviour();
  std::atomic<std::uint64_t> requests_{0};
  Pauses pauses_;
  RequestJournal unmatched_;

  mutable std::shared_mutex tenants_mutex_;
  std::map<std::uint32_t, std::shared_ptr<Tenant>> tenants_;
  std::uint32_t last_created_ = 1'000'000'000;
};

// The service as a Transport, without a socket. An answer that a fault keeps from arriving whole is
// an Error (kInDoubt), as it is on a socket. `service` must outlive it.
class LoopbackTransport : public Transport {
 public:
  explicit LoopbackTransport(Service& service) : service_(service) {}
  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  Service& service_;
};

}  // namespace zimmock::mock
