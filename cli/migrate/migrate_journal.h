#pragma once

#include "cli/command.h"

namespace zimmock::cli {

Run setup_migrate_status(CLI::App& app);
Run setup_migrate_report(CLI::App& app);
Run setup_migrate_verify(CLI::App& app);

}  // namespace zimmock::cli
