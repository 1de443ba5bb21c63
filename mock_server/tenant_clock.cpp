#include "mock_server/tenant_clock.h"

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock {

using Mode = ClockSetting::Mode;

Result<ClockSetting> parse_clock(std::string_view text) {
  constexpr std::string_view kFrozen = "frozen:", kOffset = "offset:";
  if (text == "real") return ClockSetting{};
  if (text.starts_with(kFrozen)) {
    if (const auto time = parse_iso_time(text.substr(kFrozen.size()))) {
      return ClockSetting{Mode::kFrozen, *time, 0};
    }
  }
  if (text.starts_with(kOffset)) {
    if (const auto offset = parse_duration_ms(text.substr(kOffset.size()))) {
      return ClockSetting{Mode::kOffset, 0, *offset};
    }
  }
  return fail(ErrorKind::kUsage,
              fmt::format("clock: expected real, frozen:2026-10-01T00:00:00Z or offset:+90s (units "
                          "ms s m h d), got {}",
                          quote(text)));
}

std::int64_t TenantClock::wall_ms() const {
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

std::int64_t TenantClock::monotonic_ns() const {
  return frozen() ? setting_.frozen_ms * kNanosPerMilli : machine_.monotonic_ns();
}

}  // namespace zimmock
