#include "cli/contract/served_calls.h"

#include <fmt/format.h>

#include "contracts/api/json_text.h"

namespace zimmock::cli {

void ServedCalls::add(const mock::RequestRecord& record) {
  TrafficTally::Entry entry;
  for (const mock::BrokenRule& broken : record.rules_broken) {
    entry.client_broke.push_back(
        {broken.rule_id, client_severity(broken.rule_id, broken.refused), broken.line});
  }
  entry.client_checked = record.rules_checked;
  const std::lock_guard lock(mutex_);
  if (record.action == "ImportPeerMsg" && record.effect != mock::Effect::kNone) {
    note_import(record, entry);
  }
  tally_.add(entry, tally_.exchanges() + 1);
}

// An answer that a fault had to do with counts as not usable: it was lost or changed, or it came so
// late that the client had given up.
void ServedCalls::note_import(const mock::RequestRecord& record, TrafficTally::Entry& entry) {
  constexpr std::size_t kMaxRemembered = 1'000'000;
  if (imports_.size() >= kMaxRemembered) imports_.clear();
  const bool answered = record.code == 0 && record.faults.empty();
  const auto before =
      imports_.add(record.app_id, json_or_discarded(record.request_body), {answered, ""});
  if (!before) return;
  entry.duplicate = !before->answered;
  entry.note = entry.duplicate
                   ? "ImportPeerMsg: the same message was sent again after an attempt without a "
                     "usable answer, and is stored twice"
                   : "ImportPeerMsg: the same message was sent again after it had been accepted: "
                     "two messages";
}

std::vector<std::string> served_lines(const TrafficTally& tally) {
  std::vector<std::string> breaches, notes;
  for (const auto& [one, count, distinct] : tally.groups()) {
    if (one.allowed) continue;
    std::string line = fmt::format("{} × {}", count, one.line);
    if (distinct > 1) line += fmt::format(" (the first of {} forms)", distinct);
    if (one.severity == Severity::kBreach) {
      breaches.push_back(std::move(line));
    } else {
      notes.push_back("note: " + line);
    }
  }
  for (const TrafficTally::Note& note : tally.notes()) {
    (note.duplicate ? breaches : notes)
        .push_back(fmt::format("{}{} × {} (first in request {})",
                               note.duplicate ? "" : "note: ", note.count, note.line, note.first));
  }
  breaches.insert(breaches.end(), notes.begin(), notes.end());
  return breaches;
}

}  // namespace zimmock::cli
