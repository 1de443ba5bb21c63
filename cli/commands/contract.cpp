#include "cli/contract/contract_commands.h"

namespace zimmock::cli {
namespace {

constexpr Command kContractCommands[] = {
    {"list", "Print the rules of the contract, or its cases", setup_contract_list},
    {"explain", "Say what a rule or a return code means, and where that comes from",
     setup_contract_explain},
    {"run", "Hold the mock, or a service at a URL, against the contract", setup_contract_run},
    {"diff", "Put two runs side by side: whose fault is what differs?", setup_contract_diff},
    {"judge", "Hold recorded traffic (HAR) against the contract", setup_contract_judge},
};

}  // namespace

Run setup_contract(CLI::App& app) { return setup_subcommands(app, kContractCommands); }

}  // namespace zimmock::cli
