#pragma once

#include "cli/command.h"

namespace zimmock::cli {

Run setup_migrate_convert(CLI::App& app);

}  // namespace zimmock::cli
