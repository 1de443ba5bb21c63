#pragma once

#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "contracts/api/http.h"
#include "contracts/api/profile.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// The body of a call as a JSON object, or the first rule that keeps it from being one: the method,
// that it came whole, its syntax. What is only reported (its Content-Type) is added to `warnings`,
// each rule looked at to `checked`.
tl::expected<nlohmann::json, Finding> read_request_body(const HttpRequest& request,
                                                        const Profile& profile,
                                                        std::vector<Finding>& warnings,
                                                        RuleSet& checked);

}  // namespace zimmock::inline contract
