#include "client/import/lane_positions.h"

namespace zimmock::client {

LanePositions::LanePositions(const MigrationPlan& plan, GapPolicy gap)
    : plan_(plan), gap_(gap), positions_(plan.lists.size()) {
  for (Lane lane; lane.list < positions_.size(); ++lane.list)
    positions_[lane.list].next = plan.conversation(lane).first;
}

bool LanePositions::take(const ImportEntry& entry) {
  const ImportKey& key = entry.intent.key;
  if (!is_planned(key)) return false;
  LanePosition& position = positions_[key.lane.list];
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
  if (key.lane.list >= plan_.lists.size()) return false;
  const Conversation& all = plan_.conversation(key.lane);
  return key.record >= all.first && key.record < all.end &&
         plan_.has(key.lane, plan_.records[key.record]);
}

bool LanePositions::is_last(const ImportKey& key) const {
  const std::uint32_t end = plan_.conversation(key.lane).end;
  for (std::uint32_t i = key.record + 1; i < end; ++i) {
    if (plan_.has(key.lane, plan_.records[i])) return false;
  }
  return true;
}

}  // namespace zimmock::client
