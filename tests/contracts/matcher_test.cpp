#include "contracts/harness/matcher.h"

#include "tests/support/catch.h"

using namespace zimmock;
using json = nlohmann::json;

namespace {

// "" if it matches, else the first difference.
std::string difference(const json& expected, const json* got) {
  std::vector<Difference> found;
  match(expected, got, "/at", found);
  if (found.empty()) return "";
  return found[0].where + ": " + found[0].expected + ", " + found[0].got;
}
std::string difference(const json& expected, const json& got) { return difference(expected, &got); }

}  // namespace

TEST_CASE("values are equal, or they differ where they do") {
  CHECK(difference(1, 1) == "");
  CHECK(difference(1, 2) == "/at: number 1, number 2");
  CHECK(difference(1, "1") == "/at: number 1, string \"1\"");
  CHECK(difference(1, 1.0) == "/at: number 1, number 1.0");
  CHECK(difference(971000000000000123, 9.71000000000000123e17) != "");
  CHECK(difference("a", nullptr) == "/at: string \"a\", nothing");
  CHECK(difference(json::array(), json::array()) == "");
  CHECK(difference(json::array(), json{1}) == "/at: an array of 0, an array of 1");
  CHECK(difference(json{1, 2}, json{1, 3}) == "/at/1: number 2, number 3");
  CHECK(difference({{"a", 1}}, {{"a", 1}, {"b", 2}}) == "");
  CHECK(difference({{"a", 1}}, {{"b", 2}}) == "/at/a: number 1, nothing");
  CHECK(difference({{"a", 1}}, json{1}) == "/at: an object, an array of 1");
}

TEST_CASE("every matcher matches, and does not") {
  struct Row {
    json matcher;
    std::vector<json> yes;
    std::vector<json> no;
  };
  const std::vector<Row> rows{
      {{{"$is", "string"}}, {""}, {1, nullptr}},
      {{{"$is", "integer"}}, {1, -1}, {1.0, "1"}},
      {{{"$is", "number"}}, {1, 1.5}, {"1"}},
      {{{"$is", "boolean"}}, {true}, {0}},
      {{{"$is", "array"}}, {json::array()}, {json::object()}},
      {{{"$is", "object"}}, {json::object()}, {json::array()}},
      {{{"$is", "null"}}, {nullptr}, {0}},
      {{{"$is", "digits"}}, {"0", "343649807833778782"}, {"", "-1", "1a", 1}},
      {{{"$any_of", {1, "a"}}}, {1, "a"}, {2, "1"}},
      {{{"$not", 0}}, {1, "0"}, {0}},
      {{{"$at_least", 3}}, {3, 4}, {2, "3"}},
      {{{"$at_most", 3}}, {3, 2}, {4, "3"}},
      {{{"$length", 2}}, {json{1, 2}}, {json{1}, "ab"}},
      {{{"$digits_of", "971503777289036701"}},
       {971503777289036701},
       {971503777289036700, "971503777289036701", 971503777289036701.0}},
      {{{"$url_json", {{"a", "b c"}}}},
       {"%7B%22a%22%3A%22b+c%22%7D"},
       {"{\"a\":\"b c\"}", "%7B", 1}},
  };
  for (const Row& row : rows) {
    for (const json& value : row.yes) {
      CAPTURE(row.matcher, value);
      CHECK(difference(row.matcher, value) == "");
    }
    for (const json& value : row.no) {
      CAPTURE(row.matcher, value);
      CHECK(difference(row.matcher, value) != "");
    }
  }
  CHECK(difference({{"$is", "absent"}}, nullptr) == "");
  CHECK(difference({{"$is", "absent"}}, json(0)) == "/at: nothing, number 0");
  CHECK(difference({{"$is", "string"}}, nullptr) == "/at: a string, nothing");
}
