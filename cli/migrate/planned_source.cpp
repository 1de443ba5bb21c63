#include "cli/migrate/planned_source.h"

#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {

Result<PlannedSource> plan_source(const SourceOptions& options, SourceJob& job,
                                  client::PlanOptions plan_options) {
  if (auto set = set_plan_options(options, job, plan_options); !set)
    return tl::unexpected(set.error());
  if (plan_options.now_ms == 0) plan_options.now_ms = SystemClock().wall_ms();
  plan_options.retention_ms = plan_options.now_ms;
  plan_options.calls_per_second = 0;
  plan_options.bad = client::BadPolicy::kQuarantine;
  auto reader = open_source(job);
  if (!reader) return tl::unexpected(reader.error());
  auto plan = client::make_plan(**reader, plan_options);
  if (!plan) return tl::unexpected(plan.error());
  add_input_notes(job, plan_options.max_examples, *plan);
  if (auto apart = check_apart(options, *plan); !apart) return tl::unexpected(apart.error());
  return PlannedSource{*std::move(reader), *std::move(plan)};
}

std::vector<std::string> user_lines(const client::MigrationPlan& plan) {
  std::vector<std::string> out;
  for (const auto& [id, user] : plan.names.users) {
    nlohmann::json line{{"Record", "user"}, {"UserId", id}};
    if (!user.user_name.empty()) line["UserName"] = user.user_name;
    if (!user.user_avatar.empty()) line["UserAvatar"] = user.user_avatar;
    out.push_back(printable_json(json_line(line)));
  }
  return out;
}

}  // namespace zimmock::cli
