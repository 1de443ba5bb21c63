#include "mock_server/service/service.h"

#include <thread>

#include <fmt/format.h>

#include "tests/support/mock_world.h"

using namespace zimmock;
using nlohmann::json;

TEST_CASE("an answer always has Code, Message and RequestId, and a failure is explained") {
  test::MockWorld world;
  for (const char* target :
       {"/", "/?", "/?Action=", "/?Action=ImportPeerMsg", "/other?x", "", "/%"}) {
    CAPTURE(target);
    const json answer = world.send({"POST", target, {}, "{}", BodyState::kComplete});
    CHECK(answer.at("Code").get<std::int64_t>() != 0);
    CHECK_FALSE(answer.at("Message").get<std::string>().empty());
    const auto id = answer.at("RequestId").get<std::string>();
    CHECK(id.size() == 18);
    CHECK(id.find_first_not_of("0123456789") == std::string::npos);
    CHECK(world.explain().find("expected") != std::string::npos);
  }
}

TEST_CASE("a body that could not be read whole") {
  test::MockWorld world;
  HttpRequest request = world.request("UserRegister", R"({"UserInfo":[{"UserId":"a"}]})");
  for (const BodyState state : {BodyState::kTooLarge, BodyState::kCutOff}) {
    request.body_state = state;
    CHECK(world.send(request).at("Code") == 100000012);
  }
  request.body_state = BodyState::kComplete;
  CHECK(world.send(request).at("Code") == 0);
}

TEST_CASE("tenants do not meet, and one AppId is given once") {
  test::MockWorld world;
  mock::TenantOptions options;
  REQUIRE(world.service().add_tenant(7, "seven", options));
  const auto twice = world.service().add_tenant(7, "other", options);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "AppId 7 is given twice");
  world.register_users({"alice"});
  const std::string stamp = std::to_string(world.clock().wall_ms() / 1000);
  const json answer = world.send(
      {"POST",
       "/?Action=UserRegister&AppId=7&SignatureNonce=n&SignatureVersion=2.0&Timestamp=" + stamp +
           "&Signature=" + sign("7", "n", "seven", stamp),
       {},
       R"({"UserInfo":[{"UserId":"alice"}]})",
       BodyState::kComplete});
  CHECK(answer.at("Code") == 0);
}

TEST_CASE("the log record names the rule and holds no secret and no signature") {
  test::MockWorld world;
  HttpRequest request = world.request("UserRegister", "{}");
  const auto at = request.target.find("&Signature=") + 11;
  const std::string signature = request.target.substr(at);
  request.target[at] = request.target[at] == '0' ? '1' : '0';
  world.send(request);
  REQUIRE(world.last_record.rules_broken.size() == 1);
  CHECK(world.last_record.rules_broken.front().rule_id == RuleId::kSignatureMatches);
  CHECK(world.last_record.code == 100000005);
  CHECK(world.last_record.action == "UserRegister");
  const std::string all =
      std::string(world.last_record.explain()) + world.last_record.message + world.last.body;
  CHECK(all.find(mock::kDefaultServerSecret) == std::string::npos);
  CHECK(all.find(signature) == std::string::npos);
  CHECK(all.find(request.target.substr(at)) == std::string::npos);
}

TEST_CASE("parallel imports are all stored, each once") {
  test::MockWorld world;
  world.register_users({"alice", "bob"});
  constexpr int kThreads = 4, kEach = 250;
  std::vector<HttpRequest> requests;
  for (int i = 0; i < kThreads * kEach; ++i) {
    requests.push_back(world.request(
        "ImportPeerMsg", world.text("alice", "bob", "bob", std::to_string(i), i % 50).dump()));
  }
  mock::Service quiet(world.clock());
  mock::TenantOptions options;
  options.calls_per_second.reset();
  REQUIRE(quiet.add_tenant(mock::kDefaultAppId, std::string(mock::kDefaultServerSecret), options));
  quiet.dispatch(
      world.request("UserRegister", R"({"UserInfo":[{"UserId":"alice"},{"UserId":"bob"}]})"));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i)
        quiet.dispatch(requests[static_cast<std::size_t>(t * kEach + i)]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> texts;
  json next = 0;
  std::size_t items = 0;
  do {
    const json body{{"FromUserId", "bob"}, {"ToUserId", "alice"}, {"Limit", 100}, {"Next", next}};
    const json answer =
        json::parse(quiet.dispatch(world.request("QueryPeerMsg", body.dump())).body);
    REQUIRE(answer.at("Code") == 0);
    for (const json& item : answer.at("List")) {
      texts.insert(item.at("MsgBody").get<std::string>());
      ++items;
    }
    next = answer.at("Next");
  } while (next != 0);
  CHECK(items == kThreads * kEach);
  CHECK(texts.size() == kThreads * kEach);
}

TEST_CASE("expired messages are empty when they are read, to the millisecond") {
  test::MockWorld world;
  world.register_users({"alice", "bob"});
  REQUIRE(world.code("ImportPeerMsg", world.text("alice", "bob", "alice", "m")) == 0);
  const json query{{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"WithEmptyMsg", 1}};
  world.clock().advance_ms(7 * kMillisPerDay);
  CHECK(world.call("QueryPeerMsg", query).at("List").at(0).at("IsEmpty") == 0);
  world.clock().advance_ms(1);
  CHECK(world.call("QueryPeerMsg", query).at("List").at(0).at("IsEmpty") == 1);
}
