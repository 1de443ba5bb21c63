#include "contracts/api/json_text.h"

#include "tests/support/catch.h"

using namespace zimmock;

namespace {
RuleId broken(std::string_view text, JsonLimits limits = {}) {
  const auto parsed = parse_json(text, limits);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error().rule_id;
}
}  // namespace

TEST_CASE("what is not JSON in UTF-8 is refused") {
  for (const char* text : {"", " ", "{", "{\"a\":1", "{\"a\":1}}", "{a:1}", "\"\xFF\"", "[1,]",
                           "{\"a\":\"\xED\xA0\x80\"}", "nul", "1e999", "a=1&b=2"}) {
    CAPTURE(text);
    CHECK(broken(text) == RuleId::kBodyIsJson);
  }
}

TEST_CASE("a syntax error names its place") {
  CHECK(parse_json("{\"a\":1,\n  b}", {}).error().got == "an error at line 2, column 3, at \"b}\"");
  CHECK(parse_json("", {}).error().got == "nothing");
  CHECK(parse_json("{\"a\":", {}).error().got.find("cut off") != std::string::npos);
  CHECK(parse_json("{\"a\":\"\xFF\"}", {}).error().got.find("not UTF-8") != std::string::npos);
}

// nlohmann's parser takes a NUL for the end of the text.
TEST_CASE("a NUL byte ends nothing: it is refused with its place") {
  using namespace std::string_literals;
  const std::pair<std::string, std::string> texts[] = {
      {"{\"a\":1}\0"s, "line 1, column 8"},
      {"{\"a\":1}\0 {\"lost\":true}"s, "line 1, column 8"},
      {"{\n\"a\"\0:1}"s, "line 2, column 4"},
      {"{\"a\":\"b\0c\"}"s, "line 1, column 8"},
      {"\0"s, "line 1, column 1"},
      {"{\"a\": tru\0e}"s, "line 1, column 10"}};
  for (const auto& [text, place] : texts) {
    CAPTURE(text);
    const auto parsed = parse_json(text, {});
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().rule_id == RuleId::kBodyIsJson);
    CHECK(parsed.error().got == "a NUL byte at " + place);
    CHECK(json_or_discarded(text).is_discarded());
  }
  CHECK(parse_json(R"({"a":"b\u0000c"})", {})->at("a") == "b\0c"s);
  CHECK(json_or_discarded("{\"a\":1}") == nlohmann::json{{"a", 1}});
  CHECK(json_or_discarded("{").is_discarded());
}

TEST_CASE("nesting is followed to the limit and no further") {
  CHECK(parse_json("[[1]]", {2, true}).has_value());
  CHECK(broken("[[[1]]]", {2, true}) == RuleId::kBodyDepth);
  CHECK(broken(std::string(100, '[') + std::string(100, ']')) == RuleId::kBodyDepth);
  CHECK(parse_json("{\"a\":{\"b\":1},\"c\":{\"d\":2}}", {2, true}).has_value());
}

TEST_CASE("a member given twice is refused at any depth, unless it is allowed") {
  CHECK(broken(R"({"a":1,"a":1})") == RuleId::kMemberOnce);
  CHECK(broken(R"({"x":[{"a":1,"b":2,"a":3}]})") == RuleId::kMemberOnce);
  CHECK(parse_json(R"({"a":{"a":1},"b":{"a":2}})", {}).has_value());
  CHECK(parse_json(R"({"a":1,"a":2})", {64, false})->at("a") == 2);
}

TEST_CASE("integers keep all 64 bits") {
  CHECK(parse_json("971503777289036701", {})->get<std::int64_t>() == 971503777289036701);
  CHECK(parse_json("18446744073709551615", {})->get<std::uint64_t>() == 18446744073709551615U);
  CHECK_FALSE(parse_json("18446744073709551616", {})->is_number_integer());
}

TEST_CASE("pointers are escaped") {
  CHECK(pointer_to("/a", "b/c~d") == "/a/b~1c~0d");
  CHECK(pointer_to("/a", std::size_t{3}) == "/a/3");
}

TEST_CASE("a JSON document for a terminal keeps its value and its letters") {
  const nlohmann::json value{
      {"n\u00E4me\u202E", "\u4E2D\x1B\x7F\u009B\u2028\U0001F642\U000E0041\n"}};
  const std::string shown = printable_json(json_line(value));
  CHECK(nlohmann::json::parse(shown) == value);
  CHECK(shown ==
        "{\"n\u00E4me\\u202e\":\"\u4E2D\\u001b\\u007f\\u009b\\u2028\U0001F642"
        "\\udb40\\udc41\\n\"}");
  CHECK(printable_json(value.dump(2)) != shown);  // line breaks between members stay
  CHECK(nlohmann::json::parse(printable_json(value.dump(2))) == value);
}
