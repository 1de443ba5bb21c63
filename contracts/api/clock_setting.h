#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "contracts/api/clock.h"
#include "contracts/api/result.h"

namespace zimmock::inline contract {

// How a tenant's time runs.
struct ClockSetting {
  enum class Mode { kReal, kFrozen, kOffset };
  Mode mode = Mode::kReal;
  std::int64_t frozen_ms = 0;  // Unix milliseconds, for kFrozen; kFrozenNow: when it is set
  std::int64_t offset_ms = 0;  // added to the real time, for kOffset
};

inline constexpr std::int64_t kFrozenNow = -1;

// How far a tenant's time can be moved: what is within can be counted in nanoseconds.
inline constexpr std::int64_t kMinClockMs = 0;                  // 1970-01-01
inline constexpr std::int64_t kMaxClockMs = 7'258'118'400'000;  // 2200-01-01
inline constexpr std::int64_t kMaxClockShiftMs = std::int64_t{36'500} * kMillisPerDay;

inline constexpr std::string_view kClockWords =
    "real, frozen, frozen:2026-10-01T00:00:00Z (1970 to 2200) or offset:+90s (units ms s m h d, up "
    "to "
    "36500d)";

// "real", "frozen" (at what it shows), "frozen:2026-10-01T00:00:00Z", "offset:+90s" (units ms s m h
// d; at most 36500 days).
Result<ClockSetting> parse_clock(std::string_view text);

// The reverse.
std::string to_string(const ClockSetting& setting);

}  // namespace zimmock::inline contract
