#pragma once

#include "cli/migrate_job.h"

namespace zimmock::cli {

// Plans, and carries out or verifies what the options say; prints as it goes. With a journal that
// an earlier run began (`verify` only), what that run decided is taken from it. Returns the exit
// code.
int run_migration(const MigrateOptions& options);
int verify_journal(MigrateOptions options);

}  // namespace zimmock::cli
