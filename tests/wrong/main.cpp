// wrong_mocks: the contract suite against mocks that are wrong on purpose.

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "contracts/api/text.h"
#include "contracts/harness/reports/report.h"
#include "contracts/harness/suite_runner.h"
#include "mock_server/contract_target.h"
#include "tests/wrong/kill_table.h"
#include "zimmock/system_clock.h"

namespace zimmock {
namespace {

constexpr int kOk = 0, kFailed = 1, kUsage = 2;

int usage(const std::string& message) {
  fmt::print(stderr, "wrong_mocks: {}\n", message);
  return kUsage;
}

// Those whose name or rule matches one of the patterns; all for none.
std::vector<const WrongMock*> select(const std::vector<std::string>& patterns) {
  std::vector<const WrongMock*> out;
  for (const WrongMock& mock : wrong_mocks()) {
    const auto matches = [&mock](const std::string& pattern) {
      return pattern_matches(pattern, mock.name) || pattern_matches(pattern, rule(mock.rule_id).id);
    };
    if (patterns.empty() || std::any_of(patterns.begin(), patterns.end(), matches))
      out.push_back(&mock);
  }
  return out;
}

int list(const std::vector<std::string>& patterns) {
  for (const WrongMock* mock : select(patterns)) fmt::print("{}  {}\n", mock->name, mock->what);
  return kOk;
}

int judge(const std::vector<KillRow>& rows, const KillRow& honest) {
  int result = kOk;
  for (const RuleId rule_id : honest.other_rules) {
    fmt::print(stderr,
               "wrong_mocks: the honest mock fails {}: see `zimmock contract run --only {}`\n",
               rule(rule_id).id, rule(rule_id).id);
    result = kFailed;
  }
  for (const KillRow& row : rows) {
    if (row.caught()) continue;
    fmt::print(stderr, "wrong_mocks: no case of {} catches {}: {}\n", rule(row.mock->rule_id).id,
               row.mock->name, row.mock->what);
    result = kFailed;
  }
  return result;
}

// The whole table, or for each mock the first case that catches it.
int kill_table(const std::vector<std::string>& patterns, bool whole) {
  const auto mocks = select(patterns);
  if (mocks.empty())
    return usage(fmt::format("no wrong mock matches {}", fmt::join(patterns, " ")));
  const auto cases = read_cases(embedded_case_files());
  if (!cases) return usage(cases.error().message);
  const SystemClock clock;
  const KillRow honest = run_against(nullptr, *cases, clock);
  const auto rows = run_against_all(mocks, *cases, clock, std::thread::hardware_concurrency(),
                                    whole ? run_against : run_until_caught);
  if (whole) {
    fmt::print("{}", kill_table_page(rows));
  } else {
    for (const KillRow& row : rows) fmt::print("{} {}\n", row.mock->name, row.first_case);
  }
  return judge(rows, honest);
}

int run(const std::string& name, const std::vector<std::string>& only) {
  const WrongMock* mock = find_wrong_mock(name);
  if (mock == nullptr) {
    std::vector<std::string_view> names;
    for (const WrongMock& one : wrong_mocks()) names.push_back(one.name);
    return usage(fmt::format("expected a name of `wrong_mocks list`, got {}{}", quote(name),
                             did_you_mean(name, names)));
  }
  auto all = read_cases(embedded_case_files());
  if (!all) return usage(all.error().message);
  RunOptions options;
  options.only = only;
  options.run_id = "wrong";
  const auto cases = select_cases(*std::move(all), options);
  if (!cases) return usage(cases.error().message);
  const SystemClock clock;
  mock::Service service(clock);
  service.set_behaviour(*mock);
  mock::LoopbackTransport transport(service);
  mock::MockTarget target(service, transport);
  const RunResult result = run_suite(*cases, target, options, clock);
  fmt::print("{}", find_report_format("console")->write(result));
  return result.outcome == RunOutcome::kConforms ? kOk : kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The contract suite against mocks that are wrong on purpose", "wrong_mocks");
  app.require_subcommand(1);
  std::vector<std::string> patterns;
  std::string name;
  auto* listed = app.add_subcommand("list", "Print the wrong mocks");
  auto* table =
      app.add_subcommand("kill-table", "Print which case catches each: docs/kill-table.md");
  auto* kills = app.add_subcommand("kills", "Print the first case that catches each");
  auto* one = app.add_subcommand("run", "Run the suite against one of them");
  one->add_option("NAME", name, "As `list` prints it")->required();
  for (CLI::App* command : {listed, table, kills, one})
    command->add_option(
        "--only", patterns,
        "Mocks (of `run`: cases) of this name or rule; * stands for any characters");
  CLI11_PARSE(app, argc, argv);
  if (listed->parsed()) return list(patterns);
  if (one->parsed()) return run(name, patterns);
  return kill_table(patterns, table->parsed());
}

}  // namespace zimmock

int main(int argc, char** argv) { return zimmock::main(argc, argv); }
