#include "contracts/api/clock_setting.h"

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::inline contract {

using Mode = ClockSetting::Mode;

Result<ClockSetting> parse_clock(std::string_view text) {
  constexpr std::string_view kFrozen = "frozen:", kOffset = "offset:";
  if (text == "real") return ClockSetting{};
  if (text == "frozen") return ClockSetting{Mode::kFrozen, kFrozenNow, 0};
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
              fmt::format("clock: expected {}, got {}", kClockWords, quote(text)));
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

}  // namespace zimmock::inline contract
