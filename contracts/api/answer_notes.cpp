#include "contracts/api/answer_notes.h"

#include "contracts/api/json_text.h"

namespace zimmock::inline contract {

void AnswerNotes::broken(RuleId id, std::string pointer, std::string expected, std::string got) {
  checked_.add(id);
  if (broken_.contains(id)) return;
  broken_.add(id);
  findings_.push_back({id, std::move(pointer), std::move(expected), std::move(got)});
}

std::string got_of(const nlohmann::json* value) {
  return value == nullptr ? "nothing" : json_type_and_value(*value);
}

const nlohmann::json* member(const nlohmann::json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

bool is_digits(const nlohmann::json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace zimmock::inline contract
