#include "cli/mock/app_setting_flags.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/files.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

constexpr std::string_view kProfile = "profile";

std::string flag_of(std::string_view name) {
  std::string out = fmt::format("--{}", name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

// The name of a profile, or what its file says.
Result<nlohmann::json> profile_value(const std::string& name_or_file) {
  if (name_or_file == "default" || name_or_file == "strict") return nlohmann::json(name_or_file);
  // The file's mistakes are named with its line here; the mock does not have the file.
  if (const auto checked = load_profile(name_or_file); !checked)
    return tl::unexpected(checked.error());
  const auto text = read_small_file(name_or_file);
  if (!text) return tl::unexpected(text.error());
  return json_or_discarded(*text);
}

}  // namespace

void add_app_setting_flags(CLI::App& app, AppSettingFlags& flags, bool with_standard) {
  for (const AppSetting& row : app_settings()) {
    const std::string name(row.name);
    auto* flag = app.add_option_function<std::string>(
        flag_of(name), [&flags, name](const std::string& text) { flags[name] = text; },
        row.name == kProfile ? "default, strict, or a JSON file (see `zimmock list settings`)"
                             : std::string(row.what));
    if (with_standard && row.write(AppSettings{}) != nullptr)
      flag->default_str(std::string(row.standard));
    if (with_standard && row.name == "plan") flag->default_str(std::string(row.standard));
  }
}

Result<void> read_app_setting_flags(const AppSettingFlags& flags, AppSettings& settings) {
  for (const AppSetting& row : app_settings()) {
    const auto given = flags.find(row.name);
    if (given == flags.end()) continue;
    if (row.name == kProfile) {
      auto profile = load_profile(given->second);
      if (!profile) return tl::unexpected(profile.error());
      settings.profile = *std::move(profile);
    } else if (auto read = read_app_setting(row, given->second, flag_of(row.name), settings);
               !read) {
      return read;
    }
  }
  return {};
}

Result<nlohmann::json> to_json(const AppSettingFlags& flags) {
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [name, text] : flags) {
    if (name != kProfile) {
      out[name] = app_setting_value(text);
      continue;
    }
    auto profile = profile_value(text);
    if (!profile) return profile;
    out[name] = *std::move(profile);
  }
  return out;
}

}  // namespace zimmock::cli
