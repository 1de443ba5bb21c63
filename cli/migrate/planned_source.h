#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/migrate/source_options.h"
#include "client/plan/plan.h"

namespace zimmock::cli {

struct PlannedSource {
  std::unique_ptr<client::SourceReader> reader;
  client::MigrationPlan plan;
};

// What would be imported of the inputs if nothing were too old for that: with the times of the
// source, and bad records left out and counted. `plan_options` may have on_bad, max_examples,
// tagged and now_ms (0: the machine's). The Error says what keeps it from being planned.
Result<PlannedSource> plan_source(const SourceOptions& options, SourceJob& job,
                                  client::PlanOptions plan_options);

// A line of format zim for each user of whom a name or an avatar is known.
std::vector<std::string> user_lines(const client::MigrationPlan& plan);

}  // namespace zimmock::cli
