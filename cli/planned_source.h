#pragma once

#include <memory>

#include "cli/source_options.h"
#include "client/plan.h"

namespace zimmock::cli {

struct PlannedSource {
  std::unique_ptr<SourceReader> reader;
  MigrationPlan plan;
};

// What would be imported of the inputs if nothing were too old for that: with the times of the
// source, and bad records left out and counted. `options` may have on_bad and max_examples. The
// Error says what keeps it from being planned.
Result<PlannedSource> plan_source(const SourceOptions& options, SourceJob& job,
                                  PlanOptions plan_options);

}  // namespace zimmock::cli
