#pragma once

#include <cstdint>
#include <functional>

#include <nlohmann/json_fwd.hpp>

#include "contracts/api/http.h"
#include "contracts/api/operations/operation.h"
#include "mock_server/handlers/reply.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::mock {

class Service;

// A request that is being answered.
struct ServiceCall {
  const HttpRequest& request;
  Tenant* tenant;         // nullptr for a request that belongs to none; never in apply()
  OperationId operation;  // kNotEmulated where it is none of ours
  std::int64_t now_ms;    // the tenant's time, or the machine's
};

// What the service does at each decision. This is the honest one; a test puts another in its place
// to see that the contract suite notices. Called from many threads at once.
class Behaviour {
 public:
  virtual ~Behaviour() = default;

  // Before a tenant is made.
  virtual void make_tenant(TenantOptions& /*options*/) const {}

  // Before anything of a request is judged. Its body is there once `read_body` was called.
  virtual void receive(HttpRequest& /*request*/, const std::function<void()>& /*read_body*/,
                       const Service& /*service*/) const {}

  // The operation itself, of a call that was admitted. Without the tenant's lock.
  virtual Reply apply(const ServiceCall& call, const nlohmann::json& body) const;

  // What is answered, refusals too, before it becomes HTTP.
  virtual void answer(Reply& /*reply*/, const ServiceCall& /*call*/) const {}

  // The answer as it is sent, but for what faults do to it.
  virtual void send(HttpResponse& /*response*/) const {}
};

const Behaviour& honest_behaviour();

}  // namespace zimmock::mock
