#pragma once

// Shared by the rows of several operations.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/operations/operation.h"

namespace zimmock::inline contract {

// Reads a required user id and checks it; "" if it is none.
std::string read_user_id(FieldReader& reader, std::string_view name, Findings& findings,
                         bool hyphen_allowed = true);

// The member if it is a string, or "".
std::string text_member(const nlohmann::json& body, const char* name);

// A row's check() where nobody needs more of a body than what it breaks.
template <auto Check>
CheckedCall check_only(const nlohmann::json& body, const Profile& profile, const ImportWindow&) {
  return CheckedCall{.findings = Check(body, profile).findings};
}

// The facts of a call about the conversation of FromUserId and ToUserId; `list_member` has the user
// whose list it is about, and is "" where the call is about no list.
CallFacts facts_of_two(const nlohmann::json& body, const char* list_member);

// The same where the list is FromUserId's.
CallFacts facts_of_owner(const nlohmann::json& body);

}  // namespace zimmock::inline contract
