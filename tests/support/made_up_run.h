#pragma once

// A run of the contract that nobody made: a case of every verdict, with what could break out of a
// report in its texts.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/harness/run_result.h"

namespace zimmock::test {

// Text that would run in a page, end a script, a CDATA section or a line, and is in no alphabet.
inline const std::string kHostile =
    "</script><img src=x onerror=\"window.broken=1\"><!-- ]]> & 'q' | `t` "
    "%0A::error::\r\n\x01\xE4\xB8\xAD";

// True if a report has that part.
inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline RuleResult& result_of(RunResult& run, RuleId id) {
  return run.rules[static_cast<std::size_t>(id)];
}

inline RunResult empty_run(std::string target, bool real_service) {
  RunResult run;
  run.contract_version = std::string(kContractVersion);
  run.target = std::move(target);
  run.real_service = real_service;
  run.started_ms = 1'790'000'000'123;
  run.duration_ms = 4567;
  run.run_id = "r1a2b3";
  for (const Rule& row : all_rules()) {
    RuleResult& result = run.rules.emplace_back();
    result.rule_id = row.rule_id;
    result.why = "no case ran";
  }
  return run;
}

inline CallRecord call_of(std::string action, std::string body, std::string answer) {
  CallRecord call;
  call.action = std::move(action);
  call.request = {"POST",
                  "/?Action=" + call.action + "&Signature=***",
                  {{"Content-Type", "application/json"}},
                  std::move(body)};
  call.response = HttpResponse{200, {{"Content-Type", "application/json"}}, std::move(answer)};
  call.duration_us = 1250;
  return call;
}

// Adds a case and counts it for its rule, whose verdict it becomes.
inline CaseResult& add_case(RunResult& run, RuleId id, std::string name, CaseKind kind,
                            CaseVerdict verdict) {
  RuleResult& result = result_of(run, id);
  result.cases.push_back(run.cases.size());
  result.verdict = verdict;
  result.why = "";
  switch (verdict) {
    case CaseVerdict::kFail:
      ++result.failed;
      break;
    case CaseVerdict::kKnownFailure:
      ++result.known;
      break;
    case CaseVerdict::kObserved:
      ++result.observed;
      break;
    case CaseVerdict::kNotApplicable:
      ++result.not_applicable;
      break;
    case CaseVerdict::kNotExercised:
      ++result.not_exercised;
      break;
    default:
      ++result.passed;
  }
  CaseResult& one = run.cases.emplace_back();
  one.name = std::move(name);
  one.rule_id = id;
  one.kind = kind;
  one.verdict = verdict;
  one.what = "What " + one.name + " shows.";
  one.needs.writes = true;
  return one;
}

// A case whose only call was answered with `got` where `expected` was due.
inline CaseResult& add_code_case(RunResult& run, RuleId id, std::string name, CaseKind kind,
                                 CaseVerdict verdict, std::int64_t expected, std::int64_t got) {
  CaseResult& one = add_case(run, id, std::move(name), kind, verdict);
  const std::string code = std::to_string(got);
  one.calls.push_back(call_of("ImportPeerMsg", R"({"FromUserId":"r1a2b3alice"})",
                              R"({"Code":)" + code + R"(,"Message":"m","RequestId":"1"})"));
  if (verdict != CaseVerdict::kPass && verdict != CaseVerdict::kNotApplicable) {
    one.mismatches.push_back({0, "/Code", std::to_string(expected), code});
  }
  ++run.calls;
  return one;
}

// Every verdict once, some text hostile, one broken answer.
inline RunResult made_up_run() {
  using enum CaseVerdict;
  RunResult run = empty_run("http://127.0.0.1:1/", true);
  add_code_case(run, RuleId::kImportTimeFuture, "import/send-time.now", CaseKind::kAccepts, kPass,
                0, 0);
  add_code_case(run, RuleId::kImportTimeFuture, "import/send-time.one-ms-late", CaseKind::kRefuses,
                kFail, 660800046, 0)
      .calls.front()
      .request.body = R"({"SendMessageTime":1790000000124,"Zeichen":"ä"})";
  CaseResult& hostile =
      add_code_case(run, RuleId::kUserIdCharacters, "user-id/characters.refused[char=\"<&>]",
                    CaseKind::kRefuses, kFail, 660000002, 0);
  hostile.what = kHostile;
  hostile.mismatches.front().got = kHostile;
  hostile.calls.front().request.body = kHostile;
  hostile.calls.front().response->body = kHostile;
  hostile.calls.push_back(call_of("QueryPeerMsg", "\xFF\xFE", std::string(10'000, 'x')));
  hostile.calls.back().response.reset();
  hostile.calls.back().error = "no answer in 5 s";
  add_code_case(run, RuleId::kImportPriority, "import/priority.four", CaseKind::kRefuses,
                kKnownFailure, 660000002, 0)
      .why = "listed: seen in August";
  add_code_case(run, RuleId::kImportType, "import/type.99", CaseKind::kRefuses, kFixed, 660000002,
                660000002)
      .why = "listed as failing, and passes";
  add_code_case(run, RuleId::kRate, "rate/per-operation", CaseKind::kRefuses, kFlaky, 660300005, 0)
      .why = "listed as flaky";
  add_code_case(run, RuleId::kImportTimeTooOld, "import/send-time.too-old", CaseKind::kRefuses,
                kObserved, 660000002, 660600021)
      .why = "assumed; observed otherwise";
  add_case(run, RuleId::kTimestampFresh, "auth/timestamp.601s", CaseKind::kRefuses, kNotApplicable)
      .why = "needs clock";
  add_case(run, RuleId::kQueryNext, "query/next.unknown", CaseKind::kRefuses, kNotExercised).why =
      "the calls ran out";
  result_of(run, RuleId::kImportTimeFuture).verdict = kFail;
  RuleResult& answers = result_of(run, RuleId::kAnswerRequestId);
  answers.verdict = kFail;
  answers.why = "";
  answers.answers_checked = run.calls;
  answers.answers_broken = 1;
  answers.answer_findings.push_back(
      {{RuleId::kAnswerRequestId, "/RequestId", "a string of digits", "number 1"}, 1, 0});
  run.outcome = RunOutcome::kViolated;
  run.why = "2 cases failed";
  return run;
}

}  // namespace zimmock::test
