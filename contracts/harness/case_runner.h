#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "contracts/harness/contract_case.h"
#include "contracts/harness/run_result.h"

namespace zimmock::inline contract {

// What a run has in common over its cases.
struct CaseSite {
  std::string user_prefix;               // begins every user id of the case
  std::optional<std::size_t> max_calls;  // of the run
  std::size_t calls = 0;                 // made so far
  const Clock& clock;                    // for durations
  const Profile& profile;                // what the target is known to do otherwise
};

// Runs one case in `world` and says what came of it: kPass, kFail (with mismatches), or
// kNotExercised (its `given` failed, no connection, no calls left) with why. Blocks on the world's
// transport.
CaseResult run_case(const ContractCase& one, World& world, CaseSite& site);

}  // namespace zimmock::inline contract
