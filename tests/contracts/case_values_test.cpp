#include "contracts/harness/case_values.h"

#include "tests/support/catch.h"

using namespace zimmock;
using json = nlohmann::json;

namespace {

CaseScope scope() {
  CaseScope out;
  out.user_prefix = "zc1";
  out.values = {{"char", "!"}, {"next", 4611686018427387905}, {"list", json{1, 2}}};
  out.now_ms = 1'790'000'000'250;
  out.oldest_ms = out.now_ms - 7 * 86'400'000LL;
  return out;
}

json expanded(const json& value) {
  const auto out = expand(value, scope());
  REQUIRE(out);
  return *out;
}

std::string failed(const json& value) {
  const auto out = expand(value, scope());
  REQUIRE_FALSE(out);
  return out.error().message;
}

std::string refused(const json& value) {
  const auto out = check_value(value, "/x");
  return out ? "" : out.error().message;
}

}  // namespace

TEST_CASE("names in a text are values first and users then") {
  CHECK(expanded("${alice}") == "zc1alice");
  CHECK(expanded("a${char}${bob}$") == "a!zc1bob$");
  CHECK(expanded("${next}") == "4611686018427387905");
  CHECK(expanded({{"${char}", 1}}) == json{{"!", 1}});
  CHECK(failed("${alice").find("without its }") != std::string::npos);
}

TEST_CASE("value functions") {
  CHECK(expanded({{"$saved", "next"}}) == 4611686018427387905);
  CHECK(expanded({{"$each", "list"}}) == json{1, 2});
  CHECK(expanded({{"$now", -250}}) == 1'790'000'000'000);
  CHECK(expanded({{"$now", 0}}).is_number_integer());
  CHECK(expanded({{"$oldest", 1}}) == 1'790'000'000'251 - 7 * 86'400'000LL);
  CHECK(expanded({{"$seconds", 601}}) == "1790000601");
  CHECK(expanded({{"$repeat", {"é", 3}}}) == "ééé");
  CHECK(expanded({{"$pad", {"${alice}", 12}}}) == "zc1alicexxxx");
  CHECK(expanded({{"$join", {"a", {{"$repeat", {"b", 2}}}}}}) == "abb");
  CHECK(expanded({{"$json", {{"a", "${char}"}}}}) == R"({"a":"!"})");
  CHECK(expanded({{"$times", {3, {{"id", "u${i}"}}}}}) ==
        json{{{"id", "u0"}}, {{"id", "u1"}}, {{"id", "u2"}}});
  CHECK(expanded({{"$bytes", "ff 00 2B"}}) == std::string("\xff\0+", 3));
}

TEST_CASE("what cannot be written out says why") {
  CHECK(failed({{"$saved", "nothing"}}) == "nothing is saved as \"nothing\"");
  CHECK(failed({{"$pad", {"too long a text", 3}}}).find("more than 3 bytes") != std::string::npos);
  CHECK(failed({{"$repeat", {json::array(), 3}}}).find("expected text") != std::string::npos);
  CHECK(failed({{"$now", {{"$each", "char"}}}}).find("expected an integer") != std::string::npos);
}

TEST_CASE("functions are checked before anything runs") {
  CHECK(refused({{"$now", 1}}) == "");
  CHECK(refused({{"$now", {{"$each", "off"}}}}) == "");
  CHECK(refused({{"a", json{{{"$nwo", 1}}}}}) ==
        "/x/a/0: expected a value function, got \"$nwo\"; did you mean $now?");
  CHECK(refused({{"$now", "1"}}) == "/x/$now: expected an integer, got string \"1\"");
  CHECK(refused({{"$repeat", {"a"}}}) == "/x/$repeat: expected [text, count], got an array of 1");
  CHECK(refused({{"$now", 1}, {"b", 2}}) == "/x: expected \"$now\" alone in its object");
}
