#include "mock_server/world/tenant_clock.h"

#include <algorithm>

namespace zimmock::mock {

using Mode = ClockSetting::Mode;

namespace {

ClockSetting resolved(ClockSetting setting, std::int64_t now_ms) {
  if (setting.mode == Mode::kFrozen && setting.frozen_ms == kFrozenNow) setting.frozen_ms = now_ms;
  return setting;
}

}  // namespace

TenantClock::TenantClock(const Clock& machine, const ClockSetting& setting)
    : machine_(machine),
      setting_(resolved(setting, machine.wall_ms())),
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
  setting_ = resolved(setting, wall_before);
  // Moved to and fro for centuries in all, it stands at last, rather than overflow.
  constexpr std::int64_t kMaxBaseMs = 8'000'000'000'000;
  const std::int64_t jump_ms = std::max<std::int64_t>(0, wall_locked() - wall_before);
  const std::int64_t room_ms = std::max<std::int64_t>(0, kMaxBaseMs - base_ns_ / kNanosPerMilli);
  base_ns_ += std::min(jump_ms, room_ms) * kNanosPerMilli;
}

}  // namespace zimmock::mock
