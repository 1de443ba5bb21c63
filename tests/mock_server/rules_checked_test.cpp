// Which rules a request was checked against. That a broken one is always among them is checked by
// MockWorld after every request of every test, and by the fuzz target.

#include <set>
#include <string>

#include "contracts/harness/suite_runner.h"
#include "mock_server/contract_target.h"
#include "tests/support/mock_world.h"

using namespace zimmock;
using nlohmann::json;

namespace {

using Ids = std::set<std::string>;

Ids ids_of(const RuleSet& rules) {
  Ids out;
  for (const Rule& rule : all_rules()) {
    if (rules.contains(rule.rule_id)) out.emplace(rule.id);
  }
  return out;
}

Ids checked(const test::MockWorld& world) { return ids_of(world.last_record.rules_checked); }

Ids operator+(Ids a, const Ids& b) {
  a.insert(b.begin(), b.end());
  return a;
}

Ids operator-(Ids a, const Ids& b) {
  for (const std::string& id : b) a.erase(id);
  return a;
}

const Ids kQuery{"http.path-is-root",      "http.parameter-once",    "http.parameter-known",
                 "action.present",         "action.known",           "action.emulated",
                 "auth.app-id-format",     "auth.app-known",         "auth.timestamp-present",
                 "auth.timestamp-format",  "auth.timestamp-fresh",   "auth.nonce-present",
                 "auth.nonce-form",        "auth.nonce-fresh",       "auth.version-present",
                 "auth.version-supported", "auth.signature-present", "auth.signature-form",
                 "auth.signature-matches"};
const Ids kBody{"http.method-is-post", "http.body-readable", "http.content-type-is-json",
                "body.is-json",        "body.depth",         "body.is-object",
                "body.member-once",    "body.member-known",  "body.member-type",
                "body.member-present"};
const Ids kUsers{"user-id.not-empty", "user-id.characters", "user-id.max-32-bytes",
                 "user.sender-registered", "user.receiver-registered"};
const Ids kImport{"import.two-users",
                  "import.type-not-command",
                  "import.type-not-barrage",
                  "import.type",
                  "import.priority",
                  "import.no-push-or-receipt",
                  "import.imported-user",
                  "import.send-time-not-negative",
                  "import.send-time-not-in-future",
                  "import.send-time-in-retention",
                  "import.oldest-first",
                  "body.message-not-empty",
                  "body.message-max-bytes"};

}  // namespace

TEST_CASE("a plain text message is checked against exactly these rules") {
  test::MockWorld world(default_profile(), 20);
  world.register_users({"alice", "bob"});
  json text = world.text("alice", "bob", "bob", "hi");
  REQUIRE(world.code("ImportPeerMsg", text) == 0);
  const Ids plain = kQuery + kBody + kUsers + kImport + Ids{"rate.per-operation"};
  CHECK(checked(world) == plain);

  text.erase("SendMessageTime");
  text["MessageBody"]["ExtendedData"] = "x";
  REQUIRE(world.code("ImportPeerMsg", text) == 0);
  CHECK(checked(world) == plain -
                              Ids{"import.send-time-not-negative", "import.send-time-not-in-future",
                                  "import.send-time-in-retention"} +
                              Ids{"body.extended-data-max-1024-bytes"});
}

TEST_CASE("what a refusal cuts off is not checked") {
  test::MockWorld world;
  json text = world.text("alice", "bob", "bob", "hi");
  CHECK(world.code("ImportPeerMsg", text) == 660500002);
  CHECK(checked(world) ==
        kQuery + kBody + kUsers + kImport - Ids{"user.receiver-registered", "import.oldest-first"});

  text["FromUserId"] = "a,b";
  CHECK(world.code("ImportPeerMsg", text) == 660000002);
  CHECK(checked(world).contains("user-id.max-32-bytes"));  // of ToUserId
  CHECK_FALSE(checked(world).contains("user.sender-registered"));

  world.send(world.request("ImportPeerMsg", "{"));
  CHECK(checked(world) ==
        kQuery + Ids{"http.method-is-post", "http.body-readable", "body.is-json"});
  world.send({"POST", "/?Action=ImportPeerMsg&AppId=0x1", {}, "{}", BodyState::kComplete});
  CHECK(checked(world) == Ids{"http.path-is-root", "http.parameter-once", "http.parameter-known",
                              "action.present", "action.known", "auth.app-id-format"});
  world.send({"POST", "/other", {}, "{}", BodyState::kComplete});
  CHECK(checked(world) == Ids{"http.path-is-root"});
}

TEST_CASE("a refusal by the state of the world keeps the warnings that came before it") {
  test::MockWorld world;
  json text = world.text("alice", "bob", "bob", "hi");
  text["Surplus"] = 1;
  CHECK(world.code("ImportPeerMsg", text) == 660500002);
  CHECK(world.warning().starts_with("body.member-known: /Surplus"));
}

TEST_CASE("every rule that a request can break is checked of some request that is accepted") {
  auto cases = read_cases(embedded_case_files());
  REQUIRE(cases);
  // Rates and a hyphen are looked at where a setting says so.
  for (ContractCase& one : *cases) {
    if (!one.world.calls_per_second) one.world.calls_per_second = 100'000;
    one.world.profile.refuse_hyphen_in_query = true;
  }
  const test::ManualClock clock;
  RuleSet accepted;
  mock::Service service(clock, [&accepted](const mock::RequestRecord& record) {
    if (record.code == 0) accepted |= record.rules_checked;
  });
  mock::LoopbackTransport transport(service);
  mock::MockTarget target(service, transport);
  RunOptions options;
  options.run_id = "rules";
  run_suite(*cases, target, options, clock);
  const Ids seen = ids_of(accepted);
  // Limits of bytes are checked by their own rules; that a call with its common parameters in the
  // body lacks them in the query is action.present's; a page's length is no request's; what is
  // called with GET is not emulated, so no such call succeeds.
  const std::set<RuleId> by_others{RuleId::kSizesAreBytes, RuleId::kCommonInQuery,
                                   RuleId::kQueryShortPages, RuleId::kMethodIsGet};
  for (const Rule& rule : all_rules()) {
    // What binds the service alone and has no code is what it does, not what a request must be.
    const bool of_service = rule.binds == Binds::kServer && rule.code == 0;
    if (of_service || by_others.contains(rule.rule_id)) continue;
    INFO(rule.id);
    CHECK(seen.contains(std::string(rule.id)));
  }
}
