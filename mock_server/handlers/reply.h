#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock::mock {

// What an operation answers, before it becomes HTTP.
struct Reply {
  std::int64_t code = 0;
  std::string message;                                // "" : the code's meaning
  nlohmann::json members = nlohmann::json::object();  // beside Code, Message and RequestId
  std::optional<Finding> refusal;                     // what X-Zimmock-Explain says
  std::vector<Finding> warnings;                      // one X-Zimmock-Warn each
  RuleSet rules_checked;                              // kept or broken, up to the refusal

  // A refusal with the code that the profile has for the rule broken.
  static Reply refuse(const Profile& profile, Finding finding) {
    return Reply{}.refused(profile, std::move(finding));
  }

  // What has come together so far, ended by a refusal: warnings and checked rules stay.
  Reply refused(const Profile& profile, Finding finding) && {
    code = profile.code(finding.rule_id);
    members = nlohmann::json::object();
    rules_checked.add(finding.rule_id);
    refusal = std::move(finding);
    return std::move(*this);
  }
};

}  // namespace zimmock::mock
