#include "contracts/harness/matcher.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/answer_notes.h"
#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

std::string show(const json* value) {
  return value == nullptr ? "nothing" : json_type_and_value(*value);
}

bool is_of_type(const std::string& type, const json* got) {
  if (type == "absent") return got == nullptr;
  if (got == nullptr) return false;
  if (type == "digits") return is_digits(*got);
  if (type == "string") return got->is_string();
  if (type == "integer") return got->is_number_integer();
  if (type == "number") return got->is_number();
  if (type == "boolean") return got->is_boolean();
  if (type == "array") return got->is_array();
  if (type == "object") return got->is_object();
  return type == "null" && got->is_null();
}

std::string type_words(const std::string& type) {
  if (type == "digits") return "a string of decimal digits";
  if (type == "absent") return "nothing";
  if (type == "null") return "null";
  return (type == "integer" || type == "array" || type == "object" ? "an " : "a ") + type;
}

bool matches(const json& expected, const json* got) {
  std::vector<Difference> differences;
  match(expected, got, "", differences);
  return differences.empty();
}

bool match_any(const json& choices, const json* got) {
  return std::any_of(choices.begin(), choices.end(),
                     [got](const json& choice) { return matches(choice, got); });
}

// What the matcher asks for, in words; "" if `got` is it.
std::string unmet(const std::string& word, const json& argument, const json* got) {
  const bool number = got != nullptr && got->is_number();
  if (word == "$is") {
    const auto type = argument.get<std::string>();
    return is_of_type(type, got) ? "" : type_words(type);
  }
  if (word == "$any_of") return match_any(argument, got) ? "" : "one of " + json_line(argument);
  if (word == "$not") return matches(argument, got) ? "anything but " + json_line(argument) : "";
  if (word == "$at_least") {
    return number && *got >= argument ? "" : "at least " + json_line(argument);
  }
  if (word == "$at_most") return number && *got <= argument ? "" : "at most " + json_line(argument);
  if (word == "$length") {
    const bool right =
        got != nullptr && got->is_array() && got->size() == argument.get<std::size_t>();
    return right ? "" : fmt::format("an array of {}", json_line(argument));
  }
  // $digits_of
  const bool right =
      got != nullptr && got->is_number_integer() && got->dump() == argument.get<std::string>();
  return right ? "" : fmt::format("the number {}", argument.get<std::string>());
}

void match_url_json(const json& expected, const json* got, const std::string& where,
                    std::vector<Difference>& differences) {
  const bool text = got != nullptr && got->is_string();
  const json inner = text ? json_or_discarded(url_decode(got->get<std::string>()))
                          : json(json::value_t::discarded);
  if (inner.is_discarded()) {
    differences.push_back({where, "URL-encoded JSON", show(got)});
    return;
  }
  const bool encoded =
      got->get_ref<const std::string&>().find_first_of("{\" ") == std::string::npos;
  if (!encoded) differences.push_back({where, "URL-encoded JSON", "JSON that is not encoded"});
  match(expected, &inner, where, differences);
}

void match_members(const json& expected, const json& got, const std::string& where,
                   std::vector<Difference>& differences) {
  for (const auto& [name, member] : expected.items()) {
    const auto found = got.find(name);
    match(member, found == got.end() ? nullptr : &*found, pointer_to(where, name), differences);
  }
}

void match_elements(const json& expected, const json& got, const std::string& where,
                    std::vector<Difference>& differences) {
  if (expected.size() != got.size()) {
    differences.push_back({where, fmt::format("an array of {}", expected.size()), show(&got)});
  }
  for (std::size_t i = 0; i < std::min(expected.size(), got.size()); ++i) {
    match(expected[i], &got[i], pointer_to(where, i), differences);
  }
}

}  // namespace

void match(const json& expected, const json* got, const std::string& where,
           std::vector<Difference>& differences) {
  if (expected.is_object() && expected.size() == 1 && expected.begin().key().starts_with('$')) {
    const std::string& word = expected.begin().key();
    if (word == "$url_json")
      return match_url_json(expected.begin().value(), got, where, differences);
    std::string wanted = unmet(word, expected.begin().value(), got);
    if (!wanted.empty()) differences.push_back({where, std::move(wanted), show(got)});
    return;
  }
  if (got != nullptr && expected.is_object() && got->is_object()) {
    return match_members(expected, *got, where, differences);
  }
  if (got != nullptr && expected.is_array() && got->is_array()) {
    return match_elements(expected, *got, where, differences);
  }
  // A number is of one kind: 1.0 is not the integer 1.
  const bool same_kind = got != nullptr && expected.is_number_float() == got->is_number_float();
  if (same_kind && expected == *got) return;
  differences.push_back({where, json_type_and_value(expected), show(got)});
}

}  // namespace zimmock::inline contract
