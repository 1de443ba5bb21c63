#include "contracts/harness/run_json.h"

#include "contracts/api/hex.h"
#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

json headers_json(const Headers& headers) {
  json out = json::array();
  for (const auto& [name, value] : headers) out.push_back({{"name", name}, {"value", value}});
  return out;
}

// As text where it is text; JSON has no other bytes, so the rest goes as hex.
void put_body(json& out, std::string_view body, std::size_t max_bytes) {
  std::string_view kept = body;
  const bool text = is_utf8(body);
  if (body.size() > max_bytes) {
    kept = text ? cut_at_character(body, max_bytes) : body.substr(0, max_bytes);
    out["body_bytes"] = body.size();
  }
  if (text) {
    out["body"] = kept;
  } else {
    out["body_hex"] = hex(reinterpret_cast<const unsigned char*>(kept.data()), kept.size());
  }
}

json call_json(const CallRecord& call, std::size_t max_body_bytes) {
  json request{{"method", call.request.method},
               {"target", call.request.target},
               {"headers", headers_json(call.request.headers)}};
  put_body(request, call.request.body, max_body_bytes);
  json response;
  if (call.response) {
    response = {{"status", call.response->status},
                {"headers", headers_json(call.response->headers)}};
    put_body(response, call.response->body, max_body_bytes);
  }
  return {{"action", call.action},
          {"request", std::move(request)},
          {"signed_as_documented", call.signed_as_documented},
          {"response", std::move(response)},
          {"error", call.error},
          {"duration_us", call.duration_us}};
}

json needs_json(const Needs& needs) {
  json out = json::array();
  if (needs.writes) out.push_back("writes");
  if (needs.clock) out.push_back("clock");
  if (needs.settings) out.push_back("settings");
  if (needs.devices) out.push_back("devices");
  return out;
}

json case_json(const RunResult& run, const CaseResult& one, std::size_t max_body_bytes) {
  json calls = json::array(), mismatches = json::array();
  for (const CallRecord& call : one.calls) calls.push_back(call_json(call, max_body_bytes));
  for (const CaseMismatch& found : one.mismatches) {
    mismatches.push_back({{"call", found.call},
                          {"where", found.where},
                          {"expected", found.expected},
                          {"got", found.got}});
  }
  return {{"name", one.name},
          {"rule", rule(one.rule_id).id},
          {"kind", to_string(one.kind)},
          {"what", one.what},
          {"needs", needs_json(one.needs)},
          {"verdict", verdict_word(one.verdict)},
          {"why", one.why},
          {"calls", std::move(calls)},
          {"mismatches", std::move(mismatches)},
          {"reproduce", reproduce_lines(run, one, max_body_bytes)}};
}

// What the registry says, so that a reader needs nothing else.
json registry_json(const Rule& row) {
  json settings = json::array();
  for (const std::string_view name : words_of(row.settings)) settings.push_back(name);
  return {{"rule", row.id},
          {"family", family_of(row)},
          {"statement", row.statement},
          {"mark", to_string(row.mark)},
          {"binds", to_string(row.binds)},
          {"code", row.code},
          {"section", row.section},
          {"page", {{"title", row.page->title}, {"address", row.page->address}}},
          {"settings", std::move(settings)}};
}

json rule_json(const RuleResult& found) {
  json findings = json::array();
  for (const AnswerFinding& answer : found.answer_findings) {
    findings.push_back({{"pointer", answer.finding.pointer},
                        {"expected", answer.finding.expected},
                        {"got", answer.finding.got},
                        {"case", answer.case_index},
                        {"call", answer.call}});
  }
  json out = registry_json(rule(found.rule_id));
  out.update({{"verdict", verdict_word(found.verdict)},
              {"why", found.why},
              {"passed", found.passed},
              {"failed", found.failed},
              {"known", found.known},
              {"observed", found.observed},
              {"not_applicable", found.not_applicable},
              {"not_exercised", found.not_exercised},
              {"cases", found.cases},
              {"answer_findings", std::move(findings)},
              {"answers_checked", found.answers_checked},
              {"answers_broken", found.answers_broken}});
  return out;
}

json counts_json(const RunResult& run) {
  json cases{{"total", run.cases.size()}}, rules{{"total", run.rules.size()}};
  for (const CaseVerdict verdict : kVerdicts) {
    cases[std::string(verdict_word(verdict))] = run.count(verdict);
    rules[std::string(verdict_word(verdict))] = run.rule_count(verdict);
  }
  return {{"cases", std::move(cases)}, {"rules", std::move(rules)}};
}

}  // namespace

std::string_view verdict_word(CaseVerdict verdict) {
  switch (verdict) {
    case CaseVerdict::kPass:
      return "pass";
    case CaseVerdict::kFail:
      return "fail";
    case CaseVerdict::kKnownFailure:
      return "known_failure";
    case CaseVerdict::kFixed:
      return "fixed";
    case CaseVerdict::kFlaky:
      return "flaky";
    case CaseVerdict::kObserved:
      return "observed";
    case CaseVerdict::kNotApplicable:
      return "not_applicable";
    case CaseVerdict::kNotExercised:
      return "not_exercised";
  }
  return "";
}

std::string_view outcome_word(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::kUnreachable:
      return "unreachable";
    case RunOutcome::kUnusable:
      return "unusable";
    case RunOutcome::kViolated:
      return "violated";
    case RunOutcome::kIncomplete:
      return "incomplete";
    case RunOutcome::kConforms:
      return "conforms";
  }
  return "";
}

json to_json(const RunResult& run, std::size_t max_body_bytes) {
  json cases = json::array(), rules = json::array();
  for (const CaseResult& one : run.cases) cases.push_back(case_json(run, one, max_body_bytes));
  for (const RuleResult& one : run.rules) rules.push_back(rule_json(one));
  return {{"format_version", kRunFormatVersion},
          {"contract_version", run.contract_version},
          {"target", run.target},
          {"real_service", run.real_service},
          {"started_ms", run.started_ms},
          {"started", iso_time(run.started_ms)},
          {"duration_ms", run.duration_ms},
          {"run_id", run.run_id},
          {"call_count", run.calls},
          {"outcome", outcome_word(run.outcome)},
          {"exit_code", exit_code(run.outcome)},
          {"why", run.why},
          {"totals", totals_line(run)},
          {"counts", counts_json(run)},
          {"rules", std::move(rules)},
          {"cases", std::move(cases)}};
}

}  // namespace zimmock::inline contract
