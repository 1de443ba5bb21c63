#include "contracts/harness/suite_runner.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/harness/answer_check.h"
#include "contracts/harness/case_runner.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

bool matches_case(std::string_view pattern, const ContractCase& one) {
  return pattern_matches(pattern, one.name) || pattern_matches(pattern, rule(one.rule_id).id);
}

bool any_matches(const std::vector<std::string>& patterns, const ContractCase& one) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&one](const std::string& pattern) { return matches_case(pattern, one); });
}

const KnownCase* find_known(const std::vector<KnownCase>& known, const CaseResult& one) {
  for (const KnownCase& entry : known) {
    if (pattern_matches(entry.pattern, one.name) ||
        pattern_matches(entry.pattern, rule(one.rule_id).id)) {
      return &entry;
    }
  }
  return nullptr;
}

std::string reason_of(std::string_view verdict, const KnownCase& known) {
  return known.reason.empty() ? std::string(verdict) : fmt::format("{}: {}", verdict, known.reason);
}

// The verdict that the lists of known failures and the service's kind make of a result.
void classify(CaseResult& one, const RunOptions& options) {
  const bool failed = one.verdict == CaseVerdict::kFail;
  if (!failed && one.verdict != CaseVerdict::kPass) return;
  if (const KnownCase* flaky = find_known(options.known_flaky, one)) {
    if (!failed) return;
    one.verdict = CaseVerdict::kFlaky;
    one.why = reason_of("listed as flaky", *flaky);
  } else if (const KnownCase* known = find_known(options.known_failing, one)) {
    one.verdict = failed ? CaseVerdict::kKnownFailure : CaseVerdict::kFixed;
    one.why = reason_of(
        failed ? "listed as failing" : "listed as failing, but it passes: take it off the list",
        *known);
  } else if (failed && options.observe_assumed && rule(one.rule_id).mark == Mark::kAssumed) {
    one.verdict = CaseVerdict::kObserved;
    one.why = "the rule is assumed, and the service does otherwise";
  }
}

void add_case(RuleResult& rule, const CaseResult& one, std::size_t index) {
  rule.cases.push_back(index);
  switch (one.verdict) {
    case CaseVerdict::kPass:
      ++rule.passed;
      break;
    case CaseVerdict::kFail:
    case CaseVerdict::kFixed:
      ++rule.failed;
      break;
    case CaseVerdict::kKnownFailure:
    case CaseVerdict::kFlaky:
      ++rule.known;
      break;
    case CaseVerdict::kObserved:
      ++rule.observed;
      break;
    case CaseVerdict::kNotApplicable:
      ++rule.not_applicable;
      break;
    case CaseVerdict::kNotExercised:
      ++rule.not_exercised;
      break;
  }
  if (rule.why.empty() && one.verdict != CaseVerdict::kPass) rule.why = one.why;
}

// Holds every answer of the case against the rules on answers.
void check_answers(RunResult& run, std::size_t index, const Profile& profile) {
  constexpr std::size_t kKeptFindings = 3;
  const CaseResult& one = run.cases[index];
  for (std::size_t call = 0; call < one.calls.size(); ++call) {
    // What is answered on another path is no answer of this API.
    const bool answered = one.calls[call].response.has_value();
    if (!answered || !one.calls[call].request.target.starts_with("/?")) continue;
    const AnswerCheck check =
        check_answer(one.calls[call].action, *one.calls[call].response, profile);
    for (RuleResult& rule : run.rules) {
      if (check.checked.contains(rule.rule_id)) ++rule.answers_checked;
    }
    for (const Finding& finding : check.findings) {
      RuleResult& rule = run.rules[static_cast<std::size_t>(finding.rule_id)];
      ++rule.answers_broken;
      if (rule.answer_findings.size() < kKeptFindings) {
        rule.answer_findings.push_back({finding, index, call});
      }
    }
  }
}

void conclude(RuleResult& result, const RunOptions& options) {
  const bool assumed = options.observe_assumed && rule(result.rule_id).mark == Mark::kAssumed;
  const bool broken = result.answers_broken > 0 && result.known == 0;
  if (result.failed > 0 || (broken && !assumed)) {
    result.verdict = CaseVerdict::kFail;
  } else if (result.known > 0) {
    result.verdict = CaseVerdict::kKnownFailure;
  } else if (result.observed > 0 || broken) {
    result.verdict = CaseVerdict::kObserved;
  } else if (result.passed > 0) {
    result.verdict = CaseVerdict::kPass;
  } else if (result.not_exercised == 0 && result.not_applicable > 0) {
    result.verdict = CaseVerdict::kNotApplicable;
  } else if (result.cases.empty()) {
    result.why = "no case of it was selected";
  }
}

// The call that finds out whether there is such a service at all; nothing if there is.
std::optional<RunOutcome> probe(Target& target, CaseSite& site, std::string& why, bool& mock) {
  WorldSettings settings;
  settings.profile = site.profile;
  auto world = target.open(settings);
  if (!world) {
    why = world.error().message;
    return RunOutcome::kUnreachable;
  }
  ContractCase one;
  one.steps = json::array({{{"call", "QueryPeerMsg"},
                            {"body", {{"FromUserId", "${probe}"}, {"ToUserId", "${nobody}"}}},
                            {"expect", {{"code", 0}}}}});
  const CaseResult result = run_case(one, **world, site);
  if (result.calls.empty()) {
    why = result.why;
    return RunOutcome::kIncomplete;
  }
  const CallRecord& call = result.calls.front();
  if (!call.response) {
    why = call.error;
    return RunOutcome::kUnreachable;
  }
  // The mock explains a refusal, and this call is one; however it was reached.
  mock = !header(call.response->headers, "X-Zimmock-Explain").empty();
  if (check_answer(call.action, *call.response).usable) return std::nullopt;
  why = fmt::format(
      "the answer to a first call: expected a JSON object with Code, got HTTP {}, {}: {}",
      call.response->status, quote(header(call.response->headers, "Content-Type")),
      quote(call.response->body));
  return RunOutcome::kUnusable;
}

RunOutcome outcome_of(const RunResult& run, const RunOptions& options, const Needs& can,
                      std::string& why) {
  const auto failed = run.rule_count(CaseVerdict::kFail);
  if (failed > 0) {
    why = fmt::format("{} {} broken", failed, failed == 1 ? "rule is" : "rules are");
    return RunOutcome::kViolated;
  }
  const bool all = options.only.empty() && options.skip.empty();
  std::size_t open = 0;
  for (const RuleResult& rule : run.rules) {
    const bool asked = all || !rule.cases.empty();
    if (asked && rule.verdict == CaseVerdict::kNotExercised) ++open;
  }
  if (open > 0) {
    why = fmt::format("{} {} not exercised", open, open == 1 ? "rule was" : "rules were");
    return RunOutcome::kIncomplete;
  }
  const auto unknown = run.count(CaseVerdict::kNotExercised);
  if (unknown > 0) {
    why = fmt::format("{} {} not exercised", unknown, unknown == 1 ? "case was" : "cases were");
    return RunOutcome::kIncomplete;
  }
  const auto unwritten = std::count_if(run.cases.begin(), run.cases.end(), [&](const auto& one) {
    return one.needs.writes && !can.writes && one.verdict == CaseVerdict::kNotApplicable;
  });
  if (all && unwritten > 0) {
    why = fmt::format("{} cases need writes, which --allow-writes allows", unwritten);
    return RunOutcome::kIncomplete;
  }
  if (run.count(CaseVerdict::kPass) == 0) {
    why = "nothing passed, because nothing was applicable";
    return RunOutcome::kIncomplete;
  }
  return RunOutcome::kConforms;
}

class SuiteRun {
 public:
  SuiteRun(Target& target, const RunOptions& options, const Clock& clock)
      : target_(target),
        options_(options),
        clock_(clock),
        site_{"", options.max_calls, 0, clock, options.profile} {
    run_.contract_version = kContractVersion;
    run_.target = target.name();
    run_.real_service = options.real_service;
    run_.run_id = options.run_id;
    run_.started_ms = clock.wall_ms();
    started_ns_ = clock.monotonic_ns();
    for (const Rule& row : all_rules()) run_.rules.push_back({row.rule_id});
  }

  bool reachable() {
    site_.user_prefix = options_.run_id;
    bool mock = false;
    const auto outcome = probe(target_, site_, run_.why, mock);
    if (mock) run_.real_service = false;
    if (outcome) run_.outcome = *outcome;
    return !outcome;
  }

  void run(const ContractCase& one) {
    // Short, so that ids of 32 bytes can be made of it; of its own, so that no two cases meet.
    site_.user_prefix = fmt::format("{}{}", options_.run_id, encode(run_.cases.size()));
    CaseResult result = run_one(one);
    classify(result, options_);
    run_.cases.push_back(std::move(result));
    const std::size_t index = run_.cases.size() - 1;
    add_case(run_.rules[static_cast<std::size_t>(one.rule_id)], run_.cases.back(), index);
    check_answers(run_, index, options_.profile);
  }

  RunResult finish(bool complete, bool interrupted) {
    for (RuleResult& rule : run_.rules) conclude(rule, options_);
    if (complete) run_.outcome = outcome_of(run_, options_, target_.can(), run_.why);
    if (lost_connection_ && run_.outcome == RunOutcome::kIncomplete)
      run_.outcome = RunOutcome::kUnreachable;
    if (interrupted) {
      run_.why = "interrupted";
      run_.interrupted = true;
      if (run_.outcome != RunOutcome::kViolated) run_.outcome = RunOutcome::kIncomplete;
    }
    run_.calls = site_.calls;
    run_.duration_ms = (clock_.monotonic_ns() - started_ns_) / kNanosPerMilli;
    return std::move(run_);
  }

 private:
  static std::string encode(std::size_t number) { return fmt::format("{:03x}", number); }

  CaseResult run_one(const ContractCase& one) {
    CaseResult result = result_of(one);
    const std::string lacking = missing(one.needs, target_.can());
    if (!lacking.empty()) {
      result.verdict = CaseVerdict::kNotApplicable;
      result.why = "needs " + lacking;
      return result;
    }
    WorldSettings settings = one.world;
    settings.profile = changed_profile(options_.profile, one.world.profile);
    auto world = target_.open(settings);
    if (!world) {
      result.why = world.error().message;
      return result;
    }
    result = run_case(one, **world, site_);
    if (!result.calls.empty() && !result.calls.back().error.empty()) lost_connection_ = true;
    return result;
  }

  Target& target_;
  const RunOptions& options_;
  const Clock& clock_;
  CaseSite site_;
  RunResult run_;
  std::int64_t started_ns_ = 0;
  bool lost_connection_ = false;
};

}  // namespace

bool pattern_matches(std::string_view pattern, std::string_view name) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t from = star; from <= name.size(); ++from) {
    if (pattern_matches(rest, name.substr(from))) return true;
  }
  return false;
}

std::vector<KnownCase> parse_known_cases(std::string_view text) {
  std::vector<KnownCase> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    const auto hash = line.find('#');
    const std::string_view pattern = trim(line.substr(0, hash));
    if (pattern.empty()) continue;
    const std::string_view reason =
        hash == std::string_view::npos ? "" : trim(line.substr(hash + 1));
    out.push_back({std::string(pattern), std::string(reason)});
  }
  return out;
}

Result<std::vector<ContractCase>> select_cases(std::vector<ContractCase> cases,
                                               const RunOptions& options) {
  std::vector<std::string> patterns = options.only;
  patterns.insert(patterns.end(), options.skip.begin(), options.skip.end());
  for (const auto* known : {&options.known_failing, &options.known_flaky}) {
    for (const KnownCase& entry : *known) patterns.push_back(entry.pattern);
  }
  for (const std::string& pattern : patterns) {
    const bool used = std::any_of(cases.begin(), cases.end(), [&pattern](const ContractCase& one) {
      return matches_case(pattern, one);
    });
    if (!used) {
      return fail(
          ErrorKind::kUsage,
          fmt::format("{} matches no case and no rule; `zimmock contract list --cases` has them",
                      quote(pattern)));
    }
  }
  std::erase_if(cases, [&options](const ContractCase& one) {
    return (!options.only.empty() && !any_matches(options.only, one)) ||
           any_matches(options.skip, one);
  });
  return cases;
}

RunResult run_suite(const std::vector<ContractCase>& cases, Target& target,
                    const RunOptions& options, const Clock& clock,
                    const std::function<bool()>& interrupted) {
  SuiteRun run(target, options, clock);
  if (!run.reachable()) return run.finish(false, false);
  for (const ContractCase& one : cases) {
    if (interrupted && interrupted()) return run.finish(true, true);
    run.run(one);
  }
  return run.finish(true, false);
}

}  // namespace zimmock::inline contract
