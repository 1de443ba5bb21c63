#pragma once

// Why a plan is not carried out, in words.

#include <cstdint>
#include <string>
#include <string_view>

#include "client/plan/plan.h"

namespace zimmock::cli {

// What keeps the plan from being executed, or "".
std::string obstacle(const client::MigrationPlan& plan, const client::PlanOptions& options);

// Why there is no record in the plan: no messages in the file, or only what is left out, counted.
std::string nothing_to_import(const client::MigrationPlan& plan);

// "400 messages of groups (ZIM imports conversations of two users only)".
std::string skipped_text(std::string_view kind, std::uint64_t count);

}  // namespace zimmock::cli
