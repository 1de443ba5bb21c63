// What an answer must be by the row of its operation.

#include "contracts/api/answer_notes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

void check_text(RuleId id, const json& entry, const char* name, const std::string& where,
                AnswerNotes& notes) {
  const json* text = member(entry, name);
  if (text != nullptr && text->is_string()) return;
  notes.broken(id, pointer_to(where, name), "a string", got_of(text));
}

// A user of a batch that failed.
void check_failed_user(RuleId id, const Batch& batch, const json& entry, const std::string& where,
                       AnswerNotes& notes) {
  if (!entry.is_object()) {
    notes.broken(id, where, "an object", json_type_and_value(entry));
    return;
  }
  check_text(id, entry, "UserId", where, notes);
  const json* code = member(entry, "SubCode");
  if (code == nullptr || !code->is_number_integer() || *code == 0) {
    notes.broken(id, where + "/SubCode", "an integer that is not 0", got_of(code));
  }
  if (batch.sub_message) check_text(id, entry, "SubMessage", where, notes);
}

// Without the list there is nothing to look at: nobody failed, or the call was refused as a whole.
void check_failures(const Batch& batch, const json& answer, bool success, AnswerNotes& notes) {
  const json* errors = member(answer, batch.errors);
  if (errors == nullptr) return;
  const RuleId id = success ? batch.partial : batch.all_fail;
  notes.look_at(id);
  const std::string list = pointer_to("", batch.errors);
  if (!errors->is_array()) {
    notes.broken(id, list, "an array", json_type_and_value(*errors));
    return;
  }
  for (std::size_t i = 0; i < errors->size(); ++i) {
    check_failed_user(id, batch, (*errors)[i], pointer_to(list, i), notes);
  }
}

void check_found(const FoundUsers& found, const json& answer, AnswerNotes& notes) {
  notes.look_at(found.members);
  const std::string list = pointer_to("", found.list);
  const json* users = member(answer, found.list);
  if (users == nullptr || !users->is_array()) {
    notes.broken(found.members, list, "an array", got_of(users));
    return;
  }
  for (std::size_t i = 0; i < users->size(); ++i) {
    const std::string where = pointer_to(list, i);
    const json& user = (*users)[i];
    if (!user.is_object()) {
      notes.broken(found.members, where, "an object", json_type_and_value(user));
      continue;
    }
    for (const char* name : found.texts) check_text(found.members, user, name, where, notes);
  }
}

}  // namespace

void check_answer_members(const Operation& operation, const json& answer, bool success,
                          AnswerNotes& notes) {
  if (operation.check_answer != nullptr) operation.check_answer(answer, success, notes);
  if (operation.batch) check_failures(*operation.batch, answer, success, notes);
  if (operation.found && success) check_found(*operation.found, answer, notes);
}

}  // namespace zimmock::inline contract
