#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "contracts/api/clock.h"
#include "contracts/api/result.h"

namespace zimmock {

// How a tenant's time runs.
struct ClockSetting {
  enum class Mode { kReal, kFrozen, kOffset };
  Mode mode = Mode::kReal;
  std::int64_t frozen_ms = 0;  // Unix milliseconds, for kFrozen
  std::int64_t offset_ms = 0;  // added to the real time, for kOffset
};

// How far a tenant's time can be moved: what is within can be counted in nanoseconds.
inline constexpr std::int64_t kMinClockMs = 0;                  // 1970-01-01
inline constexpr std::int64_t kMaxClockMs = 7'258'118'400'000;  // 2200-01-01
inline constexpr std::int64_t kMaxClockShiftMs = std::int64_t{36'500} * kMillisPerDay;

// "real", "frozen:2026-10-01T00:00:00Z", "offset:+90s" (units ms s m h d; at most 36500 days).
Result<ClockSetting> parse_clock(std::string_view text);

// The reverse.
std::string to_string(const ClockSetting& setting);

// The machine's clock as a tenant sees it. A frozen clock stands still in both readings, so its
// rate limit frees up only when it is moved. Thread-safe.
class TenantClock : public Clock {
 public:
  // `machine` must outlive the clock.
  TenantClock(const Clock& machine, const ClockSetting& setting);

  std::int64_t wall_ms() const override;

  // Starts at the wall clock's time, runs with the machine's while the wall clock runs, and moves
  // on by what the wall clock is moved forward; moving that back leaves this one where it is.
  std::int64_t monotonic_ns() const override;

  ClockSetting setting() const;
  bool frozen() const { return setting().mode == ClockSetting::Mode::kFrozen; }

  void set(const ClockSetting& setting);

  // Stops at what it shows.
  void freeze();

  // A frozen clock shows `by_ms` later (negative: earlier); a running one goes on from there.
  // False, and nothing changes, if that is more than kMaxClockShiftMs or outside 1970 to 2200.
  bool advance(std::int64_t by_ms);

 private:
  std::int64_t wall_locked() const;
  std::int64_t monotonic_locked() const;
  void set_locked(const ClockSetting& setting);

  const Clock& machine_;
  mutable std::mutex mutex_;
  ClockSetting setting_;
  std::int64_t base_ns_;   // what monotonic_ns() was when the setting was made
  std::int64_t since_ns_;  // what the machine's was then
};

}  // namespace zimmock
