#pragma once

#include <cstdint>
#include <mutex>

#include "contracts/api/clock.h"
#include "contracts/api/clock_setting.h"

namespace zimmock::mock {

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

}  // namespace zimmock::mock
