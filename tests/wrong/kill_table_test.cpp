// The kill table, over cases made here: what counts as caught. Over the contract's own suite it is
// docs/kill-table.md, which the test docs.kill-table makes anew.

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/wrong/kill_table.h"

using namespace zimmock;

namespace {

constexpr std::string_view kCases = R"({
  "about": "two rules",
  "given": {"clock": "frozen", "users": ["alice", "bob"]},
  "bodies": {"text": {"FromUserId": "${alice}", "ToUserId": "${bob}", "MessageType": 1, "Priority": 2,
                      "MessageBody": {"Message": "hi"}, "ImportedUserId": "${alice}"}},
  "cases": [
    {"name": "future", "rule": "import.send-time-not-in-future", "kind": "refuses",
     "what": "A message of the future is refused.",
     "steps": [{"call": "ImportPeerMsg", "like": "text", "with": {"/SendMessageTime": {"$now": 1}},
                "expect": "refused"}]},
    {"name": "priority", "rule": "import.priority", "kind": "refuses",
     "what": "There is no priority 4.",
     "steps": [{"call": "ImportPeerMsg", "like": "text", "with": {"/Priority": 4}, "expect": "refused"}]}
  ]
})";

std::vector<ContractCase> cases() {
  const CaseFile file{"two", kCases};
  auto read = read_cases({&file, 1});
  REQUIRE(read);
  return *std::move(read);
}

KillRow row_of(const char* name) {
  const WrongMock* mock = find_wrong_mock(name);
  REQUIRE(mock != nullptr);
  return run_against(mock, cases(), test::ManualClock());
}

}  // namespace

TEST_CASE("the honest mock fails no case") {
  const KillRow row = run_against(nullptr, cases(), test::ManualClock());
  CHECK_FALSE(row.caught());
  CHECK(row.other_rules.empty());
}

TEST_CASE("a wrong mock is caught by a case of its own rule") {
  const KillRow row = row_of("import.priority/takes-4");
  CHECK(row.caught());
  CHECK(row.own_cases == 1);
  CHECK(row.first_case == "two.priority");
  CHECK(row.other_rules.empty());
}

TEST_CASE("a case of another rule does not catch it") {
  const KillRow row = row_of("auth.signature-matches/order");
  CHECK_FALSE(row.caught());
  CHECK(kill_table_page({row}).find("**0 of 1 wrong mocks are caught.**") != std::string::npos);
  CHECK(kill_table_page({row}).find("| **nothing** |") != std::string::npos);
}

TEST_CASE("that answers show the breach is no case of the rule") {
  CHECK_FALSE(row_of("answer.request-id/number").caught());
}

TEST_CASE("several mocks at a time give the same rows") {
  std::vector<const WrongMock*> mocks;
  for (const char* name : {"import.priority/takes-4", "import.priority/takes-0",
                           "import.send-time-not-in-future/one-more"}) {
    mocks.push_back(find_wrong_mock(name));
  }
  const auto rows = run_against_all(mocks, cases(), test::ManualClock(), 3);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].first_case == "two.priority");
  CHECK_FALSE(rows[1].caught());
  CHECK(rows[2].first_case == "two.future");
}
