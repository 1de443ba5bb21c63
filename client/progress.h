#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace zimmock {

enum class Phase { kPlanning, kRegistering, kImporting, kVerifying };

enum class WaitReason { kRateLimit, kServiceSaidWait, kNoConnection, kInDoubt };
inline constexpr std::size_t kWaitReasons = 4;

// What a running migration is doing, for whoever wants to draw it: written by the working threads,
// read at any time by another. The counters belong to the phase, except `throttled`.
struct ProgressBoard {
  std::atomic<Phase> phase{Phase::kPlanning};
  std::atomic<std::int64_t> done{0};
  std::atomic<std::int64_t> total{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<std::int64_t> in_doubt{0};   // lanes whose last call may have been applied, now
  std::atomic<std::int64_t> throttled{0};  // answers that said to wait, in all phases
  std::atomic<int> retry{0};               // of the connection that is being retried, from 1
  std::array<std::atomic<int>, kWaitReasons> waiting{};  // threads waiting, by reason

  void start(Phase next, std::int64_t of) {
    done = 0;
    total = of;
    phase = next;
  }
};

// Counts the calling thread as waiting while it lives.
class Waiting {
 public:
  Waiting(ProgressBoard& board, WaitReason reason)
      : count_(board.waiting[static_cast<std::size_t>(reason)]) {
    ++count_;
  }
  ~Waiting() { --count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::atomic<int>& count_;
};

}  // namespace zimmock
