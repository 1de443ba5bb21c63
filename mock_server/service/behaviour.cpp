#include "mock_server/service/behaviour.h"

#include "mock_server/handlers/handlers.h"

namespace zimmock::mock {

Reply Behaviour::apply(const ServiceCall& call, const nlohmann::json& body) const {
  return handler_of(call.operation)(*call.tenant, body, call.now_ms);
}

const Behaviour& honest_behaviour() {
  static const Behaviour honest;
  return honest;
}

}  // namespace zimmock::mock
