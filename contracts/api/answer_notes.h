#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// Writes down what is found in one answer: every rule that was looked at, and the first breach of
// each. Both lists must outlive it.
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

}  // namespace zimmock::inline contract
