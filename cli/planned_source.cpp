#include "cli/planned_source.h"

#include "zimmock/system_clock.h"

namespace zimmock::cli {

Result<PlannedSource> plan_source(const SourceOptions& options, SourceJob& job,
                                  PlanOptions plan_options) {
  if (auto set = set_plan_options(options, job, plan_options); !set)
    return tl::unexpected(set.error());
  plan_options.now_ms = SystemClock().wall_ms();
  plan_options.retention_ms = plan_options.now_ms;
  plan_options.calls_per_second = 0;
  plan_options.bad = BadPolicy::kQuarantine;
  auto reader = open_source(job);
  if (!reader) return tl::unexpected(reader.error());
  auto plan = make_plan(**reader, plan_options);
  if (!plan) return tl::unexpected(plan.error());
  add_input_notes(job, plan_options.max_examples, *plan);
  if (auto apart = check_apart(options, *plan); !apart) return tl::unexpected(apart.error());
  return PlannedSource{*std::move(reader), *std::move(plan)};
}

}  // namespace zimmock::cli
