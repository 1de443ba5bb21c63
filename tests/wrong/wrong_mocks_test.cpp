// The wrong mocks: every rule that binds the service has one, and what they do is not what the
// honest service does. That the contract suite catches them all is shown by the kill table.

#include <algorithm>
#include <regex>
#include <set>
#include <string>

#include <fmt/format.h>

#include "contracts/api/message_body.h"
#include "tests/support/mock_world.h"
#include "tests/wrong/wrong_mock.h"

using namespace zimmock;
using nlohmann::json;

namespace {

const WrongMock& wrong(const std::string& name) {
  const WrongMock* found = find_wrong_mock(name);
  INFO(name);
  REQUIRE(found != nullptr);
  return *found;
}

json query(int limit = 10) {
  return {{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"Limit", limit}};
}

json text(test::MockWorld& world, const json& changes = json::object()) {
  json body = world.text("alice", "bob", "alice", "hi");
  body.merge_patch(changes);
  return body;
}

void import_three(test::MockWorld& world) {
  for (const std::int64_t age_ms : {3000, 2000, 1000}) {
    json body = world.text("alice", "bob", "alice", fmt::format("{} ms old", age_ms), age_ms);
    body["MessageBody"]["ExtendedData"] = "more";
    REQUIRE(world.code("ImportPeerMsg", body) == 0);
  }
}

using Scene = std::function<json(test::MockWorld&)>;

// The answer in that world, without what differs from request to request.
std::string answer_in(const mock::Behaviour& behaviour, const Scene& scene) {
  test::MockWorld world(default_profile(), std::nullopt, behaviour);
  world.register_users({"alice", "bob"});
  json answer = scene(world);
  if (answer.is_object()) answer.erase("RequestId");
  return answer.dump() + std::to_string(world.last.status);
}

Scene imports(const json& changes) {
  return [changes](test::MockWorld& world) {
    return world.call("ImportPeerMsg", text(world, changes));
  };
}

Scene registers(const json& users) {
  return [users](test::MockWorld& world) {
    return world.call("UserRegister", {{"UserInfo", users}});
  };
}

Scene lists(const json& changes = json::object()) {
  return [changes](test::MockWorld& world) {
    import_three(world);
    json body = query();
    body.merge_patch(changes);
    return world.call("QueryPeerMsg", body);
  };
}

// A query with one parameter changed after it was signed.
Scene asks(const std::string& from, const std::string& to) {
  return [from, to](test::MockWorld& world) {
    HttpRequest request = world.request("QueryPeerMsg", query().dump(), "0123456789abcdef");
    const std::size_t at = request.target.find(from);
    REQUIRE(at != std::string::npos);
    request.target.replace(at, from.size(), to);
    return world.send(request);
  };
}

Scene after_recall(const std::string& action) {
  return [action](test::MockWorld& world) {
    import_three(world);
    json body{{"FromUserId", "alice"}, {"ToUserId", "bob"}};
    if (action == "RevokePeerMessage") body["MsgSeq"] = 3;
    REQUIRE(world.code(action, body) == 0);
    json all = query();
    all["WithEmptyMsg"] = 1;
    return world.call("QueryPeerMsg", all);
  };
}

Scene bobs_list() {
  return [](test::MockWorld& world) {
    import_three(world);
    return world.call("QueryPeerMsg", {{"FromUserId", "bob"}, {"ToUserId", "alice"}});
  };
}

std::string repeated(std::size_t bytes) { return std::string(bytes, 'x'); }

struct Sample {
  const char* name;
  Scene scene;
};

std::vector<Sample> samples() {
  const json long_text{{"MessageBody", {{"Message", repeated(2049)}}}};
  return {
      {"auth.nonce-present/ignored", asks("SignatureNonce", "Nonce")},
      {"auth.timestamp-present/ignored", asks("Timestamp", "Time")},
      {"auth.version-supported/ignored", asks("Version=2.0", "Version=1.0")},
      {"auth.signature-matches/ignored", asks("0123456789abcdef", "0123456789abcdee")},
      {"auth.signature-matches/wrong-code", asks("0123456789abcdef", "0123456789abcdee")},
      {"action.known/any-case", asks("QueryPeerMsg", "queryPeerMsg")},
      {"http.parameter-known/refused", asks("&AppId", "&More=1&AppId")},
      {"http.path-is-root/ignored", asks("/?", "/api?")},
      {"answer.http-status/400", asks("Timestamp", "Time")},
      {"http.content-type-is-json/refused",
       [](test::MockWorld& world) {
         HttpRequest request = world.request("QueryPeerMsg", query().dump());
         request.headers = {{"Content-Type", "text/plain"}};
         return world.send(request);
       }},
      {"body.member-once/wrong-code",
       [](test::MockWorld& world) {
         return world.send(world.request("QueryPeerMsg", R"({"Limit":1,"Limit":2})"));
       }},
      {"body.member-type/number-as-text", imports({{"Priority", "2"}})},
      {"body.member-present/priority-optional", imports({{"Priority", nullptr}})},
      {"user-id.max-32-bytes/edge-exclusive", registers(json::array({{{"UserId", repeated(32)}}}))},
      {"user-id.max-32-bytes/one-more", registers(json::array({{{"UserId", repeated(33)}}}))},
      {"user-id.characters/refuses-21", registers(json::array({{{"UserId", "a!"}}}))},
      {"user-id.characters/takes-2c",
       registers(json::array({{{"UserId", "a,b"}}, {{"UserId", "c"}}}))},
      {"register.user-is-new/ignored", registers(json::array({{{"UserId", "alice"}}}))},
      {"register.partial-success/no-error-list",
       registers(json::array({{{"UserId", "alice"}}, {{"UserId", "new"}}}))},
      {"register.all-fail/code-0", registers(json::array({{{"UserId", "alice"}}}))},
      {"import.type-not-command/ignored", imports({{"MessageType", 2}})},
      {"import.priority/refuses-3", imports({{"Priority", 3}})},
      {"import.sub-msg-type-range/takes-201", imports({{"MessageType", 200}, {"SubMsgType", 201}})},
      {"import.imported-user/refuses-sender", imports(json::object())},
      {"import.answer-ids/number", imports(json::object())},
      {"import.one-list/both", bobs_list()},
      {"body.message-max-bytes/one-more", imports(long_text)},
      {"body.message-max-bytes/wrong-code", imports(long_text)},
      {"query.newest-first/ascending", lists()},
      {"query.item-members/no-isempty", lists()},
      {"query.msg-id-exact/double", lists()},
      {"query.next-is-opaque/offset", lists({{"Limit", 2}})},
      {"query.pages-complete/last-lost", lists({{"Limit", 2}})},
      {"query.limit/one-less", lists({{"Limit", 3}})},
      {"query.viewer-list/other", lists()},
      {"query.payload-is-extended-data/empty", lists()},
      {"query.empty-conversation/null-list",
       [](test::MockWorld& world) { return world.call("QueryPeerMsg", query()); }},
      {"revoke.shows-recalled/as-deleted", after_recall("RevokePeerMessage")},
      {"revoke.shows-recalled/no-effect", after_recall("RevokePeerMessage")},
      {"clear.shows-deleted/no-effect", after_recall("ClearPeerMessage")},
  };
}

}  // namespace

TEST_CASE("every rule that binds the service, or that it has to bear, has a wrong mock") {
  std::set<RuleId> broken;
  for (const WrongMock& mock : wrong_mocks()) broken.insert(mock.rule_id);
  for (const Rule& rule : all_rules()) {
    INFO(rule.id);
    CHECK(broken.contains(rule.rule_id));
  }
}

TEST_CASE("a wrong mock is named after its rule, once, and says what it does") {
  const std::regex form("[a-z0-9.-]+/[a-z0-9-]+");
  std::set<std::string> names;
  for (const WrongMock& mock : wrong_mocks()) {
    INFO(mock.name);
    CHECK(std::regex_match(mock.name, form));
    CHECK(mock.name.starts_with(fmt::format("{}/", rule(mock.rule_id).id)));
    CHECK(names.insert(mock.name).second);
    CHECK(mock.has_seam());
    CHECK(mock.what.ends_with("."));
    CHECK(find_wrong_mock(mock.name) == &mock);
  }
  CHECK(find_wrong_mock("query.newest-first/honest") == nullptr);
}

TEST_CASE("a wrong mock answers otherwise than the honest one") {
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    CHECK(answer_in(wrong(sample.name), sample.scene) !=
          answer_in(mock::honest_behaviour(), sample.scene));
  }
}

TEST_CASE("an edge mock takes or refuses the edge only") {
  const auto code = [](const char* name, const json& changes) {
    test::MockWorld world(default_profile(), std::nullopt, wrong(name));
    world.register_users({"alice", "bob"});
    return world.code("ImportPeerMsg", text(world, changes));
  };
  const auto message = [](std::size_t bytes) {
    return json{{"MessageBody", {{"Message", repeated(bytes)}}}};
  };
  CHECK(code("body.message-max-bytes/edge-exclusive", message(2047)) == 0);
  CHECK(code("body.message-max-bytes/edge-exclusive", message(2048)) == 660400001);
  CHECK(code("body.message-max-bytes/one-more", message(2049)) == 0);
  CHECK(code("body.message-max-bytes/one-more", message(2050)) == 660400001);
  CHECK(code("import.send-time-not-in-future/edge-exclusive", json::object()) == 660800046);
  CHECK(code("import.send-time-not-in-future/edge-exclusive", {{"SendMessageTime", 0}}) == 0);
  const json custom{{"MessageType", kCustom}, {"SubMsgType", 1}};
  const auto searched = [&custom](std::size_t bytes) {
    json changes = custom;
    changes["SearchedContent"] = repeated(bytes);
    return changes;
  };
  CHECK(code("import.searched-content-max-64-bytes/edge-exclusive", searched(63)) == 0);
  CHECK(code("import.searched-content-max-64-bytes/edge-exclusive", searched(64)) == 660000002);
  CHECK(code("import.searched-content-max-64-bytes/one-more", searched(65)) == 0);
  CHECK(code("import.searched-content-max-64-bytes/one-more", searched(66)) == 660000002);
}

TEST_CASE("a wrong mock of the delivery moves one boundary") {
  const auto delivered = [](const char* name, const std::string& sdk, const char* user) {
    test::MockWorld world(default_profile(), std::nullopt, wrong(name));
    world.register_users({"alice", "bob"});
    json custom = world.text("alice", "bob", user, "hi");
    custom["MessageType"] = kCustom;
    custom["SubMsgType"] = 1;
    REQUIRE(world.code("ImportPeerMsg", custom) == 0);
    mock::Tenant& tenant = *world.service().find_tenant(mock::kDefaultAppId);
    const std::vector<std::string> versions{sdk};
    tenant.devices().set(user, *mock::parse_devices(versions));
    const mock::DeliveryView view = mock::delivery_view(tenant, user, "alice", 0);
    return view.devices.at(0).messages.at(0).rule->delivery;
  };
  constexpr const char* kEdge = "delivery.custom-receiver/from-exclusive";
  CHECK(delivered(kEdge, "2.8.0", "bob") == Delivery::kUnknown);
  CHECK(delivered(kEdge, "2.8.1", "bob") == Delivery::kDelivered);
  constexpr const char* kText = "delivery.custom-receiver/version-as-text";
  CHECK(delivered(kText, "2.10.0", "bob") == Delivery::kUnknown);
  CHECK(delivered(kText, "2.9.0", "bob") == Delivery::kDelivered);
}
