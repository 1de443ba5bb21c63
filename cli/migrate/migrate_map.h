#pragma once

#include "cli/command.h"

namespace zimmock::cli {

Run setup_migrate_map(CLI::App& app);

}  // namespace zimmock::cli
