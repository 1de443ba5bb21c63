#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

inline constexpr std::size_t kMaxUserIdBytes = 32;

// The 26 characters that a user id may have beside letters and digits (docs/zim-api.md section 2).
inline constexpr std::string_view kUserIdSpecials = "!#$%&()+-:;<=.>?@[]^_ {}|~";

// The first rule of section 2 of docs/zim-api.md that `id` breaks, or nothing. A bad character is
// named by its code point and its index (in characters, from 0). What was looked at is added to
// `checked`, if given.
std::optional<Finding> check_user_id(std::string_view id, std::string_view pointer,
                                     bool hyphen_allowed = true, RuleSet* checked = nullptr);

}  // namespace zimmock::inline contract
