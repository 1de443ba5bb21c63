#include "cli/contract/contract_commands.h"

namespace zimmock::cli {
namespace {

constexpr Command kContractCommands[] = {
    {"list", "Print the rules of the contract, or its cases", setup_contract_list},
    {"explain", "Explain a rule or a return code, and name its source", setup_contract_explain},
    {"run", "Check the mock, or a service at a URL, against the contract", setup_contract_run},
    {"diff", "Compare two runs, and say which side a difference comes from", setup_contract_diff},
    {"judge", "Check recorded traffic (HAR) against the contract", setup_contract_judge},
};

}  // namespace

Run setup_contract(CLI::App& app) { return setup_subcommands(app, kContractCommands); }

}  // namespace zimmock::cli
