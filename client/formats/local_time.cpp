#include "client/formats/local_time.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <vector>

#include <date/tz.h>
#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kThisMachine = "localtime";

date::year_month_day date_of(const LocalTime& time) {
  return {date::year{time.year}, date::month{static_cast<unsigned>(time.month)},
          date::day{static_cast<unsigned>(time.day)}};
}

std::string_view last_part(std::string_view zone) {
  const auto slash = zone.rfind('/');
  return slash == std::string_view::npos ? zone : zone.substr(slash + 1);
}

// The zone that was meant: by its whole name, or by the place alone ("berlin", "US/Los_Angeles").
std::string_view near_zone(std::string_view name, const std::vector<std::string_view>& zones) {
  const std::string_view place = last_part(name);
  for (const std::string_view zone : zones) {
    if (equal_ignoring_case(last_part(zone), place)) return zone;
  }
  if (const auto near = nearest(name, zones); !near.empty()) return near;
  std::vector<std::string_view> places;
  places.reserve(zones.size());
  for (const std::string_view zone : zones) places.push_back(last_part(zone));
  const auto near = nearest(place, places);
  const auto found = std::find(places.begin(), places.end(), near);
  return found == places.end() ? std::string_view{}
                               : zones[static_cast<std::size_t>(found - places.begin())];
}

// Exactly so many digits, which are removed.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool is_local_time(const LocalTime& time) {
  const auto within = [](int value, int most) { return value >= 0 && value <= most; };
  return within(time.year, 9999) && time.month >= 1 && time.month <= 12 && time.day >= 1 &&
         time.day <= 31 && date_of(time).ok() && within(time.hour, 23) && within(time.minute, 59) &&
         within(time.second, 59) && within(time.millisecond, 999);
}

std::optional<LocalTime> parse_local_time(std::string_view text) {
  LocalTime out;
  const auto number = [&](int& into, std::size_t digits) {
    const auto value = take_number(text, digits);
    into = value.value_or(0);
    return value.has_value();
  };
  const bool whole = number(out.year, 4) && take(text, "-") && number(out.month, 2) &&
                     take(text, "-") && number(out.day, 2) && take(text, "T ") &&
                     number(out.hour, 2) && take(text, ":") && number(out.minute, 2);
  if (!whole) return std::nullopt;
  if (take(text, ":") && !number(out.second, 2)) return std::nullopt;
  if (take(text, ".") && !number(out.millisecond, 3)) return std::nullopt;
  if (!text.empty() || !is_local_time(out)) return std::nullopt;
  return out;
}

Result<TimeZone> TimeZone::find(std::string_view name) {
  try {
    const auto& zones = date::get_tzdb().zones;
    std::vector<std::string_view> names;
    for (const auto& zone : zones) {
      if (zone.name() == kThisMachine) continue;
      if (zone.name() == name) {
        zone.get_info(date::sys_seconds{});  // reads its file, which may fail
        return TimeZone(&zone);
      }
      names.push_back(zone.name());
    }
    const std::string_view near = near_zone(name, names);
    const auto hint = near.empty() ? std::string() : fmt::format("; did you mean {}?", near);
    return fail(ErrorKind::kUsage,
                fmt::format("--tz: expected a time zone such as Europe/Berlin, got {}{}",
                            quote(name), hint));
  } catch (const std::exception& error) {
    return fail(ErrorKind::kSystem,
                fmt::format("could not read the system's time zones (is tzdata installed?): {}",
                            printable_line(error.what())));
  }
}

Result<TimeZone> TimeZone::demand(const FormatOptions& options, const std::filesystem::path& path,
                                  std::string_view example) {
  if (!options.time_zone.empty()) return find(options.time_zone);
  if (options.survey != nullptr) return find("UTC");
  return fail(ErrorKind::kUsage,
              fmt::format("{}: its times name no time zone ({}): give --tz, such as --tz "
                          "Europe/Berlin",
                          path.string(), quote(example)));
}

ZonedTime TimeZone::to_unix_ms(const LocalTime& time, std::int64_t not_before_ms) const {
  const auto local = date::local_days(date_of(time)) + std::chrono::hours(time.hour) +
                     std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
                     milliseconds(time.millisecond);
  const auto at = [&](const date::sys_info& period) {
    return milliseconds(local.time_since_epoch() - period.offset).count();
  };
  const date::local_info info = zone_->get_info(local);
  const std::int64_t first = at(info.first);
  if (info.result == date::local_info::nonexistent) return {first, LocalTimeKind::kSkipped};
  if (info.result != date::local_info::ambiguous) return {first, LocalTimeKind::kUnique};
  const std::int64_t second = at(info.second);
  const bool later = first < not_before_ms && second >= not_before_ms;
  return {later ? second : first, LocalTimeKind::kTwice};
}

LocalTime TimeZone::at(std::int64_t unix_ms) const {
  const auto local = zone_->to_local(date::sys_time<milliseconds>(milliseconds(unix_ms)));
  const auto day = date::floor<date::days>(local);
  const date::year_month_day date(day);
  const date::hh_mm_ss<milliseconds> time(local - day);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count()),
          static_cast<int>(time.subseconds().count())};
}

void count_local_time(LocalTimeKind kind, Conversion& out) {
  if (kind == LocalTimeKind::kSkipped) {
    out.repaired("times that the clocks skipped, moved forward with them");
  } else if (kind == LocalTimeKind::kTwice) {
    out.repaired("times that the clocks showed twice, taken as the first if that keeps the order");
  }
}

}  // namespace zimmock::client
