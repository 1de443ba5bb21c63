#pragma once

// Who checks the checker: the contract suite run against every wrong mock.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "contracts/harness/contract_case.h"
#include "tests/wrong/wrong_mock.h"

namespace zimmock {

// What the suite found out about one mock.
struct KillRow {
  const WrongMock* mock = nullptr;  // nullptr: the honest one
  std::size_t own_cases = 0;        // failed cases of the rule that the mock breaks
  std::string first_case;           // of them
  std::vector<RuleId> other_rules;  // that fail too, in the registry's order

  // By a case of its own rule.
  bool caught() const { return own_cases > 0; }
};

// Runs every case against the mock, each in a world of its own, without sockets. `clock` is for
// durations only. Blocks for as long as the cases take, under a tenth of a millisecond a call.
KillRow run_against(const WrongMock* mock, const std::vector<ContractCase>& cases,
                    const Clock& clock);

// Runs the cases of the mock's own rule only, until one fails: first_case is that of run_against().
KillRow run_until_caught(const WrongMock* mock, const std::vector<ContractCase>& cases,
                         const Clock& clock);

// One of the two for each of the mocks, in their order, `threads` of them at a time.
using RunAgainst = KillRow (*)(const WrongMock* mock, const std::vector<ContractCase>& cases,
                               const Clock& clock);
std::vector<KillRow> run_against_all(const std::vector<const WrongMock*>& mocks,
                                     const std::vector<ContractCase>& cases, const Clock& clock,
                                     unsigned threads, RunAgainst run = run_against);

// The page docs/kill-table.md.
std::string kill_table_page(const std::vector<KillRow>& rows);

}  // namespace zimmock
