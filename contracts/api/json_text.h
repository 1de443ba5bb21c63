#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

struct JsonLimits {
  std::int64_t max_depth = 64;
  bool refuse_duplicate_members = true;
};

// Every JSON text is parsed by one of the functions below (test house.layers): nlohmann's
// parser takes a NUL byte for the end of the text, so that what follows it would be lost without a
// word.

// Parses one JSON document in UTF-8. The Finding breaks body.is-json, body.depth or
// body.member-once; for a syntax error, a NUL byte too, it names line and column. Integers keep all
// 64 bits; larger ones become floating-point numbers and so are no integers any more. Which of the
// three rules were looked at is added to `checked`, if given: where the syntax is wrong, it alone.
tl::expected<nlohmann::json, Finding> parse_json(std::string_view text, const JsonLimits& limits,
                                                 RuleSet* checked = nullptr);

// The document, or a discarded value (is_discarded()) for what is no JSON document in UTF-8: for
// texts of which nobody is told why. Any depth; of a member given twice the last value stands.
nlohmann::json json_or_discarded(std::string_view text);

// The same, its members in the text's order.
nlohmann::ordered_json ordered_json_or_discarded(std::string_view text);

// Makes an integer of every number that is written with a point or an exponent and is whole (1.0,
// 1e3): JSON Schema counts it as one. Beyond 2^53, where not every integer is such a number, none.
void make_numbers_whole(nlohmann::json& value);

// What a message says it got: `string "abc"`, `number 7`, `null`, `object`, `array of 3`.
std::string json_type_and_value(const nlohmann::json& value);

// dump() that replaces what is not UTF-8 instead of throwing.
std::string json_line(const nlohmann::json& value);

// A JSON document that a terminal may show: what is not printable stands as \uXXXX in its strings,
// so the document's value is the same.
std::string printable_json(std::string_view document);

// A JSON Pointer's next step, escaped: pointer_to("/a", "b/c") is "/a/b~1c".
std::string pointer_to(std::string_view base, std::string_view member);
std::string pointer_to(std::string_view base, std::size_t index);

}  // namespace zimmock::inline contract
