#include "contracts/harness/traffic_tally.h"

#include <algorithm>

namespace zimmock {
namespace {

constexpr std::size_t kKept = 10'000;  // bounds the memory; a finding quotes what was sent

std::size_t index(Side side) { return static_cast<std::size_t>(side); }

}  // namespace

void TrafficTally::add(const Judgement& judgement, std::size_t number) {
  ++exchanges_;
  std::array<RuleSet, 2> broken;
  for (const SidedFinding& found : judgement.findings) {
    add_finding(found, number);
    RuleSet& seen = broken[index(found.side)];
    if (seen.contains(found.finding.rule_id)) continue;
    seen.add(found.finding.rule_id);
    Counts& counts = counts_[static_cast<std::size_t>(found.finding.rule_id)][index(found.side)];
    if (found.observed) {
      ++counts.observed;
    } else {
      ++(is_allowed(found.finding.rule_id) ? counts.allowed : counts.broken);
    }
  }
  for (const Rule& row : all_rules()) {
    for (const Side side : {Side::kClient, Side::kServer}) {
      const RuleSet& checked =
          side == Side::kClient ? judgement.client_checked : judgement.server_checked;
      if (!checked.contains(row.rule_id) || broken[index(side)].contains(row.rule_id)) continue;
      ++counts_[static_cast<std::size_t>(row.rule_id)][index(side)].kept;
    }
  }
  for (const std::string& note : judgement.notes) add_note(note, number);
}

void TrafficTally::add_finding(const SidedFinding& found, std::size_t number) {
  std::pair key{found.side, found.finding.line()};
  if (const auto known = finding_index_.find(key); known != finding_index_.end()) {
    ++findings_[known->second].count;
    return;
  }
  if (findings_.size() >= kKept) return;
  findings_.push_back({found.side, found.finding.rule_id, found.observed,
                       is_allowed(found.finding.rule_id), key.second, 1, number});
  finding_index_.emplace(std::move(key), findings_.size() - 1);
}

void TrafficTally::add_note(const std::string& line, std::size_t number) {
  const auto [known, is_new] = note_index_.try_emplace(line, notes_.size());
  if (is_new) notes_.push_back({line, 0, number});
  ++notes_[known->second].count;
}

std::size_t TrafficTally::broken_rules(Side side) const {
  return static_cast<std::size_t>(
      std::count_if(counts_.begin(), counts_.end(),
                    [side](const BySide& counts) { return counts[index(side)].broken > 0; }));
}

std::vector<TrafficTally::Row> TrafficTally::rows() const {
  std::vector<Row> out;
  for (const Side side : {Side::kClient, Side::kServer}) {
    for (const Rule& row : all_rules()) {
      const Counts& counts = counts_[static_cast<std::size_t>(row.rule_id)][index(side)];
      if (counts.kept + counts.broken + counts.allowed + counts.observed == 0) continue;
      out.push_back(
          {row.rule_id, side, counts.kept, counts.broken, counts.allowed, counts.observed});
    }
  }
  return out;
}

}  // namespace zimmock
