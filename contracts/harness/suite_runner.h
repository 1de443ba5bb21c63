#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/clock.h"
#include "contracts/harness/contract_case.h"
#include "contracts/harness/run_result.h"
#include "contracts/harness/target.h"

namespace zimmock::inline contract {

// A line of a list of known failures: a pattern, and after '#' why.
struct KnownCase {
  std::string pattern;
  std::string reason;
};

struct RunOptions {
  std::vector<std::string> only;  // patterns; none: every case
  std::vector<std::string> skip;
  std::vector<KnownCase> known_failing;  // must fail
  std::vector<KnownCase> known_flaky;    // may fail
  std::optional<std::size_t> max_calls;
  std::string run_id;            // letters and digits, at most 8; begins every user id of the run
  bool observe_assumed = false;  // what breaks an assumed rule is observed, not failed
  Profile profile;  // what the target is known to do otherwise: its codes and zeros are expected,
                    // and an App that is made for a case has its settings
  bool real_service = false;  // for RunResult; a mock of ours that answers takes it back
};

// A pattern is a case's name, a rule's id, or either with '*' for any characters.
bool pattern_matches(std::string_view pattern, std::string_view name);

// "PATTERN # reason" a line; empty lines and lines of '#' alone are skipped.
std::vector<KnownCase> parse_known_cases(std::string_view text);

// Those that the options select. A pattern that matches nothing is an Error (kUsage).
Result<std::vector<ContractCase>> select_cases(std::vector<ContractCase> cases,
                                               const RunOptions& options);

// Runs the cases one after another. Blocks on the target's transports. `interrupted` is asked
// before each; a run that is interrupted is incomplete.
RunResult run_suite(const std::vector<ContractCase>& cases, Target& target,
                    const RunOptions& options, const Clock& clock,
                    const std::function<bool()>& interrupted = {});

// The calls that the case makes, in the words of the case: a line for each call, list and import.
std::vector<std::string> describe_calls(const ContractCase& one);

}  // namespace zimmock::inline contract
