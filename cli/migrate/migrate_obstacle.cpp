#include "cli/migrate/migrate_obstacle.h"

#include <vector>

#include <fmt/format.h>

#include "client/formats/skipped_kinds.h"

namespace zimmock::cli {

std::string skipped_text(std::string_view kind, std::uint64_t count) {
  const std::string_view why = client::why_skipped(kind);
  return fmt::format("{} {}{}", count, kind, why.empty() ? "" : fmt::format(" ({})", why));
}

std::string nothing_to_import(const client::MigrationPlan& plan) {
  std::vector<std::string> kinds;
  std::uint64_t others = plan.counts.skipped;
  for (const auto& [kind, count] : plan.facts.skipped) {
    kinds.push_back(skipped_text(kind, count));
    others -= count;
  }
  if (others > 0) kinds.push_back(skipped_text("messages that are recalled or deleted", others));
  if (kinds.empty()) return "there are no messages in the file";
  return fmt::format("the file has nothing to import, but {}", fmt::join(kinds, ", "));
}

std::string obstacle(const client::MigrationPlan& plan, const client::PlanOptions& options) {
  if (plan.counts.records == 0) return nothing_to_import(plan);
  std::vector<std::string> reasons;
  if (plan.counts.bad > 0 && options.bad == client::BadPolicy::kStop) {
    reasons.push_back(fmt::format(
        "{} of {} records cannot be imported (--bad quarantine leaves them out, and lists them)",
        plan.counts.bad, plan.counts.records));
  }
  if (plan.counts.too_old > 0 && options.too_old == client::TooOldPolicy::kStop) {
    reasons.push_back(
        fmt::format("{} of {} records are too old, or will be when their turn comes (--time-shift "
                    "newest=now moves all; --too-old skip or clamp)",
                    plan.counts.too_old, plan.counts.records));
  }
  if (reasons.empty() && plan.counts.imports == 0) return "there is nothing left to import";
  return fmt::format("{}", fmt::join(reasons, "; "));
}

}  // namespace zimmock::cli
