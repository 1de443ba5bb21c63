#include "contracts/harness/report_text.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

std::string shown_body(std::string_view body, std::size_t max_bytes) {
  if (body.size() <= max_bytes) return printable_line(body);
  return fmt::format("{} ... ({} bytes)", printable_line(cut_at_character(body, max_bytes)),
                     body.size());
}

// The call after which there is nothing to show any more.
std::size_t first_wrong_call(const CaseResult& one) {
  std::size_t first = one.calls.size();
  for (const CaseMismatch& found : one.mismatches) first = std::min(first, found.call);
  return first;
}

}  // namespace

std::string_view family_of(const Rule& row) { return row.id.substr(0, row.id.find('.')); }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!(text = trim(text)).empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

std::string_view cut_at_character(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (max_bytes > 0 && continues(max_bytes)) --max_bytes;
  return text.substr(0, max_bytes);
}

std::vector<std::string> reproduce_lines(const RunResult& run, const CaseResult& one,
                                         std::size_t max_body_bytes) {
  // A service that is not steered is not written to unless that is said.
  const bool allow_writes = run.target != "mock" && one.needs.writes;
  std::vector<std::string> out{
      fmt::format("zimmock contract run --target {} --only {}{}",
                  run.target == "mock" ? run.target : shell_word(run.target), shell_word(one.name),
                  allow_writes ? " --allow-writes" : "")};
  const std::size_t last = first_wrong_call(one);
  for (std::size_t i = 0; i < one.calls.size() && i <= last; ++i) {
    if (one.calls[i].request.body.size() > max_body_bytes) continue;
    std::string line = curl_line(one.calls[i]);
    if (!line.empty()) out.push_back(std::move(line));
  }
  return out;
}

std::string totals_line(const RunResult& run) {
  std::string out = fmt::format("Total {}", run.cases.size());
  const auto add = [&](std::string_view name, CaseVerdict verdict, bool always) {
    const std::size_t count = run.count(verdict);
    if (always || count > 0) out += fmt::format(" \u00B7 {} {}", name, count);
  };
  add("passed", CaseVerdict::kPass, true);
  add("failed", CaseVerdict::kFail, true);
  add("known", CaseVerdict::kKnownFailure, true);
  add("fixed", CaseVerdict::kFixed, false);
  add("flaky", CaseVerdict::kFlaky, false);
  add("observed", CaseVerdict::kObserved, true);
  add("not applicable", CaseVerdict::kNotApplicable, true);
  add("NOT EXERCISED", CaseVerdict::kNotExercised, true);
  return fmt::format("{} - {}", out, to_string(run.outcome));
}

std::string head_line(const RunResult& run) {
  return fmt::format("{} against contract {}, {}, {} calls in {} ms{}", printable_line(run.target),
                     printable_line(run.contract_version), iso_time(run.started_ms), run.calls,
                     run.duration_ms,
                     run.real_service || run.target == "mock" ? "" : ", not the real service");
}

bool counts_as_failure(CaseVerdict verdict) {
  return verdict == CaseVerdict::kFail || verdict == CaseVerdict::kFixed;
}

std::string finding_line(const AnswerFinding& answer) {
  const Finding& found = answer.finding;
  return fmt::format("{}: expected {}, got {}", found.pointer.empty() ? "answer" : found.pointer,
                     found.expected, found.got);
}

std::vector<std::string> exchange_lines(const CallRecord& call, std::size_t max_body_bytes) {
  const HttpRequest& request = call.request;
  std::vector<std::string> out{
      fmt::format("> {} {}", printable_line(request.method), printable_line(request.target))};
  if (!request.body.empty()) out.push_back("> " + shown_body(request.body, max_body_bytes));
  if (call.response) {
    out.push_back(fmt::format("< HTTP {}", call.response->status));
    out.push_back("< " + shown_body(call.response->body, max_body_bytes));
  } else {
    out.push_back("< no answer: " + printable_line(call.error));
  }
  return out;
}

std::vector<std::string> not_exercised_lines(const RunResult& run) {
  std::map<std::string, std::vector<std::string_view>> by_reason;
  if (run.cases.empty()) return {};  // the run ended before the first: that is said by itself
  std::size_t not_selected = 0;
  for (const RuleResult& found : run.rules) {
    if (found.verdict != CaseVerdict::kNotExercised) continue;
    if (found.cases.empty()) {
      ++not_selected;
      continue;
    }
    by_reason[found.why.empty() ? "no reason given" : found.why].push_back(rule(found.rule_id).id);
  }
  std::vector<std::string> out;
  for (const auto& [why, names] : by_reason) {
    out.push_back(fmt::format("{} {} not exercised, {}: {}", names.size(),
                              names.size() == 1 ? "rule" : "rules", printable_line(why),
                              fmt::join(names, ", ")));
  }
  if (not_selected > 0) {
    out.push_back(fmt::format("{} of {} rules have no case in this selection", not_selected,
                              run.rules.size()));
  }
  return out;
}

std::vector<std::string> reason_lines(const CaseResult& one) {
  std::vector<std::string> out;
  if (!one.why.empty()) out.push_back(printable_line(one.why));
  for (const CaseMismatch& found : one.mismatches) out.push_back(printable_line(found.line()));
  return out;
}

}  // namespace zimmock::inline contract
