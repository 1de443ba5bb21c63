#include "cli/migrate/migrate_report_plan.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/migrate/record_places.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {

client::FindingLog::BadSink BadLines::noting(client::FindingLog::BadSink next) {
  return
      [this, next = std::move(next)](std::string_view reason, const client::RecordFinding& finding,
                                     const client::FindingLog::Bad& bad) {
        auto found = records_.find(reason);
        if (found == records_.end())
          found = records_.emplace(reason, std::vector<client::NamedRecord>()).first;
        std::vector<client::NamedRecord>& records = found->second;
        const bool again = !records.empty() && records.back().line == finding.line &&
                           records.back().name.pointer == finding.record.pointer;
        if (!again && records.size() < kMaxReportLines)
          records.push_back({finding.line, finding.record});
        count(finding);
        next(reason, finding, bad);
      };
}

// A record's findings come one after the other.
void BadLines::count(const client::RecordFinding& finding) {
  constexpr std::size_t kMaxConversations = 100'000;
  std::pair place{finding.line, finding.record.pointer};
  if (last_ == place) return;
  last_ = std::move(place);
  if (finding.record.from.empty() || finding.record.to.empty()) return;
  auto users = std::minmax(finding.record.from, finding.record.to);
  if (by_users_.size() >= kMaxConversations && !by_users_.contains(users)) return;
  ++by_users_[users];
}

const std::vector<client::NamedRecord>& BadLines::of(std::string_view reason) const {
  static const std::vector<client::NamedRecord> kNone;
  const auto found = records_.find(reason);
  return found == records_.end() ? kNone : found->second;
}

std::string plan_note(const client::MigrationPlan& plan, const BadLines& bad) {
  const client::PlanCounts& counts = plan.counts;
  nlohmann::json out{{"counts",
                      {{"records", counts.records},
                       {"bad", counts.bad},
                       {"too_old", counts.left_out - counts.bad},
                       {"no_message", counts.skipped},
                       {"other_shards", counts.other_shards},
                       {"not_for_sender", counts.not_for[client::View::kSender]},
                       {"not_for_receiver", counts.not_for[client::View::kReceiver]},
                       {"to_sender", counts.imports_to[client::View::kSender]},
                       {"to_receiver", counts.imports_to[client::View::kReceiver]}}},
                     {"bad", nlohmann::json::array()},
                     {"bad_between", nlohmann::json::array()},
                     {"no_message", plan.facts.skipped},
                     {"shift_ms", plan.shift_ms}};
  for (const client::FindingGroup& group : plan.findings) {
    if (group.weight != client::Weight::kBad) continue;
    out["bad"].push_back({{"reason", group.reason},
                          {"statement", group.statement},
                          {"records", group.count},
                          {"lines", lines_of(bad.of(group.reason))},
                          {"places", places_json(bad.of(group.reason))}});
  }
  for (const auto& [users, records] : bad.by_users())
    out["bad_between"].push_back({users.first, users.second, records});
  return json_line(out);
}

NotedBad::NotedBad(const std::string& plan_note) {
  const nlohmann::json note = json_or_discarded(plan_note);
  if (!note.is_object()) return;
  for (const nlohmann::json& one : note.value("bad_between", nlohmann::json::array())) {
    if (one.is_array() && one.size() == 3 && one[0].is_string() && one[1].is_string())
      records_[{one[0], one[1]}] = one[2].is_number_unsigned() ? one[2].get<std::uint64_t>() : 0;
  }
}

std::uint64_t NotedBad::between(const std::string& one, const std::string& other) const {
  const auto found = records_.find(std::minmax(one, other));
  return found == records_.end() ? 0 : found->second;
}

}  // namespace zimmock::cli
