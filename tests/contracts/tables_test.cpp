#include <set>
#include <string>

#include "contracts/api/codes.h"
#include "contracts/api/operations/operation.h"
#include "contracts/rules/rules.h"
#include "tests/support/catch.h"

using namespace zimmock;

TEST_CASE("codes ascend, so that they can be searched") {
  std::int64_t last = -1;
  for (const ReturnCode& row : return_codes()) {
    CHECK(row.code > last);
    last = row.code;
    CHECK(find_code(row.code) == &row);
  }
  CHECK(find_code(660000004) == nullptr);
  CHECK(code_meaning(660000004) == "unknown code");
}

TEST_CASE("rules stand in the order of their numbers, each with its own id") {
  std::set<std::string_view> ids;
  for (const Rule& row : all_rules()) {
    CHECK(ids.insert(row.id).second);
    CHECK(&rule(row.rule_id) == &row);
    CHECK(find_rule(row.id) == &row);
    CHECK((row.code == 0 || find_code(row.code) != nullptr));
    CHECK(row.statement.ends_with('.'));
  }
  CHECK(find_rule("no.such-rule") == nullptr);
}

TEST_CASE("operations are found by exact case; the emulated ones come first") {
  for (std::size_t i = 0; i < kEmulatedOperations; ++i) {
    CHECK(all_operations()[i]->id == static_cast<OperationId>(i));
  }
  std::set<std::string_view> names;
  for (const Operation* row : all_operations()) CHECK(names.insert(row->name).second);
  CHECK(find_operation("ImportPeerMsg")->id == OperationId::kImportPeerMsg);
  CHECK(find_operation("importpeermsg") == nullptr);
  CHECK(!find_operation("CreateGroup")->emulated());
  CHECK(all_operations().size() == 72);
  std::size_t by_get = 0;
  for (const Operation* row : all_operations()) by_get += row->method == "GET" ? 1 : 0;
  CHECK(by_get == 20);
  CHECK(find_operation("CgiDescribeZIMAudioLicense") == nullptr);
  CHECK(host_elsewhere("CgiDescribeZIMAudioLicense") == "auth-api.zego.im");
  CHECK(host_elsewhere("CreateGroup") == "");
  CHECK(operation_names().size() == 71);
  CHECK(find_operation("SendGroupMessage")->rate.calls == 10);
  CHECK(find_operation("DismissGroup")->rate.per == RateLimit::Per::kGroup);
  CHECK(find_operation("DismissGroup")->rate.code == 660300006);
}

TEST_CASE("an emulated operation has a check, facts, and a rule for its rate") {
  for (std::size_t i = 0; i < kEmulatedOperations; ++i) {
    const Operation& row = operation(static_cast<OperationId>(i));
    CAPTURE(row.name);
    CHECK(row.check != nullptr);
    CHECK(row.facts != nullptr);
    CHECK(rule(rate_rule(row)).code == row.rate.code);
  }
}

TEST_CASE("a finding is one line") {
  const Finding finding{RuleId::kImportType, "/MessageType", "1 or 200", "99"};
  CHECK(finding.line() == "import.type: /MessageType: expected 1 or 200, got 99");
  CHECK(Finding{RuleId::kRate, "", "at most 20", "21"}.line() ==
        "rate.per-operation: expected at most 20, got 21");
}
