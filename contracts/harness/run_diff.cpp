#include "contracts/harness/run_diff.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"

namespace zimmock::inline contract {
namespace {

enum class Seen { kKept, kBroken, kUnknown };

// What a run found out of one case. `evidence` is what two runs can have in common: ids and times
// are of one run only.
struct CaseSide {
  Seen seen = Seen::kUnknown;
  std::string text = "not in the run";
  std::string evidence;
};

Seen seen_of(CaseVerdict verdict) {
  switch (verdict) {
    case CaseVerdict::kPass:
    case CaseVerdict::kFixed:
      return Seen::kKept;
    case CaseVerdict::kFail:
    case CaseVerdict::kKnownFailure:
    case CaseVerdict::kObserved:
      return Seen::kBroken;
    case CaseVerdict::kFlaky:  // says nothing: it would be otherwise the next time
    case CaseVerdict::kNotApplicable:
    case CaseVerdict::kNotExercised:
      break;
  }
  return Seen::kUnknown;
}

CaseSide side_of(const CaseResult& one) {
  CaseSide side{seen_of(one.verdict), std::string(to_string(one.verdict)), ""};
  if (side.seen == Seen::kUnknown && !one.why.empty()) side.text += ": " + printable_line(one.why);
  if (side.seen != Seen::kBroken) return side;
  for (const CaseMismatch& found : one.mismatches) {
    side.evidence += found.where + "\n";
    if (found.where == "/Code" || found.where == "HTTP status") side.evidence += found.got + "\n";
  }
  if (!one.mismatches.empty()) side.text += ": " + printable_line(one.mismatches.front().line());
  return side;
}

CaseSide answers_side(const RuleResult& found) {
  CaseSide side;
  side.seen = found.answers_broken > 0 ? Seen::kBroken : Seen::kKept;
  side.text = fmt::format("{} of {} answers broken", found.answers_broken, found.answers_checked);
  if (!found.answer_findings.empty()) {
    side.evidence = found.answer_findings.front().finding.pointer;
    side.text += ": " + printable_line(finding_line(found.answer_findings.front()));
  }
  return side;
}

// The two sides and which of them is the real service.
struct Pair {
  CaseSide a, b;
  bool a_real = false, b_real = false;

  bool alike() const { return a.seen == b.seen && a.evidence == b.evidence; }
};

DiffClass document_fault(const Rule& row) {
  return row.mark == Mark::kAssumed ? DiffClass::kDocumentSilent : DiffClass::kDocumentWrong;
}

DiffClass class_of(const Pair& pair, const Rule& row) {
  if (!pair.a_real && !pair.b_real) return DiffClass::kUnverified;
  if (pair.a_real && pair.b_real) {
    if (pair.a.seen == Seen::kUnknown || pair.b.seen == Seen::kUnknown) {
      return DiffClass::kUnverified;
    }
    if (!pair.alike()) return DiffClass::kChanged;
    return pair.a.seen == Seen::kKept ? DiffClass::kSame : document_fault(row);
  }
  const CaseSide& real = pair.a_real ? pair.a : pair.b;
  const CaseSide& mock = pair.a_real ? pair.b : pair.a;
  if (real.seen == Seen::kUnknown) return DiffClass::kUnverified;
  if (real.seen == Seen::kBroken) return document_fault(row);
  if (mock.seen == Seen::kUnknown) return DiffClass::kUnverified;
  return mock.seen == Seen::kKept ? DiffClass::kSame : DiffClass::kMockWrong;
}

bool differs(const Pair& pair, DiffClass diff_class) {
  const bool both_known = pair.a.seen != Seen::kUnknown && pair.b.seen != Seen::kUnknown;
  switch (diff_class) {
    case DiffClass::kSame:
      return false;
    case DiffClass::kUnverified:
      // What cannot be judged can still be unlike.
      return both_known && !pair.alike();
    case DiffClass::kDocumentSilent:
      // A mock that was calibrated does what the service does; no document says otherwise.
      return !pair.alike();
    default:
      return true;
  }
}

// The gravest first; what was compared outweighs what was not.
constexpr DiffClass kByWeight[] = {DiffClass::kMockWrong,     DiffClass::kChanged,
                                   DiffClass::kDocumentWrong, DiffClass::kDocumentSilent,
                                   DiffClass::kSame,          DiffClass::kUnverified};

void add_pair(RuleDiff& out, std::string name, const Pair& pair) {
  CaseDiff one;
  one.name = std::move(name);
  one.diff_class = class_of(pair, rule(out.rule_id));
  one.differs = differs(pair, one.diff_class);
  one.a = pair.a.text;
  one.b = pair.b.text;
  out.differs = out.differs || one.differs;
  out.compared += one.diff_class == DiffClass::kUnverified ? 0 : 1;
  out.cases.push_back(std::move(one));
}

// Of both runs, by name: A's order, then what only B has.
std::vector<std::string> case_names(const RunResult& a, const RuleResult& in_a, const RunResult& b,
                                    const RuleResult& in_b) {
  std::vector<std::string> names;
  for (const std::size_t index : in_a.cases) names.push_back(a.cases[index].name);
  for (const std::size_t index : in_b.cases) {
    const std::string& name = b.cases[index].name;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

CaseSide side_named(const RunResult& run, const RuleResult& found, const std::string& name) {
  for (const std::size_t index : found.cases) {
    if (run.cases[index].name == name) return side_of(run.cases[index]);
  }
  return {};
}

RuleDiff diff_rule(const RunResult& a, const RunResult& b, RuleId id) {
  const RuleResult& in_a = a.rules[static_cast<std::size_t>(id)];
  const RuleResult& in_b = b.rules[static_cast<std::size_t>(id)];
  RuleDiff out;
  out.rule_id = id;
  out.a = in_a.verdict;
  out.b = in_b.verdict;
  Pair pair;
  pair.a_real = a.real_service;
  pair.b_real = b.real_service;
  for (const std::string& name : case_names(a, in_a, b, in_b)) {
    pair.a = side_named(a, in_a, name);
    pair.b = side_named(b, in_b, name);
    add_pair(out, name, pair);
  }
  if (in_a.answers_checked + in_b.answers_checked > 0) {
    pair.a = in_a.answers_checked > 0 ? answers_side(in_a) : CaseSide{};
    pair.b = in_b.answers_checked > 0 ? answers_side(in_b) : CaseSide{};
    add_pair(out, "every answer", pair);
  }
  for (const DiffClass candidate : kByWeight) {
    const auto is = [candidate](const CaseDiff& one) { return one.diff_class == candidate; };
    if (std::any_of(out.cases.begin(), out.cases.end(), is)) {
      out.diff_class = candidate;
      break;
    }
  }
  return out;
}

RunSide side_of(const RunResult& run) {
  return {run.target, run.contract_version, run.real_service, run.started_ms, run.outcome};
}

}  // namespace

std::size_t RunDiff::count(DiffClass diff_class) const {
  return static_cast<std::size_t>(std::count_if(
      rules.begin(), rules.end(), [&](const auto& one) { return one.diff_class == diff_class; }));
}

std::size_t RunDiff::differing() const {
  return static_cast<std::size_t>(
      std::count_if(rules.begin(), rules.end(), [](const auto& one) { return one.differs; }));
}

RunDiff diff_runs(const RunResult& a, const RunResult& b) {
  RunDiff out;
  out.a = side_of(a);
  out.b = side_of(b);
  for (const Rule& row : all_rules()) out.rules.push_back(diff_rule(a, b, row.rule_id));
  return out;
}

std::string_view to_string(DiffClass diff_class) {
  switch (diff_class) {
    case DiffClass::kSame:
      return "same";
    case DiffClass::kMockWrong:
      return "mock wrong";
    case DiffClass::kDocumentWrong:
      return "document wrong";
    case DiffClass::kDocumentSilent:
      return "document silent";
    case DiffClass::kChanged:
      return "changed since";
    case DiffClass::kUnverified:
      return "unverified";
  }
  return "";
}

}  // namespace zimmock::inline contract
