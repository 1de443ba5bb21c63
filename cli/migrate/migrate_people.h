#pragma once

// What a plan tells of --users.

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/plan/people.h"
#include "client/plan/plan.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

// An Error (kUsage) that names the people who would become one user.
Result<void> check_nobody_merged(const client::People& people, const std::string& users_file);

// Rows of the plan, name and text, each with `limit` people at most.
std::vector<std::pair<std::string, std::string>> people_rows(const client::People& people,
                                                             std::size_t limit);

// The row of the plan on what users are registered with, or "".
std::string names_row(const client::MigrationPlan& plan);

// Lines of the plan: {"type": "user", "from", "to"} for everybody who gets another id, {"type":
// "merged-user", "to", "from": []}, and {"type": "unknown-user", "id", "meant"} for `max_unknown`
// (0: all) ids of the map that nobody in the source has.
std::vector<nlohmann::json> people_json(const client::People& people, std::size_t max_unknown);

}  // namespace zimmock::cli
