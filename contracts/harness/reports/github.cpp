#include <fmt/format.h>

#include "contracts/harness/report_text.h"
#include "contracts/harness/reports/writers.h"

namespace zimmock::inline contract {
namespace {

// As the runner of GitHub Actions wants it: a command is one line, its properties end at a comma.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

void annotate(std::string& out, std::string_view level, std::string_view title,
              std::string_view message) {
  out += fmt::format("::{} title={}::{}\n", level, escaped(title, true), escaped(message, false));
}

void annotate_case(std::string& out, const RunResult& run, const CaseResult& one) {
  const Rule& row = rule(one.rule_id);
  const bool fails = counts_as_failure(one.verdict);
  std::string message = fmt::format("{} ({}): {}", row.id, to_string(row.mark), row.statement);
  for (const std::string& line : reason_lines(one)) message += "\n" + line;
  if (fails) message += "\nReproduce with: " + reproduce_lines(run, one).front();
  annotate(out, fails ? "error" : "notice", fmt::format("{}: {}", to_string(one.verdict), one.name),
           message);
}

void annotate_rule(std::string& out, const RunResult& run, const RuleResult& found) {
  const Rule& row = rule(found.rule_id);
  if (!found.answer_findings.empty()) {
    std::string message = fmt::format("{} ({}): {}", row.id, to_string(row.mark), row.statement);
    for (const AnswerFinding& answer : found.answer_findings) {
      message +=
          fmt::format("\n{} (in {})", finding_line(answer), run.cases[answer.case_index].name);
    }
    annotate(
        out, found.verdict == CaseVerdict::kObserved ? "notice" : "error",
        fmt::format("{}: {} of {} answers", row.id, found.answers_broken, found.answers_checked),
        message);
  }
}

}  // namespace

std::string write_github(const RunResult& run) {
  std::string out;
  for (const CaseResult& one : run.cases) {
    if (counts_as_failure(one.verdict) || one.verdict == CaseVerdict::kObserved) {
      annotate_case(out, run, one);
    }
  }
  for (const RuleResult& found : run.rules) annotate_rule(out, run, found);
  for (const std::string& line : not_exercised_lines(run)) {
    annotate(out, "warning", "not exercised", line);
  }
  const bool conforms = run.outcome == RunOutcome::kConforms;
  annotate(out, conforms ? "notice" : "error",
           fmt::format("contract {}: {}", run.contract_version, to_string(run.outcome)),
           (run.why.empty() ? "" : run.why + "\n") + totals_line(run));
  return out;
}

}  // namespace zimmock::inline contract
