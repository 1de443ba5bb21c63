#include "tests/wrong/kill_table.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "contracts/api/text.h"
#include "contracts/harness/answer_check.h"
#include "contracts/harness/case_runner.h"
#include "mock_server/contract_target.h"

namespace zimmock {
namespace {

// The rules of which an answer of the case shows the breach.
std::set<RuleId> broken_in_answers(const CaseResult& result) {
  std::set<RuleId> out;
  for (const CallRecord& call : result.calls) {
    // What is answered on another path is no answer of this API.
    if (!call.response || !call.request.target.starts_with("/?")) continue;
    for (const Finding& finding : check_answer(call.action, *call.response).findings) {
      out.insert(finding.rule_id);
    }
  }
  return out;
}

void note(const CaseResult& result, KillRow& row, std::set<RuleId>& failed) {
  const auto own = [&row](RuleId rule_id) {
    return row.mock != nullptr && row.mock->rule_id == rule_id;
  };
  if (result.verdict == CaseVerdict::kFail) {
    failed.insert(result.rule_id);
    if (own(result.rule_id) && row.own_cases++ == 0) row.first_case = result.name;
  }
  failed.merge(broken_in_answers(result));
}

std::string caught_by(const KillRow& row) {
  if (!row.caught()) return "**nothing**";
  if (row.own_cases == 1) return fmt::format("`{}`", row.first_case);
  return fmt::format("`{}` and {} more", row.first_case, row.own_cases - 1);
}

std::string others(const KillRow& row) {
  constexpr std::size_t kNamed = 3;
  if (row.other_rules.size() > kNamed) return fmt::format("{} rules", row.other_rules.size());
  std::vector<std::string> names;
  for (const RuleId rule_id : row.other_rules) {
    names.push_back(fmt::format("`{}`", rule(rule_id).id));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

KillRow run_cases(const WrongMock* mock, const std::vector<ContractCase>& cases, const Clock& clock,
                  bool until_caught) {
  mock::Service service(clock);
  if (mock != nullptr) service.set_behaviour(*mock);
  mock::LoopbackTransport transport(service);
  mock::MockTarget target(service, transport);
  const Profile profile;
  CaseSite site{"", std::nullopt, 0, clock, profile};
  KillRow row;
  row.mock = mock;
  std::set<RuleId> failed;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (until_caught && (row.caught() || cases[i].rule_id != mock->rule_id)) continue;
    site.user_prefix = fmt::format("k{:03x}", i);
    const auto world = target.open(cases[i].world);
    if (world) note(run_case(cases[i], **world, site), row, failed);
  }
  for (const RuleId rule_id : failed) {
    if (mock == nullptr || rule_id != mock->rule_id) row.other_rules.push_back(rule_id);
  }
  return row;
}

}  // namespace

KillRow run_against(const WrongMock* mock, const std::vector<ContractCase>& cases,
                    const Clock& clock) {
  return run_cases(mock, cases, clock, false);
}

KillRow run_until_caught(const WrongMock* mock, const std::vector<ContractCase>& cases,
                         const Clock& clock) {
  return run_cases(mock, cases, clock, true);
}

std::vector<KillRow> run_against_all(const std::vector<const WrongMock*>& mocks,
                                     const std::vector<ContractCase>& cases, const Clock& clock,
                                     unsigned threads, RunAgainst run) {
  std::vector<KillRow> rows(mocks.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < mocks.size(); i = next++) {
      rows[i] = run(mocks[i], cases, clock);
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return rows;
}

std::string kill_table_page(const std::vector<KillRow>& rows) {
  const auto caught =
      std::count_if(rows.begin(), rows.end(), [](const KillRow& row) { return row.caught(); });
  std::string out = fmt::format(
      "# Who checks the checker\n\n"
      "Made by `./dev kill-table`; do not edit. Each row is a mock that is wrong on "
      "purpose,\nin the one way that is said, and the cases of its own rule by which the contract "
      "suite catches it\n(or the look that is had at every answer, whatever the case). The honest "
      "mock fails no case.\n\n"
      "**{} of {} wrong mocks are caught.**\n\n"
      "| wrong mock | what it does | caught by | other rules that fail too |\n|---|---|---|---|\n",
      caught, rows.size());
  for (const KillRow& row : rows) {
    out += fmt::format("| `{}` | {} | {} | {} |\n", row.mock->name, markdown_cell(row.mock->what),
                       caught_by(row), others(row));
  }
  return out;
}

}  // namespace zimmock
