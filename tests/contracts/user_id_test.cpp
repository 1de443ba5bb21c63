#include "contracts/api/user_id.h"

#include "tests/support/catch.h"

using namespace zimmock;

namespace {
// The list of docs/zim-api.md section 2, typed again.
constexpr std::string_view kSpecials = "!#$%&()+-:;<=.>?@[]^_ {}|~";
}  // namespace

TEST_CASE("every ASCII character is allowed or not, as the contract lists them") {
  REQUIRE(kSpecials.size() == 26);
  for (int byte = 0; byte < 128; ++byte) {
    const char c = static_cast<char>(byte);
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    CAPTURE(byte);
    CHECK(check_user_id(std::string("u") + c, "/X").has_value() ==
          !(alnum || kSpecials.find(c) != std::string_view::npos));
  }
}

TEST_CASE("a bad character is named by code point and index in characters") {
  const auto finding = check_user_id(
      "ab\xEF\xBC\x8C"
      "cd",
      "/FromUserId");
  REQUIRE(finding);
  CHECK(finding->rule_id == RuleId::kUserIdCharacters);
  CHECK(finding->got ==
        "U+FF0C FULLWIDTH COMMA at index 2 of \"ab\uFF0C"
        "cd\"");
  CHECK(check_user_id("a\xC3\xA9,", "/X")->got.starts_with("U+00E9 at index 1"));
  CHECK(check_user_id("a\xFF", "/X")->got.starts_with("a byte that is not UTF-8 at index 1"));
}

TEST_CASE("32 bytes fit and 33 do not") {
  CHECK_FALSE(check_user_id(std::string(32, 'a'), "/X"));
  CHECK(check_user_id(std::string(33, 'a'), "/X")->rule_id == RuleId::kUserIdLength);
  CHECK(check_user_id("123e4567-e89b-12d3-a456-426614174000", "/X")->rule_id ==
        RuleId::kUserIdLength);
  CHECK_FALSE(check_user_id("123e4567e89b12d3a456426614174000", "/X"));
  CHECK(check_user_id("", "/X")->rule_id == RuleId::kUserIdNotEmpty);
}

TEST_CASE("a hyphen is refused only where the profile says so") {
  CHECK_FALSE(check_user_id("a-b", "/X", true));
  CHECK(check_user_id("a-b", "/X", false)->rule_id == RuleId::kQueryHyphen);
}
