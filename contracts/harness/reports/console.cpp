#include <map>

#include <fmt/format.h>

#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"
#include "contracts/harness/reports/writers.h"

namespace zimmock::inline contract {
namespace {

constexpr std::size_t kMaxShownBodyBytes = 1000;

void add_lines(std::string& out, std::string_view indent, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out += fmt::format("{}{}\n", indent, line);
}

void add_rule(std::string& out, const Rule& row) {
  out += fmt::format("  {} ({}): {}\n", row.id, to_string(row.mark), row.statement);
  out += fmt::format("  {}{}{}\n", row.page->title, row.page->address.empty() ? "" : ": ",
                     row.page->address);
}

// The calls that something is wrong with; where none is named, all of them.
void add_exchange(std::string& out, const CaseResult& one) {
  std::vector<bool> shown(one.calls.size(), false);
  bool any = false;
  for (const CaseMismatch& found : one.mismatches) {
    if (found.call >= shown.size()) continue;
    shown[found.call] = any = true;
  }
  for (std::size_t i = 0; i < one.calls.size(); ++i) {
    if (any && !shown[i]) continue;
    out += fmt::format("  call {} of {}, {}:\n", i + 1, one.calls.size(),
                       printable_line(one.calls[i].action));
    add_lines(out, "    ", exchange_lines(one.calls[i], kMaxShownBodyBytes));
  }
}

void add_failure(std::string& out, const RunResult& run, const CaseResult& one) {
  out += fmt::format("{}: {}\n", one.verdict == CaseVerdict::kFixed ? "FIXED" : "FAILED",
                     printable_line(one.name));
  out += fmt::format("  {}\n", printable_line(one.what));
  add_rule(out, rule(one.rule_id));
  add_lines(out, "  ", reason_lines(one));
  add_exchange(out, one);
  out += "  Reproduce with:\n";
  add_lines(out, "    ", reproduce_lines(run, one, kMaxShownBodyBytes));
  out += "\n";
}

// A rule on answers that was found broken beside the cases.
void add_answer_findings(std::string& out, const RunResult& run, const RuleResult& found) {
  const Rule& row = rule(found.rule_id);
  out += fmt::format("{}: {} of {} answers\n",
                     found.verdict == CaseVerdict::kObserved ? "OBSERVED" : "FAILED",
                     found.answers_broken, found.answers_checked);
  add_rule(out, row);
  for (const AnswerFinding& answer : found.answer_findings) {
    const CaseResult& one = run.cases[answer.case_index];
    out += fmt::format("  {}\n  in {}\n", printable_line(finding_line(answer)),
                       printable_line(one.name));
    if (answer.call < one.calls.size()) {
      add_lines(out, "    ", exchange_lines(one.calls[answer.call], kMaxShownBodyBytes));
    }
  }
  out += "\n";
}

// "12 not applicable: needs clock", for every reason there is.
void add_reasons(std::string& out, const RunResult& run, CaseVerdict verdict) {
  std::map<std::string, std::vector<const CaseResult*>> by_reason;
  for (const CaseResult& one : run.cases) {
    if (one.verdict == verdict) by_reason[one.why].push_back(&one);
  }
  for (const auto& [why, cases] : by_reason) {
    out += fmt::format("{} {}: {}\n", cases.size(), to_string(verdict),
                       why.empty() ? "no reason given" : printable_line(why));
    if (verdict == CaseVerdict::kNotApplicable) continue;
    for (const CaseResult* one : cases) {
      out += fmt::format("  {}\n", printable_line(one->name));
      for (const CaseMismatch& found : one->mismatches) {
        out += fmt::format("    {}\n", printable_line(found.line()));
      }
    }
  }
}

}  // namespace

std::string write_console(const RunResult& run) {
  std::string out = head_line(run) + "\n";
  for (const CaseResult& one : run.cases) {
    if (counts_as_failure(one.verdict)) add_failure(out, run, one);
  }
  for (const RuleResult& found : run.rules) {
    if (!found.answer_findings.empty()) add_answer_findings(out, run, found);
  }
  for (const CaseVerdict verdict :
       {CaseVerdict::kKnownFailure, CaseVerdict::kFlaky, CaseVerdict::kObserved,
        CaseVerdict::kNotApplicable, CaseVerdict::kNotExercised}) {
    add_reasons(out, run, verdict);
  }
  add_lines(out, "", not_exercised_lines(run));
  if (!run.why.empty()) out += printable_line(run.why) + "\n";
  return out + totals_line(run) + "\n";
}

}  // namespace zimmock::inline contract
