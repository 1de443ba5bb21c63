#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"
#include "contracts/harness/reports/writers.h"
#include "contracts/harness/run_json.h"

namespace zimmock::inline contract {
namespace {

// Text that Markdown takes nothing out of, in one line.
std::string md(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*_{}[]<>()#+!|~&@";
  std::string out;
  for (const char c : printable_line(text)) {
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// A block of code, its fence longer than any row of backticks in it.
std::string code_block(const std::vector<std::string>& lines) {
  std::size_t longest = 2, row = 0;
  for (const std::string& line : lines) {
    row = 0;
    for (const char c : line) {
      row = c == '`' ? row + 1 : 0;
      longest = std::max(longest, row);
    }
  }
  const std::string fence(longest + 1, '`');
  std::string out = fence + "\n";
  for (const std::string& line : lines) out += line + "\n";
  return out + fence + "\n";
}

std::string page_link(const Page& page) {
  if (page.address.empty()) return md(page.title);
  return fmt::format("[{}]({})", md(page.title), page.address);
}

void add_summary(std::string& out, const RunResult& run) {
  out += fmt::format("# Contract {}: {}\n\n{}\n\n", md(run.contract_version),
                     to_string(run.outcome), md(head_line(run)));
  if (!run.why.empty()) out += md(run.why) + "\n\n";
  out += "| | cases | rules |\n|---|---:|---:|\n";
  for (const CaseVerdict verdict : kVerdicts) {
    out += fmt::format("| {} | {} | {} |\n", to_string(verdict), run.count(verdict),
                       run.rule_count(verdict));
  }
  out += fmt::format("| total | {} | {} |\n\n", run.cases.size(), run.rules.size());
}

void add_failure_section(std::string& out, const RunResult& run, const CaseResult& one) {
  constexpr std::size_t kMaxBodyBytes = 1000;
  const Rule& row = rule(one.rule_id);
  out += fmt::format("### {}\n\n{}\n\n**{}** ({}): {} {}\n\n", md(one.name), md(one.what),
                     md(row.id), to_string(row.mark), md(row.statement), page_link(*row.page));
  for (const std::string& line : reason_lines(one)) out += fmt::format("- {}\n", md(line));
  std::size_t first = one.calls.size();
  for (const CaseMismatch& found : one.mismatches) first = std::min(first, found.call);
  if (first < one.calls.size()) {
    out += "\n" + code_block(exchange_lines(one.calls[first], kMaxBodyBytes));
  }
  out += "\nReproduce with:\n\n";
  out += code_block(reproduce_lines(run, one, kMaxBodyBytes)) + "\n";
}

void add_failures(std::string& out, const RunResult& run) {
  const bool broken_answers =
      std::any_of(run.rules.begin(), run.rules.end(),
                  [](const RuleResult& found) { return !found.answer_findings.empty(); });
  if (run.count(CaseVerdict::kFail) + run.count(CaseVerdict::kFixed) > 0 || broken_answers) {
    out += "## Failures\n\n";
  }
  for (const CaseResult& one : run.cases) {
    if (counts_as_failure(one.verdict)) add_failure_section(out, run, one);
  }
  for (const RuleResult& found : run.rules) {
    if (found.answer_findings.empty()) continue;
    out += fmt::format("### {}: {} of {} answers\n\n", md(rule(found.rule_id).id),
                       found.answers_broken, found.answers_checked);
    for (const AnswerFinding& answer : found.answer_findings) {
      out += fmt::format("- {} (in {})\n", md(finding_line(answer)),
                         md(run.cases[answer.case_index].name));
    }
    out += "\n";
  }
}

void add_rules(std::string& out, const RunResult& run) {
  out +=
      "## Rules\n\n| rule | mark | verdict | passed | failed | known | observed | "
      "not applicable | not exercised | answers |\n"
      "|---|---|---|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const RuleResult& found : run.rules) {
    const Rule& row = rule(found.rule_id);
    const bool good = found.verdict == CaseVerdict::kPass;
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", md(row.id),
                       to_string(row.mark),
                       good ? std::string("pass")
                            : fmt::format("**{}**{}{}", to_string(found.verdict),
                                          found.why.empty() ? "" : ": ", md(found.why)),
                       found.passed, found.failed, found.known, found.observed,
                       found.not_applicable, found.not_exercised, found.answers_checked);
  }
  out += "\n";
}

}  // namespace

std::string write_markdown(const RunResult& run) {
  std::string out;
  add_summary(out, run);
  add_failures(out, run);
  add_rules(out, run);
  return out + totals_line(run) + "\n";
}

}  // namespace zimmock::inline contract
