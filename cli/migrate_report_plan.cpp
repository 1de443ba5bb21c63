#include "cli/migrate_report_plan.h"

#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"

namespace zimmock::cli {

FindingLog::BadSink BadLines::noting(FindingLog::BadSink next) {
  return [this, next = std::move(next)](std::string_view reason, const RecordFinding& finding) {
    auto found = lines_.find(reason);
    if (found == lines_.end()) found = lines_.emplace(reason, std::vector<std::uint32_t>()).first;
    std::vector<std::uint32_t>& lines = found->second;
    const bool again = !lines.empty() && lines.back() == finding.line;
    if (!again && lines.size() < kMaxReportLines) lines.push_back(finding.line);
    next(reason, finding);
  };
}

const std::vector<std::uint32_t>& BadLines::of(std::string_view reason) const {
  static const std::vector<std::uint32_t> kNone;
  const auto found = lines_.find(reason);
  return found == lines_.end() ? kNone : found->second;
}

std::string plan_note(const MigrationPlan& plan, const BadLines& bad) {
  const PlanCounts& counts = plan.counts;
  nlohmann::json out{{"counts",
                      {{"records", counts.records},
                       {"bad", counts.bad},
                       {"too_old", counts.left_out - counts.bad},
                       {"no_message", counts.skipped},
                       {"other_shards", counts.other_shards},
                       {"not_for_sender", counts.not_for_sender},
                       {"not_for_receiver", counts.not_for_receiver},
                       {"to_sender", counts.to_sender},
                       {"to_receiver", counts.imports - counts.to_sender}}},
                     {"bad", nlohmann::json::array()},
                     {"no_message", plan.facts.skipped},
                     {"shift_ms", plan.shift_ms}};
  for (const FindingGroup& group : plan.findings) {
    if (group.weight != Weight::kBad) continue;
    out["bad"].push_back({{"reason", group.reason},
                          {"statement", group.statement},
                          {"records", group.count},
                          {"lines", bad.of(group.reason)}});
  }
  return json_line(out);
}

}  // namespace zimmock::cli
