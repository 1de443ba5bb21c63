#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/http.h"
#include "contracts/api/result.h"
#include "contracts/harness/case_values.h"
#include "contracts/harness/target.h"

namespace zimmock::inline contract {

struct CaseRequest {
  HttpRequest request;        // as it is sent
  std::string masked_target;  // its target with a signature that was made with the secret as "***"
  bool signed_as_documented = true;
};

// The request that a step with "call" describes.
Result<CaseRequest> make_request(const nlohmann::json& step,
                                 const std::map<std::string, nlohmann::json>& bodies,
                                 const CaseScope& scope, const World& world);

}  // namespace zimmock::inline contract
