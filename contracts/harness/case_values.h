#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contracts/api/result.h"

namespace zimmock::inline contract {

// What the values of a case are written out with.
struct CaseScope {
  std::string user_prefix;                       // begins every user id of the case
  std::map<std::string, nlohmann::json> values;  // of the family, saved, and `i`
  std::int64_t now_ms = 0;
  std::int64_t oldest_ms = 0;
};

// The value with every ${name} and value function in place. Matchers stay, with what is in them
// written out. The Error (kInput) says what cannot be: a name that was not saved, text that is
// none.
Result<nlohmann::json> expand(const nlohmann::json& value, const CaseScope& scope);

// Whether every function in it is a known one, rightly used; the Error (kInput) starts with the
// JSON Pointer. Names are looked up only when it is expanded.
Result<void> check_value(const nlohmann::json& value, const std::string& pointer);

// Decimal digits of an integer, the text itself of a string; "" for anything else.
std::string text_of(const nlohmann::json& value);

}  // namespace zimmock::inline contract
