#pragma once

// The settings of an App as flags: one for each row of app_settings().

#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "contracts/api/app_settings.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

// What was given, by the setting's name.
using AppSettingFlags = std::map<std::string, std::string, std::less<>>;

// `with_standard`: the help shows what an App has without the flag. `flags` must outlive the app.
void add_app_setting_flags(CLI::App& app, AppSettingFlags& flags, bool with_standard);

// The Error (kUsage) names the flag. A profile is one of the two words, or a file.
Result<void> read_app_setting_flags(const AppSettingFlags& flags, AppSettings& settings);

// As the control API takes them. The mock checks all but the profile's file.
Result<nlohmann::json> to_json(const AppSettingFlags& flags);

}  // namespace zimmock::cli
