#include "cli/migrate_report_plan.h"

#include <nlohmann/json.hpp>

#include "cli/record_places.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {

FindingLog::BadSink BadLines::noting(FindingLog::BadSink next) {
  return [this, next = std::move(next)](std::string_view reason, const RecordFinding& finding) {
    auto found = records_.find(reason);
    if (found == records_.end()) found = records_.emplace(reason, std::vector<NamedRecord>()).first;
    std::vector<NamedRecord>& records = found->second;
    const bool again = !records.empty() && records.back().line == finding.line &&
                       records.back().name.pointer == finding.record.pointer;
    if (!again && records.size() < kMaxReportLines)
      records.push_back({finding.line, finding.record});
    next(reason, finding);
  };
}

const std::vector<NamedRecord>& BadLines::of(std::string_view reason) const {
  static const std::vector<NamedRecord> kNone;
  const auto found = records_.find(reason);
  return found == records_.end() ? kNone : found->second;
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
                          {"lines", lines_of(bad.of(group.reason))},
                          {"places", places_json(bad.of(group.reason))}});
  }
  return json_line(out);
}

}  // namespace zimmock::cli
