#include "client/lane_queue.h"

#include <algorithm>
#include <tuple>

namespace zimmock {

// Of a heap the greatest is on top: the oldest is the greatest.
bool LaneQueue::Waiting::operator<(const Waiting& other) const {
  return std::tie(time_ms, line, task.lane.side) >
         std::tie(other.time_ms, other.line, other.task.lane.side);
}

LaneQueue::LaneQueue(const MigrationPlan& plan) : plan_(plan) {
  for (std::uint32_t i = 0; i < plan.conversations.size(); ++i) {
    for (const std::uint32_t side : {0U, 1U}) push_from({i, side}, plan.conversations[i].first);
  }
}

void LaneQueue::push_from(Lane lane, std::uint32_t record) {
  for (; record < plan_.conversations[lane.conversation].end; ++record) {
    const PlannedRecord& planned = plan_.records[record];
    if (!plan_.has(lane, planned)) continue;
    heap_.push_back({planned.time_ms, planned.place.line, {lane, record}});
    std::push_heap(heap_.begin(), heap_.end());
    return;
  }
}

std::optional<LaneQueue::Task> LaneQueue::next() {
  const std::lock_guard lock(mutex_);
  if (heap_.empty()) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end());
  const Task task = heap_.back().task;
  heap_.pop_back();
  return task;
}

void LaneQueue::done(const Task& task) {
  const std::lock_guard lock(mutex_);
  push_from(task.lane, task.record + 1);
}

}  // namespace zimmock
