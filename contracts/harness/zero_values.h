#pragma once

// Members of an answer that are 0, and lists without an entry: a service may leave them out, or
// send null for such a list. (docs/zim-api.md section 6)

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "contracts/api/profile.h"

namespace zimmock::inline contract {

// Makes of an answer's members, beside Code, Message and RequestId, what a service sends that goes
// by `zeros`; the entries of its lists too.
void leave_out_zeros(nlohmann::json& members, ZeroValues zeros);

// The reverse, for a reader: puts the lists and numbers that this answer of `action` may lack by
// `zeros` back into it. With kSent, and of what is no object, nothing.
void put_back_zeros(std::string_view action, nlohmann::json& answer, ZeroValues zeros);

}  // namespace zimmock::inline contract
