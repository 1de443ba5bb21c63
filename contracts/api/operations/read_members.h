#pragma once

// What the checks of several operations share.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/operations/operation.h"

namespace zimmock {

// Reads a required user id and checks it; "" if it is none.
std::string read_user_id(FieldReader& reader, std::string_view name, Findings& findings,
                         bool hyphen_allowed = true);

// A member that is not there keeps every limit.
void check_max_bytes(const std::optional<std::string>& text, std::size_t max, RuleId rule_id,
                     std::string pointer, Findings& findings);

// The member if it is a string, or "".
std::string text_member(const nlohmann::json& body, const char* name);

// What is said of a call about one conversation of FromUserId and ToUserId; `list_member` has the
// user whose list it is about.
CallFacts facts_of_two(const nlohmann::json& body, const char* list_member);

}  // namespace zimmock
