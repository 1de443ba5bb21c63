#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/plan/plan.h"

namespace zimmock::client {

// What is known of an import that may have been applied.
struct Doubt {
  std::int32_t attempt = 1;
  std::int64_t timestamp_s = 0;  // that the call was signed with
  std::string why;               // one line
  int absences = 0;              // times that it was looked for and not found
  int sends = 1;                 // calls that ended in doubt, in this run
};

// Hands out a plan's imports to threads so that within a lane one is under way at a time, oldest
// first, and over all lanes the oldest waiting one is next: what is about to leave the retention
// window goes first. Safe from several threads; the plan must outlive it.
class LaneQueue {
 public:
  struct Task {
    Lane lane;
    std::uint32_t record = 0;    // into plan.records
    std::optional<Doubt> doubt;  // nothing: to be sent
    bool is_first = false;       // this run has neither read its list nor sent any of its lane
    int failed_looks = 0;        // times in a row that its list could not be read
  };

  struct Next {
    std::optional<Task> task;             // its lane is the caller's until done() or park()
    std::optional<std::int64_t> wake_ns;  // without a task: when to ask again; nothing: never
  };

  explicit LaneQueue(const MigrationPlan& plan) : plan_(plan) {}

  // Adds a lane at its first record from `record` on, if it has one; its first task is_first.
  void add(Lane lane, std::uint32_t record, bool is_first = false);

  // What is to be done next, at that monotonic time. What was parked and is due comes first.
  Next next(std::int64_t now_ns);

  // Gives the lane back. A lane that must not go on is just never given back.
  void done(const Task& task);

  // Gives the lane back with a task that is to be gone on with at `until_ns`.
  void park(Task task, std::int64_t until_ns);

 private:
  struct Waiting {
    std::int64_t time_ms;
    std::uint64_t offset;
    Lane lane;
    std::uint32_t record;
    bool is_first;
    bool operator<(const Waiting& other) const;
  };
  struct Parked {
    std::int64_t until_ns;
    Task task;
    bool operator<(const Parked& other) const { return until_ns > other.until_ns; }
  };

  void push_from(Lane lane, std::uint32_t record, bool is_first);

  const MigrationPlan& plan_;
  std::mutex mutex_;
  std::vector<Waiting> heap_;
  std::vector<Parked> parked_;  // a heap, the first due on top
};

}  // namespace zimmock::client
