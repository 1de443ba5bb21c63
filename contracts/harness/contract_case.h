#pragma once

// A case: what is given, what is done, what must come of it. Cases are data (contracts/cases); the
// words they are written in are in contracts/cases/README.md.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/result.h"
#include "contracts/harness/target.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

enum class CaseKind {
  kAccepts,  // what the rule allows is taken
  kRefuses,  // what the rule forbids is refused
  kBehaves,  // the service does what the rule says
};

struct ContractCase {
  std::string name;  // "import/send-time.one-ms-late", with [char=!] in a family
  RuleId rule_id{};
  CaseKind kind = CaseKind::kBehaves;
  std::string what;  // one sentence
  Needs needs;       // found from its words
  WorldSettings world;

  std::vector<std::string> users;                // registered first
  nlohmann::json messages;                       // imported then; an array of import steps
  nlohmann::json steps;                          // an array
  std::map<std::string, nlohmann::json> each;    // the family's values for this case
  std::map<std::string, nlohmann::json> bodies;  // that `like` names
};

struct CaseFile {
  std::string_view path;  // below contracts/cases, without ".json"
  std::string_view text;
};

// Every case of the files, families written out. An unknown word, rule or value function, a missing
// member or a name given twice is an Error (kInput): "import.json: /cases/3/steps/0/call: expected
// ..., got ...".
Result<std::vector<ContractCase>> read_cases(std::span<const CaseFile> files);

// The suite that is built into the program.
std::span<const CaseFile> embedded_case_files();

std::string_view to_string(CaseKind kind);

// "writes, clock", or "" for none.
std::string to_string(const Needs& needs);

// The first thing that a case needs and a target cannot, in words that follow "needs", or "".
std::string missing(const Needs& needs, const Needs& can);

}  // namespace zimmock::inline contract
