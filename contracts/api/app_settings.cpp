#include "contracts/api/app_settings.h"

#include <limits>
#include <vector>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kMaxRate = 100'000;

tl::unexpected<Error> expected(std::string_view what, const json& got, std::string_view hint = "") {
  return fail(ErrorKind::kUsage,
              fmt::format("expected {}, got {}{}", what, value_unless_secret(got), hint));
}

// A number from `min` to `max`.
template <typename Number>
Result<void> read_number(const json& value, std::uint64_t min, std::uint64_t max, Number& out) {
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() >= min &&
                    value.get<std::uint64_t>() <= max;
  if (!fits) return expected(fmt::format("a number from {} to {}", min, max), value);
  out = static_cast<Number>(value.get<std::uint64_t>());
  return {};
}

Result<void> read_plan(const json& value, AppSettings& settings) {
  std::vector<std::string_view> names;
  for (const ServicePlan& plan : kServicePlans) names.push_back(plan.name);
  const std::string name = value.is_string() ? value.get<std::string>() : "";
  const ServicePlan* plan = find_service_plan(name);
  if (plan == nullptr) {
    return expected(fmt::format("{}", fmt::join(names, ", ")), value, did_you_mean(name, names));
  }
  settings.retention_days = plan->retention_days;
  return {};
}

Result<void> read_retention_days(const json& value, AppSettings& settings) {
  return read_number(value, 1, kMaxRetentionDays, settings.retention_days);
}

Result<void> read_rate(const json& value, AppSettings& settings) {
  if (value == "off") {
    settings.calls_per_second.reset();
    return {};
  }
  std::int64_t calls = 0;
  if (!read_number(value, 1, kMaxRate, calls))
    return expected(fmt::format("off, or calls a second from 1 to {}", kMaxRate), value);
  settings.calls_per_second = calls;
  return {};
}

Result<void> read_profile(const json& value, AppSettings& settings) {
  if (value == "default" || value == "strict") {
    settings.profile = value == "strict" ? strict_profile() : default_profile();
    return {};
  }
  if (!value.is_object()) return expected("default, strict or an object", value);
  constexpr std::string_view kWhere = "profile";
  auto parsed = parse_profile(json_line(value), kWhere);
  if (!parsed) {
    Error error = parsed.error();
    if (error.message.starts_with(kWhere)) error.message.erase(0, kWhere.size() + 2);  // ": "
    return tl::unexpected(std::move(error));
  }
  settings.profile = *std::move(parsed);
  settings.profile.name = "custom";
  return {};
}

Result<void> read_clock(const json& value, AppSettings& settings) {
  const auto clock = parse_clock(value.is_string() ? value.get<std::string>() : "");
  // A text that begins like a clock is none's secret.
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  const bool like_a_clock = text.starts_with("frozen:") || text.starts_with("offset:");
  if (!clock && like_a_clock)
    return fail(ErrorKind::kUsage, fmt::format("expected {}, got {}", kClockWords, quote(text)));
  if (!clock) return expected(kClockWords, value);
  settings.clock = *clock;
  return {};
}

Result<void> read_rng_seed(const json& value, AppSettings& settings) {
  return read_number(value, 0, std::numeric_limits<std::int64_t>::max(), settings.rng_seed);
}

Result<void> read_keep_requests(const json& value, AppSettings& settings) {
  return read_number(value, 0, kMaxKeptRequests, settings.keep_requests);
}

constexpr AppSetting kRows[] = {
    {"plan", "free", "free (7 days of history), pro (30) or enterprise (90)", read_plan,
     [](const AppSettings&) { return json(); }},
    {"retention_days", "7", "Instead of the plan's days, 1 to 3650", read_retention_days,
     [](const AppSettings& settings) { return json(settings.retention_days); }},
    {"rate", "20", "Calls a second for each operation, or off", read_rate,
     [](const AppSettings& settings) {
       return settings.calls_per_second ? json(*settings.calls_per_second) : json("off");
     }},
    {"profile", "default", "default, strict, or a profile (see `zimmock list settings`)",
     read_profile, [](const AppSettings& settings) { return json(settings.profile.name); }},
    {"clock", "real", "real, frozen, frozen:2026-10-01T00:00:00Z or offset:+90s (units ms s m h d)",
     read_clock, [](const AppSettings& settings) { return json(to_string(settings.clock)); }},
    {"rng_seed", "1", "Decides MsgIds, Next, page sizes and what faults draw", read_rng_seed,
     [](const AppSettings& settings) { return json(settings.rng_seed); }},
    {"keep_requests", "10000", "The number of requests to keep, the newest; 0 for none",
     read_keep_requests, [](const AppSettings& settings) { return json(settings.keep_requests); }},
};

Result<void> at(std::string_view where, Result<void> read) {
  if (read) return read;
  return fail(read.error().kind, fmt::format("{}: {}", where, read.error().message));
}

}  // namespace

std::span<const AppSetting> app_settings() { return kRows; }

Result<void> read_app_settings(const json& object, AppSettings& settings) {
  for (const AppSetting& row : kRows) {
    const auto found = object.find(row.name);
    if (found == object.end()) continue;
    if (auto read = at(fmt::format("/{}", row.name), row.read(*found, settings)); !read)
      return read;
  }
  return {};
}

Result<void> read_app_setting(const AppSetting& row, const std::string& text,
                              std::string_view where, AppSettings& settings) {
  return at(where, row.read(app_setting_value(text), settings));
}

json app_setting_value(const std::string& text) {
  const auto number = parse_int64(text);
  return number && *number >= 0 ? json(static_cast<std::uint64_t>(*number)) : json(text);
}

}  // namespace zimmock::inline contract
