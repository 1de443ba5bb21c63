#pragma once

// How old a message may be when it is imported.

#include <cstdint>
#include <string_view>

#include "contracts/api/field_reader.h"

namespace zimmock::inline contract {

// The plan that an App has bought decides how long it keeps messages. (docs/zim-api.md section 4,
// documented)
struct ServicePlan {
  std::string_view name;
  std::int64_t retention_days;
};
inline constexpr ServicePlan kServicePlans[] = {{"free", 7}, {"pro", 30}, {"enterprise", 90}};

// The plan of that name, or nullptr.
const ServicePlan* find_service_plan(std::string_view name);

struct ImportWindow {
  std::int64_t now_ms = 0;
  std::int64_t retention_ms = 0;
};

// Refuses a SendMessageTime outside the window; at most one refusal.
void check_send_time(std::int64_t send_time_ms, const ImportWindow& window, Findings& findings);

}  // namespace zimmock::inline contract
