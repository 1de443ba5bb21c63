#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock {

// What an operation answers, before it becomes HTTP.
struct Reply {
  std::int64_t code = 0;
  std::string message;                                // "" : the code's meaning
  nlohmann::json members = nlohmann::json::object();  // beside Code, Message and RequestId
  std::optional<Finding> refusal;                     // what X-Zimmock-Explain says
  std::vector<Finding> warnings;                      // one X-Zimmock-Warn each

  // A refusal with the code that the profile has for the rule broken.
  static Reply refuse(const Profile& profile, Finding finding) {
    Reply reply;
    reply.code = profile.code(finding.rule_id);
    reply.refusal = std::move(finding);
    return reply;
  }
};

}  // namespace zimmock
