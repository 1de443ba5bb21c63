#include "contracts/harness/contract_case.h"

#include <set>

#include "tests/support/catch.h"

using namespace zimmock;

namespace {

constexpr std::string_view kGood = R"({
  "about": "x", "rule": "import.priority",
  "cases": [{"name": "one", "kind": "accepts", "what": "One.",
             "each": {"n": [1, 2], "s": ["a", "b*"]},
             "given": {"users": ["alice"], "clock": "frozen"},
             "steps": [{"call": "ImportPeerMsg", "body": {"P": {"$each": "n"}, "Q": "is ${s}"}, "expect": "refused"}]}]})";

Result<std::vector<ContractCase>> read(std::string text) {
  const CaseFile files[] = {{"file", text}};
  return read_cases(files);
}

// What reading says after one replacement in the good file.
std::string refused(const std::string& from, const std::string& to) {
  std::string text(kGood);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  const auto cases = read(text.replace(at, from.size(), to));
  return cases ? "" : cases.error().message;
}

}  // namespace

TEST_CASE(
    "a family is a case for every combination, and what a case needs follows from its words") {
  const auto cases = read(std::string(kGood));
  REQUIRE(cases);
  REQUIRE(cases->size() == 4);
  CHECK(cases->front().name == "file.one[n=1][s=a]");
  CHECK(cases->back().name == "file.one[n=2][s=b*]");
  CHECK(cases->back().each.at("n") == 2);
  CHECK(cases->front().needs.writes);
  CHECK(cases->front().needs.clock);
  CHECK_FALSE(cases->front().needs.settings);
  CHECK_FALSE(cases->front().needs.devices);
}

TEST_CASE("an unknown word is an error that says where, and what was meant") {
  CHECK(refused("\"what\"", "\"waht\"").find("file.json: /cases/0: expected one of") == 0);
  CHECK(refused("\"what\"", "\"waht\"").find("did you mean what?") != std::string::npos);
  CHECK(refused("\"about\"", "\"abuot\"").find("did you mean about?") != std::string::npos);
  CHECK(refused("\"call\"", "\"cal\"").find("/cases/0/steps/0: expected one of call, list") !=
        std::string::npos);
  CHECK(refused("\"expect\": \"refused\"", "\"expect\": {\"cod\": 1}").find("did you mean code?") !=
        std::string::npos);
  CHECK(refused("$each", "$eahc").find("did you mean $each?") != std::string::npos);
  CHECK(refused("import.priority", "import.prioriti").find("did you mean import.priority?") !=
        std::string::npos);
  CHECK(refused("accepts", "accept").find("/cases/0/kind: expected accepts, refuses or behaves") !=
        std::string::npos);
  CHECK(refused("\"clock\": \"frozen\"", "\"clock\": \"real\"").find("/given/clock") !=
        std::string::npos);
  CHECK(refused("\"clock\": \"frozen\"", "\"profile\": {\"no_such\": true}")
            .find("no such setting") != std::string::npos);
}

TEST_CASE("what is missing or twice there is an error") {
  CHECK(refused(", \"expect\": \"refused\"", "").find("/steps/0/expect: expected what must come") !=
        std::string::npos);
  CHECK(refused("\"what\": \"One.\",", "").find("/cases/0/what: expected text, got nothing") !=
        std::string::npos);
  CHECK(refused("[1, 2]", "[1, 1]").find("again") != std::string::npos);
  CHECK(refused("[1, 2]", "[]").find("/each/n: expected values") != std::string::npos);
  CHECK(refused("is ${s}", "is it").find("/each/s: expected a name that the case uses") !=
        std::string::npos);
  CHECK(refused("\"body\": {", "\"like\": \"nobody\", \"with\": {")
            .find("/like: expected the name of a body") != std::string::npos);
  CHECK(refused("\"body\": {", "\"with\": {").find("expected like, for with") != std::string::npos);
  CHECK(refused("{\n", "{{\n").find("file.json: expected a JSON document") == 0);
}

TEST_CASE("the program's own suite can be read, and every rule has its cases") {
  const auto cases = read_cases(embedded_case_files());
  if (!cases) FAIL(cases.error().message);
  std::set<RuleId> accepting, refusing, any;
  for (const ContractCase& one : *cases) {
    any.insert(one.rule_id);
    if (one.kind == CaseKind::kAccepts) accepting.insert(one.rule_id);
    if (one.kind == CaseKind::kRefuses) refusing.insert(one.rule_id);
  }
  for (const Rule& row : all_rules()) {
    CAPTURE(row.id);
    CHECK(any.contains(row.rule_id));
    if (row.code == 0) continue;
    CHECK(accepting.contains(row.rule_id));
    CHECK(refusing.contains(row.rule_id));
  }
}
