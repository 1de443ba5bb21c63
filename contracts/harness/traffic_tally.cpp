#include "contracts/harness/traffic_tally.h"

#include <algorithm>

namespace zimmock::inline contract {
namespace {

constexpr std::size_t kKept = 10'000;  // bounds the memory; a finding quotes what was sent

std::size_t index(Side side) { return static_cast<std::size_t>(side); }

}  // namespace

void TrafficTally::add(const Judgement& judgement, std::size_t number) {
  std::vector<Distinct> found;
  for (const SidedFinding& one : judgement.findings) {
    found.push_back({one.side, one.finding.rule_id, one.severity, is_allowed(one.finding.rule_id),
                     one.finding.line(), 1, number});
  }
  count(found, {judgement.client_checked, judgement.server_checked}, number);
  for (const std::string& note : judgement.notes) add_note(note, false, number);
}

void TrafficTally::add(const Entry& entry, std::size_t number) {
  std::vector<Distinct> found;
  for (const Entry::Broken& one : entry.client_broke) {
    found.push_back(
        {Side::kClient, one.rule_id, one.severity, is_allowed(one.rule_id), one.line, 1, number});
  }
  count(found, {entry.client_checked, RuleSet()}, number);
  if (!entry.note.empty()) add_note(entry.note, entry.duplicate, number);
  if (entry.duplicate) ++duplicates_;
}

// In each row an exchange counts once, however often it breaks the rule.
void TrafficTally::count(const std::vector<Distinct>& found, const std::array<RuleSet, 2>& checked,
                         std::size_t number) {
  ++exchanges_;
  std::array<RuleSet, 2> broken;
  bool fails = false, limited = false;
  for (const Distinct& one : found) {
    add_finding(one, number);
    fails = fails || (one.severity == Severity::kBreach && !one.allowed);
    limited = limited || one.severity == Severity::kLimit;
    RuleSet& seen = broken[index(one.side)];
    if (!seen.contains(one.rule_id)) ++counter(one);
    seen.add(one.rule_id);
  }
  if (fails) ++broken_exchanges_;
  if (limited) ++limited_exchanges_;
  for (const Rule& row : all_rules()) {
    for (const Side side : {Side::kClient, Side::kServer}) {
      if (!checked[index(side)].contains(row.rule_id)) continue;
      if (broken[index(side)].contains(row.rule_id)) continue;
      ++counts_[static_cast<std::size_t>(row.rule_id)][index(side)].kept;
    }
  }
}

std::size_t& TrafficTally::counter(const Distinct& found) {
  Counts& counts = counts_[static_cast<std::size_t>(found.rule_id)][index(found.side)];
  switch (found.severity) {
    case Severity::kObserved:
      return counts.observed;
    case Severity::kNote:
    case Severity::kLimit:
      return counts.noted;
    case Severity::kBreach:
      break;
  }
  return found.allowed ? counts.allowed : counts.broken;
}

void TrafficTally::add_finding(const Distinct& found, std::size_t number) {
  std::tuple key{found.side, found.severity, found.line};
  if (const auto known = finding_index_.find(key); known != finding_index_.end()) {
    ++findings_[known->second].count;
    return;
  }
  if (findings_.size() >= kKept) return;
  findings_.push_back(found);
  findings_.back().first = number;
  finding_index_.emplace(std::move(key), findings_.size() - 1);
}

void TrafficTally::add_note(const std::string& line, bool duplicate, std::size_t number) {
  const auto [known, is_new] = note_index_.try_emplace(line, notes_.size());
  if (is_new) notes_.push_back({line, duplicate, 0, number});
  ++notes_[known->second].count;
}

bool TrafficTally::broken() const {
  return broken_exchanges_ > 0 || (policy_.duplicates_fail && duplicates_ > 0);
}

std::size_t TrafficTally::broken_rules(Side side) const {
  return static_cast<std::size_t>(
      std::count_if(counts_.begin(), counts_.end(),
                    [side](const BySide& counts) { return counts[index(side)].broken > 0; }));
}

std::vector<TrafficTally::Group> TrafficTally::groups() const {
  std::vector<Group> out;
  for (const Distinct& one : findings_) {
    auto group = std::find_if(out.begin(), out.end(), [&one](const Group& other) {
      return other.first.side == one.side && other.first.rule_id == one.rule_id &&
             other.first.severity == one.severity;
    });
    if (group == out.end()) group = out.insert(out.end(), {one, 0, 0});
    group->count += one.count;
    ++group->distinct;
  }
  return out;
}

std::vector<TrafficTally::Row> TrafficTally::rows() const {
  std::vector<Row> out;
  for (const Side side : {Side::kClient, Side::kServer}) {
    for (const Rule& row : all_rules()) {
      const Counts& counts = counts_[static_cast<std::size_t>(row.rule_id)][index(side)];
      const Row found{row.rule_id,     side,        counts.kept, counts.broken, counts.allowed,
                      counts.observed, counts.noted};
      if (found.kept + found.breaches() == 0) continue;
      out.push_back(found);
    }
  }
  return out;
}

}  // namespace zimmock::inline contract
