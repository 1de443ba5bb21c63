#pragma once

#include <atomic>

#include "contracts/api/clock.h"

namespace zimmock::test {

// A clock that moves only when told. Thread-safe.
class ManualClock : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_ms = 1'790'000'000'000) : wall_ms_(wall_ms) {}
  std::int64_t wall_ms() const override { return wall_ms_; }
  std::int64_t monotonic_ns() const override { return wall_ms_ * kNanosPerMilli; }
  void advance_ms(std::int64_t by_ms) { wall_ms_ += by_ms; }
  void set_ms(std::int64_t wall_ms) { wall_ms_ = wall_ms; }

 private:
  std::atomic<std::int64_t> wall_ms_;
};

}  // namespace zimmock::test
