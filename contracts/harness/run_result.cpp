#include "contracts/harness/run_result.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/operations/operation.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
CaseResult result_of(const ContractCase& one) {
  CaseResult out;
  out.name = one.name;
  out.rule_id = one.rule_id;
  out.kind = one.kind;
  out.what = one.what;
  out.needs = one.needs;
  return out;
}

std::string CaseMismatch::line() const {
  return fmt::format("{}: expected {}, got {}", where, expected, got);
}

std::size_t RunResult::count(CaseVerdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      cases.begin(), cases.end(), [verdict](const auto& one) { return one.verdict == verdict; }));
}

std::size_t RunResult::rule_count(CaseVerdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      rules.begin(), rules.end(), [verdict](const auto& one) { return one.verdict == verdict; }));
}

std::string_view to_string(CaseVerdict verdict) {
  switch (verdict) {
    case CaseVerdict::kPass:
      return "pass";
    case CaseVerdict::kFail:
      return "fail";
    case CaseVerdict::kKnownFailure:
      return "known failure";
    case CaseVerdict::kFixed:
      return "passes though listed as failing";
    case CaseVerdict::kFlaky:
      return "flaky";
    case CaseVerdict::kObserved:
      return "observed";
    case CaseVerdict::kNotApplicable:
      return "not applicable";
    case CaseVerdict::kNotExercised:
      return "not exercised";
  }
  return "";
}

std::string_view to_string(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::kUnreachable:
      return "unreachable";
    case RunOutcome::kUnusable:
      return "unusable answers";
    case RunOutcome::kViolated:
      return "violated";
    case RunOutcome::kIncomplete:
      return "incomplete";
    case RunOutcome::kConforms:
      return "conforms";
  }
  return "";
}

int exit_code(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::kConforms:
      return 0;
    case RunOutcome::kViolated:
      return 1;
    case RunOutcome::kIncomplete:
      return 3;
    case RunOutcome::kUnreachable:
      return 11;
    case RunOutcome::kUnusable:
      return 12;
  }
  return 20;
}

std::string curl_line(const CallRecord& call) {
  std::string url;
  if (call.signed_as_documented) {
    if (find_operation(call.action) == nullptr) return "";  // `zimmock sign` does not sign for it
    url = fmt::format("\"$ZIM_ENDPOINT/?$(zimmock sign --action {})\"", call.action);
  } else if (call.request.target.find("Signature=***") == std::string::npos) {
    url = "\"$ZIM_ENDPOINT\"" + shell_word(call.request.target);
  } else {
    return "";
  }
  std::string line = "curl -sS " + url;
  if (call.request.method != "POST") line += " -X " + call.request.method;
  for (const auto& [name, value] : call.request.headers) {
    line += " -H " + shell_word(name + ": " + value);
  }
  constexpr std::size_t kMaxBody = 8192;
  if (call.request.body.size() > kMaxBody) return "";
  if (!call.request.body.empty()) line += " --data-binary " + shell_word(call.request.body);
  return line;
}

}  // namespace zimmock::inline contract
