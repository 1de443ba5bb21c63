#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "contracts/api/clock.h"

namespace zimmock::client {

enum class Phase { kPlanning, kRegistering, kImporting, kVerifying };

enum class WaitReason { kRateLimit, kServiceSaidWait, kNoConnection, kInDoubt };
inline constexpr std::size_t kWaitReasons = 4;

// Milliseconds by WaitReason, summed over threads.
using WaitTimes = std::array<std::int64_t, kWaitReasons>;

// What a running migration is doing, for whoever wants to draw it: written by the working threads,
// read at any time by another. The counters belong to the phase, except `throttled`
// and `waited_ns`.
struct ProgressBoard {
  std::atomic<Phase> phase{Phase::kPlanning};
  std::atomic<std::int64_t> done{0};
  std::atomic<std::int64_t> before{0};  // of `done`: by earlier runs, so not by calls of this one
  std::atomic<std::int64_t> total{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<std::int64_t> in_doubt{0};   // lanes whose last call may have been applied, now
  std::atomic<std::int64_t> throttled{0};  // answers that said to wait, in all phases
  std::atomic<int> retry{0};               // of the connection that is being retried, from 1
  std::array<std::atomic<int>, kWaitReasons> waiting{};             // threads waiting, by reason
  std::array<std::atomic<std::int64_t>, kWaitReasons> waited_ns{};  // by threads, waits that ended

  WaitTimes waited_ms() const {
    WaitTimes out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = waited_ns[i] / kNanosPerMilli;
    return out;
  }

  void start(Phase next, std::int64_t of) {
    done = 0;
    before = 0;
    total = of;
    phase = next;
  }
};

// Counts the calling thread as waiting while it lives, and notes for how long that was.
class Waiting {
 public:
  Waiting(ProgressBoard& board, WaitReason reason, const Clock& clock)
      : count_(board.waiting[static_cast<std::size_t>(reason)]),
        waited_ns_(board.waited_ns[static_cast<std::size_t>(reason)]),
        clock_(clock),
        started_ns_(clock.monotonic_ns()) {
    ++count_;
  }
  ~Waiting() {
    --count_;
    waited_ns_ += clock_.monotonic_ns() - started_ns_;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::atomic<int>& count_;
  std::atomic<std::int64_t>& waited_ns_;
  const Clock& clock_;
  const std::int64_t started_ns_;
};

}  // namespace zimmock::client
