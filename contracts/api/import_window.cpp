#include "contracts/api/import_window.h"

#include <fmt/format.h>

#include "contracts/api/clock.h"

namespace zimmock::inline contract {

const ServicePlan* find_service_plan(std::string_view name) {
  for (const ServicePlan& plan : kServicePlans) {
    if (plan.name == name) return &plan;
  }
  return nullptr;
}

void check_send_time(std::int64_t send_time_ms, const ImportWindow& window, Findings& findings) {
  const std::int64_t oldest_ms = window.now_ms - window.retention_ms;
  if (send_time_ms == 0) return;
  findings.check(RuleId::kImportTimeNegative);
  if (send_time_ms >= 0) findings.check(RuleId::kImportTimeFuture);
  if (send_time_ms >= 0 && send_time_ms <= window.now_ms) {
    findings.check(RuleId::kImportTimeTooOld);
  }
  if (send_time_ms < 0) {
    findings.refuse(RuleId::kImportTimeNegative, "/SendMessageTime", "Unix milliseconds, or 0",
                    std::to_string(send_time_ms));
  } else if (send_time_ms > window.now_ms) {
    findings.refuse(RuleId::kImportTimeFuture, "/SendMessageTime",
                    fmt::format("at most {} (now)", window.now_ms), std::to_string(send_time_ms));
  } else if (send_time_ms < oldest_ms) {
    constexpr std::int64_t kLooksLikeSeconds = 100'000'000'000;  // as milliseconds: March 1973
    const std::string hint = send_time_ms < kLooksLikeSeconds ? ", which looks like seconds" : "";
    findings.refuse(
        RuleId::kImportTimeTooOld, "/SendMessageTime",
        fmt::format("at least {} ({} days ago)", oldest_ms, window.retention_ms / kMillisPerDay),
        std::to_string(send_time_ms) + hint);
  }
}

}  // namespace zimmock::inline contract
