#include <nlohmann/json.hpp>

#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"
#include "contracts/harness/reports/writers.h"
#include "contracts/harness/run_json.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

std::string_view level_of(const Rule& row, CaseVerdict verdict) {
  if (verdict == CaseVerdict::kObserved) return "note";
  return row.mark == Mark::kAssumed ? "warning" : "error";
}

json rule_json(const Rule& row) {
  json out{{"id", row.id},
           {"shortDescription", {{"text", row.statement}}},
           {"defaultConfiguration", {{"level", level_of(row, CaseVerdict::kFail)}}},
           {"properties", {{"mark", to_string(row.mark)}, {"binds", to_string(row.binds)}}}};
  if (!row.page->address.empty()) out["helpUri"] = row.page->address;
  return out;
}

// The file that the case is written in: a viewer of code wants a place in the sources.
std::string case_file_uri(std::string_view name) {
  std::string out = "contracts/cases/";
  for (const char c : name.substr(0, name.find('.'))) {
    out += c == '/' ? std::string("/") : url_encode(std::string_view(&c, 1));
  }
  return out + ".json";
}

json result_json(const Rule& row, CaseVerdict verdict, const CaseResult& one, std::string message) {
  return {{"ruleId", row.id},
          {"ruleIndex", static_cast<std::size_t>(row.rule_id)},
          {"level", level_of(row, verdict)},
          {"message", {{"text", std::move(message)}}},
          {"locations",
           {{{"physicalLocation",
              {{"artifactLocation", {{"uri", case_file_uri(one.name)}}},
               {"region", {{"startLine", 1}}}}},
             {"logicalLocations", {{{"fullyQualifiedName", one.name}}}}}}},
          {"partialFingerprints", {{"contractCase/v1", std::string(row.id) + " " + one.name}}},
          {"properties", {{"verdict", verdict_word(verdict)}}}};
}

void add_case(json& results, const RunResult& run, const CaseResult& one) {
  if (!counts_as_failure(one.verdict) && one.verdict != CaseVerdict::kObserved) return;
  std::string message = one.name;
  for (const std::string& line : reason_lines(one)) message += "\n" + line;
  message += "\nReproduce with: " + reproduce_lines(run, one).front();
  results.push_back(result_json(rule(one.rule_id), one.verdict, one, std::move(message)));
}

void add_answer_findings(json& results, const RunResult& run, const RuleResult& found) {
  for (const AnswerFinding& answer : found.answer_findings) {
    const CaseResult& one = run.cases[answer.case_index];
    results.push_back(result_json(rule(found.rule_id), found.verdict, one,
                                  printable_line(finding_line(answer)) + "\nin " + one.name));
  }
}

}  // namespace

std::string write_sarif(const RunResult& run) {
  json rules = json::array(), results = json::array();
  for (const Rule& row : all_rules()) rules.push_back(rule_json(row));
  for (const CaseResult& one : run.cases) add_case(results, run, one);
  for (const RuleResult& found : run.rules) add_answer_findings(results, run, found);
  const json driver{
      {"name", "zimmock contract"}, {"version", run.contract_version}, {"rules", std::move(rules)}};
  const json out{
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs",
       {{{"tool", {{"driver", driver}}},
         {"results", std::move(results)},
         {"invocations",
          {{{"executionSuccessful",
             run.outcome == RunOutcome::kConforms || run.outcome == RunOutcome::kViolated},
            {"exitCode", exit_code(run.outcome)},
            {"startTimeUtc", iso_time(run.started_ms)}}}},
         {"properties", {{"target", run.target}, {"outcome", outcome_word(run.outcome)}}}}}}};
  return printable_json(out.dump(1, ' ', false, json::error_handler_t::replace)) + "\n";
}

}  // namespace zimmock::inline contract
