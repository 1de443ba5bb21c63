#pragma once

#include "cli/command.h"

namespace zimmock::cli {

// The subcommands of `zimmock contract`, each in cli/contract_<name>.cpp.
Run setup_contract_diff(CLI::App& app);
Run setup_contract_list(CLI::App& app);
Run setup_contract_explain(CLI::App& app);
Run setup_contract_run(CLI::App& app);
Run setup_contract_judge(CLI::App& app);

}  // namespace zimmock::cli
