#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "client/plan.h"

namespace zimmock {

// Hands out a plan's imports to threads so that within a lane one is under way at a time, oldest
// first, and over all lanes the oldest waiting one is next: what is about to leave the retention
// window goes first. Safe from several threads; the plan must outlive it.
class LaneQueue {
 public:
  struct Task {
    Lane lane;
    std::uint32_t record = 0;  // into plan.records
  };

  explicit LaneQueue(const MigrationPlan& plan);

  // The next import; its lane is the caller's until done(). Nothing if every lane is finished or in
  // another thread's hands, and then there will be nothing for this thread any more.
  std::optional<Task> next();

  // Gives the lane back. A lane that must not go on is just never given back.
  void done(const Task& task);

 private:
  struct Waiting {
    std::int64_t time_ms;
    std::uint32_t line;
    Task task;
    bool operator<(const Waiting& other) const;
  };

  void push_from(Lane lane, std::uint32_t record);

  const MigrationPlan& plan_;
  std::mutex mutex_;
  std::vector<Waiting> heap_;
};

}  // namespace zimmock
