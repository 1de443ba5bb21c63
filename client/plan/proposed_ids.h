#pragma once

// ZIM user ids for people of other services, whose ids are too long or have characters that ZIM
// does not take. (docs/zim-api.md section 2)

#include <set>
#include <string>
#include <string_view>

#include "client/formats/format.h"

namespace zimmock::client {

// An id for each of `people`, by a map's rows where it has one:
// - a valid id stays as it is;
// - of a UUID the hyphens go;
// - anything else is what is readable of it, '-' and 16 hex digits of its digest.
// The same id in every run and whoever else is there, but for the case that it would be somebody
// else's: no two people get one, nor does anybody get one that `decided` gives away.
UserMap propose_user_ids(const std::set<std::string>& people, const UserMap& decided);

}  // namespace zimmock::client
