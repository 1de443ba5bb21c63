#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "contracts/harness/answer_check.h"

namespace zimmock {

// What the parts of an answer check write down: every rule looked at, and of each the first breach.
class AnswerNotes {
 public:
  explicit AnswerNotes(AnswerCheck& check) : check_(check) {}

  void look_at(RuleId id) { check_.checked.add(id); }

  // Further breaches of the same rule are dropped: one says enough of one answer.
  void broken(RuleId id, std::string pointer, std::string expected, std::string got);

 private:
  AnswerCheck& check_;
  RuleSet broken_;
};

// "number 7", or "nothing" for a member that is not there.
std::string got_of(const nlohmann::json* value);

// The member of that name, or nullptr. `object` must be an object.
const nlohmann::json* member(const nlohmann::json& object, std::string_view name);

// Holds what QueryPeerMsg answered with Code 0 against the rules on items and pages.
void check_query_answer(const nlohmann::json& answer, AnswerNotes& notes);

}  // namespace zimmock
