#include "client/lane_positions.h"

namespace zimmock {

LanePositions::LanePositions(const MigrationPlan& plan, GapPolicy gap)
    : plan_(plan), gap_(gap), positions_(plan.conversations.size()) {
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    for (LanePosition& one : positions_[i]) one.next = plan.conversations[i].first;
  }
}

bool LanePositions::take(const ImportEntry& entry) {
  const ImportKey& key = entry.intent.key;
  if (!is_planned(key)) return false;
  LanePosition& position = positions_[key.lane.conversation][key.lane.side];
  const ImportOutcome outcome = entry.result.outcome;
  const bool again = outcome == ImportOutcome::kNotApplied || outcome == ImportOutcome::kOpen;
  position.next = again ? key.record : key.record + 1;
  if (outcome != ImportOutcome::kNotApplied && outcome != ImportOutcome::kQuarantined)
    position.newest = key.record;
  halted_.erase(key.lane);
  if (halts(entry)) halted_[key.lane] = entry;
  return true;
}

bool LanePositions::halts(const ImportEntry& entry) const {
  if (entry.result.outcome == ImportOutcome::kOpen) return true;
  return entry.result.outcome == ImportOutcome::kQuarantined && gap_ == GapPolicy::kStop &&
         !is_last(entry.intent.key);
}

bool LanePositions::is_planned(const ImportKey& key) const {
  return key.lane.conversation < plan_.conversations.size() && key.lane.side < 2 &&
         key.record >= plan_.conversations[key.lane.conversation].first &&
         key.record < plan_.conversations[key.lane.conversation].end &&
         plan_.has(key.lane, plan_.records[key.record]);
}

bool LanePositions::is_last(const ImportKey& key) const {
  const std::uint32_t end = plan_.conversations[key.lane.conversation].end;
  for (std::uint32_t i = key.record + 1; i < end; ++i) {
    if (plan_.has(key.lane, plan_.records[i])) return false;
  }
  return true;
}

}  // namespace zimmock
