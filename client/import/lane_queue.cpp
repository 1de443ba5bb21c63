#include "client/import/lane_queue.h"

#include <algorithm>
#include <tuple>

namespace zimmock::client {

// Of a heap the greatest is on top: the oldest is the greatest.
bool LaneQueue::Waiting::operator<(const Waiting& other) const {
  return std::tie(time_ms, offset, lane.list) >
         std::tie(other.time_ms, other.offset, other.lane.list);
}

void LaneQueue::add(Lane lane, std::uint32_t record, bool is_first) {
  const std::lock_guard lock(mutex_);
  push_from(lane, record, is_first);
}

void LaneQueue::push_from(Lane lane, std::uint32_t record, bool is_first) {
  for (; record < plan_.conversation(lane).end; ++record) {
    const PlannedRecord& planned = plan_.records[record];
    if (!plan_.has(lane, planned)) continue;
    heap_.push_back({planned.time_ms, planned.place.offset, lane, record, is_first});
    std::push_heap(heap_.begin(), heap_.end());
    return;
  }
}

LaneQueue::Next LaneQueue::next(std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (!parked_.empty() && parked_.front().until_ns <= now_ns) {
    std::pop_heap(parked_.begin(), parked_.end());
    Next out{std::move(parked_.back().task), std::nullopt};
    parked_.pop_back();
    return out;
  }
  if (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Waiting first = heap_.back();
    heap_.pop_back();
    return {Task{first.lane, first.record, std::nullopt, first.is_first}, std::nullopt};
  }
  if (parked_.empty()) return {};
  return {std::nullopt, parked_.front().until_ns};
}

void LaneQueue::done(const Task& task) {
  const std::lock_guard lock(mutex_);
  push_from(task.lane, task.record + 1, false);
}

void LaneQueue::park(Task task, std::int64_t until_ns) {
  const std::lock_guard lock(mutex_);
  parked_.push_back({until_ns, std::move(task)});
  std::push_heap(parked_.begin(), parked_.end());
}

}  // namespace zimmock::client
