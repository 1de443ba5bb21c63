#include "mock_server/service/secrets.h"

namespace zimmock::mock {

std::vector<std::string> secrets_of(const Service& service) {
  std::vector<std::string> out;
  for (const auto& tenant : service.tenants()) out.push_back(tenant->server_secret());
  return out;
}

}  // namespace zimmock::mock
