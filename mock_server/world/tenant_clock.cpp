#include "mock_server/world/tenant_clock.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock {

using Mode = ClockSetting::Mode;

Result<ClockSetting> parse_clock(std::string_view text) {
  constexpr std::string_view kFrozen = "frozen:", kOffset = "offset:";
  if (text == "real") return ClockSetting{};
  if (text.starts_with(kFrozen)) {
    const auto time = parse_iso_time(text.substr(kFrozen.size()));
    if (time && *time >= kMinClockMs && *time <= kMaxClockMs) {
      return ClockSetting{Mode::kFrozen, *time, 0};
    }
  }
  if (text.starts_with(kOffset)) {
    const auto offset = parse_duration_ms(text.substr(kOffset.size()));
    if (offset && *offset >= -kMaxClockShiftMs && *offset <= kMaxClockShiftMs) {
      return ClockSetting{Mode::kOffset, 0, *offset};
    }
  }
  return fail(ErrorKind::kUsage,
              fmt::format("clock: expected real, frozen:2026-10-01T00:00:00Z (1970 to 2200) or "
                          "offset:+90s (units ms s m h d, up to 36500d), got {}",
                          quote(text)));
}

std::string to_string(const ClockSetting& setting) {
  switch (setting.mode) {
    case Mode::kFrozen:
      return "frozen:" + iso_time(setting.frozen_ms);
    case Mode::kOffset:
      return setting.offset_ms % kMillisPerSecond == 0
                 ? fmt::format("offset:{:+}s", setting.offset_ms / kMillisPerSecond)
                 : fmt::format("offset:{:+}ms", setting.offset_ms);
    case Mode::kReal:
      break;
  }
  return "real";
}

TenantClock::TenantClock(const Clock& machine, const ClockSetting& setting)
    : machine_(machine),
      setting_(setting),
      base_ns_(wall_locked() * kNanosPerMilli),
      since_ns_(machine.monotonic_ns()) {}

std::int64_t TenantClock::wall_ms() const {
  const std::lock_guard lock(mutex_);
  return wall_locked();
}

std::int64_t TenantClock::monotonic_ns() const {
  const std::lock_guard lock(mutex_);
  return monotonic_locked();
}

ClockSetting TenantClock::setting() const {
  const std::lock_guard lock(mutex_);
  return setting_;
}

void TenantClock::set(const ClockSetting& setting) {
  const std::lock_guard lock(mutex_);
  set_locked(setting);
}

void TenantClock::freeze() {
  const std::lock_guard lock(mutex_);
  set_locked({Mode::kFrozen, wall_locked(), 0});
}

bool TenantClock::advance(std::int64_t by_ms) {
  if (by_ms < -kMaxClockShiftMs || by_ms > kMaxClockShiftMs) return false;
  const std::lock_guard lock(mutex_);
  const std::int64_t wall = wall_locked() + by_ms;
  if (wall < kMinClockMs || wall > kMaxClockMs) return false;
  ClockSetting next = setting_;
  if (next.mode == Mode::kFrozen) {
    next.frozen_ms += by_ms;
  } else {
    next.mode = Mode::kOffset;
    next.offset_ms += by_ms;
  }
  set_locked(next);
  return true;
}

std::int64_t TenantClock::wall_locked() const {
  switch (setting_.mode) {
    case Mode::kFrozen:
      return setting_.frozen_ms;
    case Mode::kOffset:
      return machine_.wall_ms() + setting_.offset_ms;
    case Mode::kReal:
      break;
  }
  return machine_.wall_ms();
}

std::int64_t TenantClock::monotonic_locked() const {
  // The difference first: the sum of two readings could overflow.
  const std::int64_t elapsed_ns = machine_.monotonic_ns() - since_ns_;
  return setting_.mode == Mode::kFrozen ? base_ns_ : base_ns_ + elapsed_ns;
}

void TenantClock::set_locked(const ClockSetting& setting) {
  const std::int64_t wall_before = wall_locked();
  base_ns_ = monotonic_locked();
  since_ns_ = machine_.monotonic_ns();
  setting_ = setting;
  // Moved to and fro for centuries in all, it stands at last, rather than overflow.
  constexpr std::int64_t kMaxBaseMs = 8'000'000'000'000;
  const std::int64_t jump_ms = std::max<std::int64_t>(0, wall_locked() - wall_before);
  const std::int64_t room_ms = std::max<std::int64_t>(0, kMaxBaseMs - base_ns_ / kNanosPerMilli);
  base_ns_ += std::min(jump_ms, room_ms) * kNanosPerMilli;
}

}  // namespace zimmock
