#pragma once

// What a run of the suite found out. Reports are made of it, and of nothing else.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/http.h"
#include "contracts/harness/contract_case.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

enum class CaseVerdict {
  kPass,
  kFail,
  kKnownFailure,   // fails, and is listed as failing
  kFixed,          // listed as failing, and passes: the list is stale
  kFlaky,          // listed as flaky: fails or passes
  kObserved,       // the rule is assumed and the service does otherwise: noted, not failed
  kNotApplicable,  // the target cannot be asked
  kNotExercised,   // nothing was found out
};

// One call and what came of it.
struct CallRecord {
  std::string action;   // as asked for by the case
  HttpRequest request;  // a Signature made with the secret is written "***" in its target
  bool signed_as_documented = true;
  std::optional<HttpResponse> response;
  std::string error;  // why there is no response, or ""
  std::int64_t duration_us = 0;
};

// What was not as it must be.
struct CaseMismatch {
  std::size_t call = 0;  // index into CaseResult::calls; calls.size() if it is of none
  std::string where;     // "/List/0/MsgId", "Code", "HTTP status"
  std::string expected;
  std::string got;

  std::string line() const;  // "/Code: expected 660800046, got 0"
};

struct CaseResult {
  std::string name;
  RuleId rule_id{};
  CaseKind kind = CaseKind::kBehaves;
  std::string what;
  Needs needs;
  CaseVerdict verdict = CaseVerdict::kNotExercised;
  std::string why;  // for all but kPass and kFail: one line
  std::vector<CallRecord> calls;
  std::vector<CaseMismatch> mismatches;
};

// The case's own words, and nothing found out yet.
CaseResult result_of(const ContractCase& one);

// A rule on answers that was found broken beside the cases: every answer is looked at.
struct AnswerFinding {
  Finding finding;
  std::size_t case_index = 0;  // into RunResult::cases
  std::size_t call = 0;
};

struct RuleResult {
  RuleId rule_id{};
  CaseVerdict verdict = CaseVerdict::kNotExercised;
  std::string why{};
  std::size_t passed = 0, failed = 0, known = 0, observed = 0, not_applicable = 0,
              not_exercised = 0;                 // cases
  std::vector<std::size_t> cases{};              // indices into RunResult::cases
  std::vector<AnswerFinding> answer_findings{};  // at most 3
  std::size_t answers_checked = 0;               // answers that this rule was held against
  std::size_t answers_broken = 0;
};

// Why a run as a whole is what it is; in this order of weight, the first that applies.
enum class RunOutcome {
  kUnreachable,  // no connection
  kUnusable,     // no answer that this API gives
  kViolated,     // a case failed, a rule is broken, or a list of known failures is stale
  kIncomplete,   // a rule or a case was not exercised, or the calls ran out
  kConforms,
};

struct RunResult {
  std::string contract_version;
  std::string target;
  bool real_service = false;  // ZEGOCLOUD's, as far as can be known: not a mock of ours
  std::int64_t started_ms = 0;
  std::int64_t duration_ms = 0;
  std::string run_id;  // in every user id of the run
  std::size_t calls = 0;
  std::vector<CaseResult> cases;
  std::vector<RuleResult> rules;  // every rule, in the registry's order
  RunOutcome outcome = RunOutcome::kIncomplete;
  std::string why;           // one line
  bool interrupted = false;  // cases were left out; not written to the json report

  std::size_t count(CaseVerdict verdict) const;  // of cases
  std::size_t rule_count(CaseVerdict verdict) const;
};

std::string_view to_string(CaseVerdict verdict);  // "pass", "fail", "known failure", ...
std::string_view to_string(RunOutcome outcome);   // "conforms", "violated", ...

// 0 conforms, 1 violated, 3 incomplete, 11 unreachable, 12 unusable answers.
int exit_code(RunOutcome outcome);

// A shell line that makes the call again: curl, signed by `zimmock sign` from ZIM_ENDPOINT,
// ZIM_APP_ID and ZIM_SERVER_SECRET. "" for a call that it cannot sign: of no
// action of the vendor's, or with a wrong signature that needs the secret.
std::string curl_line(const CallRecord& call);

}  // namespace zimmock::inline contract
