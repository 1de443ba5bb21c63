#include "cli/choices.h"

#include <cstdlib>

#include "cli/files.h"
#include "contracts/api/import_window.h"
#include "contracts/api/redaction.h"
#include "contracts/rules/rules.h"

namespace zimmock::cli {

Result<std::int64_t> plan_retention_days(const std::string& plan) {
  std::vector<Choice<std::int64_t>> plans;
  for (const ServicePlan& known : kServicePlans)
    plans.push_back({known.name, known.retention_days});
  return choose("--plan", plan, plans);
}

Result<std::int64_t> parse_rate(const std::string& text) {
  constexpr std::int64_t kMaxRate = 100'000;
  if (text == "off") return 0;
  const auto rate = parse_int64(text);
  if (rate && *rate >= 1 && *rate <= kMaxRate) return *rate;
  return fail(ErrorKind::kUsage,
              fmt::format("--rate: expected calls a second from 1 to {}, or off, got {}", kMaxRate,
                          quote(text)));
}

Result<RuleIds> parse_allowed(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (find_rule(id) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const Rule& rule : all_rules()) known.push_back(rule.id);
    return fail(ErrorKind::kUsage,
                fmt::format("--allow: expected the id of a rule (see `zimmock list rules`), got "
                            "{}{}",
                            quote(id), did_you_mean(id, known)));
  }
  return RuleIds(ids.begin(), ids.end());
}

Result<std::uint32_t> parse_app_id(const std::string& text) {
  const auto number = parse_int64(text);
  if (!number || *number < 0 || *number > UINT32_MAX || text != std::to_string(*number)) {
    return fail(ErrorKind::kUsage,
                fmt::format("app id: expected a decimal number up to 4294967295, got {}",
                            quote_unless_secret(text)));
  }
  return static_cast<std::uint32_t>(*number);
}

std::string given(const std::string& option, const char* variable) {
  if (!option.empty()) return option;
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

Result<Profile> load_profile(const std::string& name_or_file) {
  if (name_or_file == "default") return default_profile();
  if (name_or_file == "strict") return strict_profile();
  const auto text = read_small_file(name_or_file);
  if (!text) {
    return fail(ErrorKind::kUsage, fmt::format("--profile: expected default, strict or a file, got "
                                               "{}: {}",
                                               quote(name_or_file), text.error().message));
  }
  return parse_profile(*text, name_or_file);
}

}  // namespace zimmock::cli
