#pragma once

#include <cstdint>
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

// "real", "frozen:2026-10-01T00:00:00Z", "offset:+90s" (units ms s m h d).
Result<ClockSetting> parse_clock(std::string_view text);

// The machine's clock as a tenant sees it. A frozen clock stands still in both readings, so its
// rate limit never frees up either. Thread-safe.
class TenantClock : public Clock {
 public:
  TenantClock(const Clock& machine, const ClockSetting& setting)
      : machine_(machine), setting_(setting) {}

  std::int64_t wall_ms() const override;
  std::int64_t monotonic_ns() const override;
  bool frozen() const { return setting_.mode == ClockSetting::Mode::kFrozen; }

 private:
  const Clock& machine_;
  ClockSetting setting_;
};

}  // namespace zimmock
