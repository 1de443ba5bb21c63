#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/rules/rules.h"

namespace zimmock {

// What the parts of an answer check write down: every rule looked at, and of each the first breach.
class AnswerNotes {
 public:
  AnswerNotes(std::vector<Finding>& findings, RuleSet& checked)
      : findings_(findings), checked_(checked) {}

  void look_at(RuleId id) { checked_.add(id); }

  // Further breaches of the same rule are dropped: one says enough of one answer.
  void broken(RuleId id, std::string pointer, std::string expected, std::string got);

 private:
  std::vector<Finding>& findings_;
  RuleSet& checked_;
  RuleSet broken_;
};

// "number 7", or "nothing" for a member that is not there.
std::string got_of(const nlohmann::json* value);

// The member of that name, or nullptr. `object` must be an object.
const nlohmann::json* member(const nlohmann::json& object, std::string_view name);

// Decimal digits in a string, as ids are sent.
bool is_digits(const nlohmann::json& value);

// Holds what QueryPeerMsg answered with Code 0 against the rules on items and pages.
void check_query_answer(const nlohmann::json& answer, AnswerNotes& notes);

}  // namespace zimmock
