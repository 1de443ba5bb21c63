#pragma once

#include <vector>

#include "cli/migrate/migrate_job.h"
#include "cli/migrate/run_lock.h"

namespace zimmock::cli {

// Keeps other runs from sending any of the inputs, by their content and by their path, to the same
// service and App. Where no lock can be made it warns on stderr, and the run goes on. An Error
// (kUsage) names the run that is under way.
Result<std::vector<RunLock>> lock_out_others(const MigrateOptions& options, const MigrateJob& job);

}  // namespace zimmock::cli
