#pragma once

#include <cstdint>

namespace zimmock::inline contract {

// Where a library gets the time from; nothing of ours calls now() itself. Implementations must be
// safe to call from several threads at once.
class Clock {
 public:
  virtual ~Clock() = default;

  // Milliseconds since 1970-01-01T00:00:00Z.
  virtual std::int64_t wall_ms() const = 0;

  // Nanoseconds since an arbitrary fixed point; never goes back.
  virtual std::int64_t monotonic_ns() const = 0;
};

inline constexpr std::int64_t kMillisPerSecond = 1000;
inline constexpr std::int64_t kMillisPerDay = 86'400'000;
inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNanosPerMilli = 1'000'000;

}  // namespace zimmock::inline contract
