#pragma once

// Two runs side by side: what the documents say, what A did, what B did, and whose fault it is.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/harness/run_result.h"

namespace zimmock::inline contract {

enum class DiffClass {
  kSame,            // as documented, on both sides
  kMockWrong,       // the real service keeps it, the mock does not
  kDocumentWrong,   // the real service breaks what is documented or inferred
  kDocumentSilent,  // the real service does otherwise than is assumed
  kChanged,         // the real service did one thing and now does another
  kUnverified,      // nothing of the real service to compare with
};

// One case of a rule in both runs; or every answer, where the rule is held against all of them.
struct CaseDiff {
  std::string name;
  DiffClass diff_class = DiffClass::kUnverified;
  bool differs = false;
  std::string a, b;  // what each did: "pass", "fail: /Code: expected ..., got ..."
};

struct RuleDiff {
  RuleId rule_id{};
  DiffClass diff_class = DiffClass::kUnverified;  // the gravest of its cases'
  bool differs = false;                           // A, B and the documents are not of one mind
  CaseVerdict a = CaseVerdict::kNotExercised, b = CaseVerdict::kNotExercised;
  std::size_t compared = 0;  // cases that are not unverified
  std::vector<CaseDiff> cases;
};

// Which run is A or B: what a reader has to know of it.
struct RunSide {
  std::string target;
  std::string contract_version;
  bool real_service = false;
  std::int64_t started_ms = 0;
  RunOutcome outcome = RunOutcome::kIncomplete;
};

struct RunDiff {
  RunSide a, b;
  std::vector<RuleDiff> rules;  // every rule, in the registry's order

  bool verified() const { return a.real_service || b.real_service; }
  bool same_contract() const { return a.contract_version == b.contract_version; }
  std::size_t count(DiffClass diff_class) const;  // of rules
  std::size_t differing() const;                  // rules
};

// Cases are matched by name.
RunDiff diff_runs(const RunResult& a, const RunResult& b);

std::string_view to_string(DiffClass diff_class);  // "mock wrong"

// A table of the rules, then what differs in full; the last line has the numbers. ASCII.
std::string to_text(const RunDiff& diff);

// The same as data; the classes with '_' for ' '.
nlohmann::json to_json(const RunDiff& diff);

}  // namespace zimmock::inline contract
