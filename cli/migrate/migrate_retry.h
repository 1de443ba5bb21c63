#pragma once

#include "cli/command.h"

namespace zimmock::cli {

// zimmock migrate retry
Run setup_migrate_retry(CLI::App& app);

}  // namespace zimmock::cli
