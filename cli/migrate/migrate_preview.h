#pragma once

#include "cli/command.h"

namespace zimmock::cli {

Run setup_migrate_preview(CLI::App& app);

}  // namespace zimmock::cli
