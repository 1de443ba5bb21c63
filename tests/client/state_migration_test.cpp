#include <sstream>

#include "client/import/importer.h"
#include "client/verify/verifier.h"
#include "mock_server/tenant/state_document.h"
#include "tests/client/support.h"
#include "tests/support/mock_world.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;

std::string state_of(MockWorld& world) {
  return mock::export_state(*world.service().find_tenant(mock::kDefaultAppId));
}

// What the lists hold that can be migrated, list by list, without what the service gives itself.
std::vector<json> messages_of(MockWorld& world) {
  std::vector<json> out;
  std::istringstream in(state_of(world));
  for (std::string line; std::getline(in, line);) {
    json one = json::parse(line);
    if (one.contains("Record")) continue;
    if (one["Stored"].contains("Recalled") || one["Stored"].contains("Deleted")) continue;
    one.erase("Stored");
    one.erase("Id");
    out.push_back(std::move(one));
  }
  return out;
}

struct MigratedState {
  explicit MigratedState(const std::string& document)
      : file(document),
        source(open_source(file)),
        plan(*client::make_plan(*source, plan_options())) {}

  client::RunContext context() {
    return {plan,
            *source,
            [this]() -> Result<std::unique_ptr<Transport>> {
              return std::make_unique<mock::LoopbackTransport>(world.service());
            },
            {mock::kDefaultAppId, std::string(mock::kDefaultServerSecret)},
            time,
            time,
            board,
            quarantine,
            limits,
            2};
  }

  TempFile file;
  std::unique_ptr<client::SourceReader> source;
  client::MigrationPlan plan;
  MockWorld world;
  FakeTime time;
  client::ProgressBoard board;
  client::Quarantine quarantine;
  client::CallLimits limits{0, time, time};
};

}  // namespace

TEST_CASE("an exported state is accepted without complaint and migrated as what its lists hold") {
  MockWorld from;
  from.register_users({"a", "b", "c", "nobody's peer"});
  for (int i = 0; i < 40; ++i) {
    const char* peer = i % 3 == 0 ? "c" : "b";
    for (const char* viewer : {"a", peer}) {
      json message = from.text("a", peer, viewer, "m" + std::to_string(i), 1000 - i);
      if (i % 4 == 0) message.update({{"MessageType", 200}, {"SubMsgType", i}, {"Priority", 3}});
      REQUIRE(from.code("ImportPeerMsg", message) == 0);
    }
  }
  REQUIRE(mock::import_state(*from.service().find_tenant(mock::kDefaultAppId),
                             R"({"Record":"devices","UserId":"a","SdkVersions":["2.8.0"]})",
                             mock::StateMode::kAdd));
  const auto is_order_kept = [](const client::MigrationPlan& plan) {
    return plan.counts.out_of_order == 0 && plan.counts.same_time == 0;
  };
  const MigratedState whole(state_of(from));
  CHECK(whole.plan.findings.empty());
  CHECK(is_order_kept(whole.plan));
  CHECK(whole.plan.counts.imports == 80);
  CHECK(whole.plan.counts.users == 3);

  REQUIRE(from.code("ClearPeerMessage", {{"FromUserId", "c"}, {"ToUserId", "a"}}) == 0);
  REQUIRE(from.code("RevokePeerMessage", {{"FromUserId", "a"}, {"ToUserId", "b"}, {"MsgSeq", 5}}) ==
          0);
  MigratedState run(state_of(from));
  REQUIRE(run.plan.findings.size() == 1);  // told, not complained of
  CHECK(run.plan.findings[0].reason == "plan.emptied");
  CHECK(run.plan.findings[0].weight == client::Weight::kNote);
  CHECK(run.plan.findings[0].count == 16);
  CHECK(run.plan.counts.left_out == 0);
  CHECK(run.plan.counts.imports == 64);
  CHECK(is_order_kept(run.plan));

  run.world.register_users(run.plan.users_to_register());
  client::NullJournal journal;
  CHECK(client::run_import(run.context(), journal).imported == 64);
  CHECK(client::run_verification(run.context(), [](const client::Mismatch&) {}).verified(false));
  CHECK(messages_of(run.world) == messages_of(from));
}

}  // namespace zimmock::test
