#pragma once

#include <string_view>
#include <vector>

#include "contracts/api/http.h"
#include "contracts/api/profile.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// What one answer by itself shows of the rules on answers.
struct AnswerCheck {
  std::vector<Finding> findings;  // at most one a rule
  RuleSet checked;                // the rules that this answer was held against
  bool usable = false;            // an answer of this API: a JSON object with an integer Code
};

// Holds an answer to `action` against the rules that every answer keeps: answer.* always,
// import.answer-ids, register.*, query.item-members, query.newest-first, query.media-url-encoded
// and query.not-returned where the action and Code 0 bring them up; query.pages-complete and
// query.empty-conversation only as broken, by a page without a List or Next.
// What the profile's `zeros` lets a service leave out need not be there, and its codes are known.
AnswerCheck check_answer(std::string_view action, const HttpResponse& response,
                         const Profile& profile = default_profile());

}  // namespace zimmock::inline contract
