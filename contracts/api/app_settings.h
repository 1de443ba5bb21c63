#pragma once

// The settings of an App of the mock, a row each: the control API and cases name them, `serve`,
// `exec` and `tenant create` take them as flags (retention_days as --retention-days).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contracts/api/clock_setting.h"
#include "contracts/api/import_window.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"

namespace zimmock::inline contract {

inline constexpr std::int64_t kMaxRetentionDays = 3650;
inline constexpr std::size_t kMaxKeptRequests = 1'000'000;

struct AppSettings {
  Profile profile{};
  std::int64_t retention_days = kServicePlans[0].retention_days;
  std::optional<std::int64_t> calls_per_second = 20;  // of each operation; nothing: no limit
  ClockSetting clock{};
  std::uint64_t rng_seed = 1;
  std::size_t keep_requests = 10'000;
};

struct AppSetting {
  std::string_view name;
  std::string_view standard;  // the value of an App that nobody set it for
  std::string_view what;      // a clause, with the values it takes

  // The Error (kUsage) reads "expected X, got Y". Nothing is set then.
  Result<void> (*read)(const nlohmann::json& value, AppSettings& settings);
  // The value as `read` takes it; null for what is kept as another setting.
  nlohmann::json (*write)(const AppSettings& settings);
};

// In the order in which they are to be read: a plan before the days that may take its place.
std::span<const AppSetting> app_settings();

// Reads the members of `object` that are settings; others are left alone. The Error names the first
// that is wrong: "/rate: expected X, got Y".
Result<void> read_app_settings(const nlohmann::json& object, AppSettings& settings);

// The setting by name from the words of a command line. The Error begins with `where`.
Result<void> read_app_setting(const AppSetting& row, const std::string& text,
                              std::string_view where, AppSettings& settings);

// A flag's text as `read` takes it: whole numbers as numbers.
nlohmann::json app_setting_value(const std::string& text);

}  // namespace zimmock::inline contract
