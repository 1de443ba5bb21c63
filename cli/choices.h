#pragma once

// Option values that several subcommands take, read in one place.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "contracts/api/app_settings.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"
#include "contracts/api/text.h"

namespace zimmock::cli {

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

// The value of the choice named; otherwise an Error that names them all and the nearest.
template <typename Value>
Result<Value> choose(std::string_view option, const std::string& given,
                     const std::vector<Choice<Value>>& choices) {
  std::vector<std::string_view> names;
  for (const auto& choice : choices) {
    if (choice.name == given) return choice.value;
    names.push_back(choice.name);
  }
  return fail(ErrorKind::kUsage,
              fmt::format("{}: expected {}, got {}{}", option, fmt::join(names, ", "), quote(given),
                          did_you_mean(given, names)));
}

// --plan: the days of history that it keeps.
Result<std::int64_t> plan_retention_days(const std::string& plan);

// --rate: calls a second, or 0 for "off".
Result<std::int64_t> parse_rate(const std::string& text);

// --allow: ids of rules that may be broken. An unknown one is an Error that names the nearest.
using RuleIds = std::set<std::string, std::less<>>;
Result<RuleIds> parse_allowed(const std::vector<std::string>& ids);

// An AppId in decimal.
Result<std::uint32_t> parse_app_id(const std::string& text);

// The option's value, or where it is "" the environment variable's, or "".
std::string given(const std::string& option, const char* variable);

// --profile: "default", "strict", or the file with that name.
Result<Profile> load_profile(const std::string& name_or_file);

}  // namespace zimmock::cli
