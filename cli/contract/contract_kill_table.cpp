#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "cli/connection_options.h"
#include "cli/contract/contract_commands.h"
#include "cli/output.h"
#include "contracts/api/text.h"
#include "contracts/harness/suite_runner.h"
#include "mock_server/wrong/kill_table.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {
namespace {

// The mocks whose name or rule matches one of the patterns; all for none.
std::vector<const WrongMock*> select(const std::vector<std::string>& patterns) {
  std::vector<const WrongMock*> out;
  for (const WrongMock& mock : wrong_mocks()) {
    const auto matches = [&mock](const std::string& pattern) {
      return pattern_matches(pattern, mock.name) || pattern_matches(pattern, rule(mock.rule_id).id);
    };
    if (patterns.empty() || std::any_of(patterns.begin(), patterns.end(), matches)) {
      out.push_back(&mock);
    }
  }
  return out;
}

int judge(const std::vector<KillRow>& rows, const KillRow& honest) {
  for (const RuleId rule_id : honest.other_rules) {
    complain(kFailed, fmt::format("contract kill-table: the honest mock fails {}; see `zimmock "
                                  "contract run --only {}`",
                                  rule(rule_id).id, rule(rule_id).id));
  }
  bool all_caught = true;
  for (const KillRow& row : rows) {
    if (row.caught()) continue;
    all_caught = false;
    complain(kFailed, fmt::format("contract kill-table: no case of {} catches {}: {}",
                                  rule(row.mock->rule_id).id, row.mock->name, row.mock->what));
  }
  return all_caught && honest.other_rules.empty() ? kOk : kFailed;
}

int run(const std::vector<std::string>& patterns) {
  const auto mocks = select(patterns);
  if (mocks.empty()) {
    return complain(kUsage, fmt::format("contract kill-table: {} matches no wrong mock",
                                        quote(fmt::format("{}", fmt::join(patterns, " ")))));
  }
  const auto cases = read_cases(embedded_case_files());
  if (!cases) return complain_error(cases.error());
  const SystemClock clock;
  const KillRow honest = run_against(nullptr, *cases, clock);
  const std::vector<KillRow> rows =
      run_against_all(mocks, *cases, clock, std::thread::hardware_concurrency());
  print_exact(kill_table_page(rows));
  return judge(rows, honest);
}

}  // namespace

Run setup_contract_kill_table(CLI::App& app) {
  auto patterns = std::make_shared<std::vector<std::string>>();
  app.add_option("--only", *patterns,
                 "Only the wrong mocks of this name or rule; '*' stands for any characters");
  app.footer(
      "Exit codes: 0 every wrong mock is caught by a case of its own rule and the honest one "
      "is clean, 1 not so.");
  return [patterns] { return run(*patterns); };
}

}  // namespace zimmock::cli
