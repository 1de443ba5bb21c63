// Every setting of the profile, switched to what it is not by default, changes what it says.

#include <fmt/format.h>

#include "tests/support/mock_world.h"

using namespace zimmock;
using nlohmann::json;

namespace {

constexpr std::int64_t kInvalid = 660000002;

// The default profile with the settings of a profile file.
Profile with(const std::string& settings) {
  const auto profile = parse_profile("{\"settings\":" + settings + "}", "test");
  REQUIRE(profile);
  return *profile;
}

test::MockWorld& ready(test::MockWorld& world) {
  world.register_users({"alice", "bob"});
  return world;
}

json list_of_alice(test::MockWorld& world) {
  return world
      .call("QueryPeerMsg", {{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"WithEmptyMsg", 1}})
      .at("List");
}

}  // namespace

TEST_CASE("error_http_status") {
  test::MockWorld world(with(R"({"error_http_status":400})"));
  CHECK(world.code("UserRegister", json::object()) == kInvalid);
  CHECK(world.last.status == 400);
  world.register_users({"alice"});
  CHECK(world.last.status == 200);
}

TEST_CASE("zeros") {
  const json query{{"FromUserId", "alice"}, {"ToUserId", "bob"}};
  test::MockWorld absent(with(R"({"zeros":"absent"})")), null(with(R"({"zeros":"null"})"));
  CHECK_FALSE(
      absent.call("UserRegister", {{"UserInfo", {{{"UserId", "a"}}}}}).contains("ErrorList"));
  CHECK(null.call("UserRegister", {{"UserInfo", {{{"UserId", "a"}}}}}).at("ErrorList").is_null());
  ready(absent);
  ready(null);
  json answer = absent.call("QueryPeerMsg", query);
  CHECK(answer.at("Code") == 0);
  CHECK_FALSE(answer.contains("List"));
  CHECK_FALSE(answer.contains("Next"));
  answer = null.call("QueryPeerMsg", query);
  CHECK(answer.at("List").is_null());
  CHECK(answer.at("Next") == 0);
  for (test::MockWorld* world : {&absent, &null})
    REQUIRE(world->code("ImportPeerMsg", world->text("alice", "bob", "alice", "m")) == 0);
  CHECK_FALSE(list_of_alice(absent).at(0).contains("SubMsgType"));
  CHECK_FALSE(list_of_alice(absent).at(0).contains("IsEmpty"));
  CHECK(list_of_alice(absent).at(0).at("Payload") == "");
  CHECK(list_of_alice(null).at(0).at("IsEmpty") == 0);
}

TEST_CASE("max_json_depth") {
  test::MockWorld world(with(R"({"max_json_depth":3})"));
  world.register_users({"alice"});
  CHECK(world.code("UserRegister", {{"x", {{{"y", {1}}}}}}) == kInvalid);
  CHECK(world.explain().starts_with("body.depth"));
}

TEST_CASE("refuse_duplicate_members") {
  const std::string body = R"({"UserInfo":[{"UserId":"a","UserId":"b"}]})";
  test::MockWorld strict, lax(with(R"({"refuse_duplicate_members":false})"));
  CHECK(strict.send(strict.request("UserRegister", body)).at("Code") == kInvalid);
  CHECK(lax.send(lax.request("UserRegister", body)).at("Code") == 0);
  CHECK(lax.code("UserRegister", {{"UserInfo", {{{"UserId", "b"}}}}}) == 660700002);
}

TEST_CASE("refuse_unknown_members") {
  test::MockWorld lax, strict(with(R"({"refuse_unknown_members":true})"));
  const json body{{"UserInfo", {{{"UserId", "a"}}}}, {"Extra", 1}};
  CHECK(lax.code("UserRegister", body) == 0);
  CHECK(lax.warning().starts_with("body.member-known: /Extra"));
  CHECK(strict.code("UserRegister", body) == kInvalid);
}

TEST_CASE("refuse_numbers_with_point") {
  test::MockWorld lax, strict(with(R"({"refuse_numbers_with_point":true})"));
  json body = ready(lax).text("alice", "bob", "bob", "hi");
  ready(strict);
  for (const char* member : {"MessageType", "Priority", "SendMessageTime"}) {
    json pointed = body;
    pointed[member] = static_cast<double>(body[member].get<std::int64_t>());
    CHECK(lax.code("ImportPeerMsg", pointed) == 0);
    CHECK(strict.code("ImportPeerMsg", pointed) == kInvalid);
    CHECK(strict.explain().starts_with("body.member-type: /" + std::string(member)));
  }
  body["Priority"] = 1.5;
  CHECK(lax.code("ImportPeerMsg", body) == kInvalid);
  body["Priority"] = 1e300;
  CHECK(lax.code("ImportPeerMsg", body) == kInvalid);
  body["MessageType"] = 12;
  body["Priority"] = 1;
  body["MessageBody"]["Message"] = R"({"Uid":"u","Url":"https://a/f","FileName":"f","Size":1e3})";
  CHECK(lax.code("ImportPeerMsg", body) == 0);
  CHECK(strict.code("ImportPeerMsg", body) == kInvalid);
}

TEST_CASE("timestamp_window_s") {
  test::MockWorld world(with(R"({"timestamp_window_s":5})"));
  const HttpRequest request = world.request("UserRegister", "{}");
  world.clock().advance_ms(5000);
  CHECK(world.send(request).at("Code") == kInvalid);
  world.clock().advance_ms(1000);
  CHECK(world.send(request).at("Code") == 100000004);
}

TEST_CASE("nonce_must_be_hex16") {
  test::MockWorld lax, strict(with(R"({"nonce_must_be_hex16":true})"));
  CHECK(lax.send(lax.request("UserRegister", "{}", "12345678901234")).at("Code") == kInvalid);
  CHECK(lax.explain().starts_with("body.member-present"));
  CHECK(lax.warning().starts_with("auth.nonce-form"));
  CHECK(strict.send(strict.request("UserRegister", "{}", "12345678901234")).at("Code") == kInvalid);
  CHECK(strict.explain().starts_with("auth.nonce-form"));
}

TEST_CASE("refuse_reused_nonce") {
  test::MockWorld lax, strict(with(R"({"refuse_reused_nonce":true})"));
  for (test::MockWorld* world : {&lax, &strict}) {
    const HttpRequest request = world->request("ClearPeerMessage", "{}");
    world->send(request);
    CHECK(world->warning().empty());
    world->send(request);
  }
  CHECK(lax.warning().starts_with("auth.nonce-fresh"));
  CHECK(strict.explain().starts_with("auth.nonce-fresh"));
}

TEST_CASE("rate_shared_by_operations") {
  test::MockWorld separate(default_profile(), 1);
  test::MockWorld shared(with(R"({"rate_shared_by_operations":true})"), 1);
  for (test::MockWorld* world : {&separate, &shared}) world->code("UserRegister", json::object());
  CHECK(separate.code("ClearPeerMessage", json::object()) == kInvalid);
  CHECK(shared.code("ClearPeerMessage", json::object()) == 660300005);
}

TEST_CASE("rate_fixed_second") {
  test::MockWorld sliding(default_profile(), 1);
  test::MockWorld fixed(with(R"({"rate_fixed_second":true})"), 1);
  for (test::MockWorld* world : {&sliding, &fixed}) {
    world->clock().advance_ms(900);
    CHECK(world->code("ClearPeerMessage", json::object()) == kInvalid);
    world->clock().advance_ms(100);
  }
  CHECK(sliding.code("ClearPeerMessage", json::object()) == 660300005);
  CHECK(fixed.code("ClearPeerMessage", json::object()) == kInvalid);
}

TEST_CASE("refuse_hyphen_in_query") {
  test::MockWorld lax, strict(with(R"({"refuse_hyphen_in_query":true})"));
  const json body{{"FromUserId", "a-b"}, {"ToUserId", "c"}};
  lax.register_users({"a-b", "c"});
  strict.register_users({"a-b", "c"});
  CHECK(lax.code("QueryPeerMsg", body) == 0);
  CHECK(strict.code("QueryPeerMsg", body) == kInvalid);
  CHECK(strict.explain().starts_with("user-id.hyphen-in-query"));
}

TEST_CASE("refuse_unsupported_fields") {
  test::MockWorld lax, strict(with(R"({"refuse_unsupported_fields":true})"));
  json body = ready(lax).text("alice", "bob", "bob", "hi");
  ready(strict);
  body["MessageBody"]["HasReceipt"] = 1;
  CHECK(lax.code("ImportPeerMsg", body) == 0);
  CHECK(lax.warning().starts_with("import.no-push-or-receipt"));
  CHECK(strict.code("ImportPeerMsg", body) == kInvalid);
}

TEST_CASE("refuse_out_of_order_import") {
  test::MockWorld lax, strict(with(R"({"refuse_out_of_order_import":true})"));
  for (test::MockWorld* world : {&lax, &strict}) {
    ready(*world);
    CHECK(world->code("ImportPeerMsg", world->text("alice", "bob", "bob", "new", 10)) == 0);
    CHECK(world->code("ImportPeerMsg", world->text("alice", "bob", "bob", "same", 10)) == 0);
    CHECK(world->code("ImportPeerMsg", world->text("alice", "bob", "alice", "other list", 20)) ==
          0);
  }
  CHECK(lax.code("ImportPeerMsg", lax.text("alice", "bob", "bob", "old", 11)) == 0);
  CHECK(lax.warning().starts_with("import.oldest-first"));
  CHECK(strict.code("ImportPeerMsg", strict.text("alice", "bob", "bob", "old", 11)) == kInvalid);
}

TEST_CASE("max_message_bytes and max_multi_bytes") {
  test::MockWorld world(with(R"({"max_message_bytes":32768,"max_multi_bytes":10})"));
  ready(world);
  json body = world.text("alice", "bob", "bob", std::string(32768, 'a'));
  CHECK(world.code("ImportPeerMsg", body) == 0);
  body["MessageBody"]["Message"] = std::string(32769, 'a');
  CHECK(world.code("ImportPeerMsg", body) == 660400001);
  body["MessageType"] = 10;
  body["MessageBody"]["Message"] = R"({"MultiMsg":[{"MsgType":1,"Msg":"a"}]})";
  CHECK(world.code("ImportPeerMsg", body) == 660400001);
}

TEST_CASE("msg_time_is_arrival") {
  test::MockWorld sent, arrived(with(R"({"msg_time_is_arrival":true})"));
  for (test::MockWorld* world : {&sent, &arrived}) {
    ready(*world);
    CHECK(world->code("ImportPeerMsg", world->text("alice", "bob", "alice", "m", 77)) == 0);
  }
  CHECK(list_of_alice(sent).at(0).at("MsgTime") == sent.clock().wall_ms() - 77);
  CHECK(list_of_alice(arrived).at(0).at("MsgTime") == arrived.clock().wall_ms());
}

TEST_CASE("tie_later_import_first") {
  test::MockWorld later, earlier(with(R"({"tie_later_import_first":false})"));
  for (test::MockWorld* world : {&later, &earlier}) {
    ready(*world);
    for (const char* text : {"one", "two"}) {
      CHECK(world->code("ImportPeerMsg", world->text("alice", "bob", "alice", text)) == 0);
    }
  }
  CHECK(list_of_alice(later).at(0).at("MsgBody") == "two");
  CHECK(list_of_alice(earlier).at(0).at("MsgBody") == "one");
}

TEST_CASE("short_pages and next_bits") {
  test::MockWorld world(with(R"({"short_pages":false,"next_bits":50})"));
  ready(world);
  for (int i = 0; i < 200; ++i) {
    CHECK(world.code("ImportPeerMsg", world.text("alice", "bob", "alice", "m", 200 - i)) == 0);
  }
  json next = 0;
  for (int page = 1; page <= 20; ++page) {
    const json answer =
        world.call("QueryPeerMsg", {{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"Next", next}});
    CHECK(answer.at("List").size() == 10);
    next = answer.at("Next");
    CHECK(next.get<std::int64_t>() < (std::int64_t{1} << 50));
    CHECK((next == 0) == (page == 20));
  }
}

TEST_CASE("recall_window_s and recall_reaches_receiver") {
  test::MockWorld world(with(R"({"recall_window_s":3600,"recall_reaches_receiver":false})"));
  ready(world);
  for (const char* list : {"alice", "bob"}) {
    CHECK(world.code("ImportPeerMsg", world.text("bob", "alice", list, "m", 3'600'000)) == 0);
  }
  const json recall{{"FromUserId", "bob"}, {"ToUserId", "alice"}, {"MsgSeq", 1}};
  CHECK(world.code("RevokePeerMessage", recall) == 0);
  CHECK(list_of_alice(world).at(0).at("IsEmpty") == 0);

  test::MockWorld both(with(R"({"recall_window_s":3600})"));
  ready(both);
  for (const char* list : {"alice", "bob"}) {
    CHECK(both.code("ImportPeerMsg", both.text("bob", "alice", list, "m", 3'600'000)) == 0);
  }
  CHECK(both.code("RevokePeerMessage", recall) == 0);
  CHECK(list_of_alice(both).at(0).at("IsEmpty") == 2);
  CHECK(list_of_alice(both).at(0).at("MsgBody") == "");
}

TEST_CASE("a code observed to differ") {
  const auto profile = parse_profile(R"({"codes":{"user.receiver-registered":660700012}})", "test");
  test::MockWorld world(*profile);
  world.register_users({"alice"});
  CHECK(world.code("ImportPeerMsg", world.text("alice", "nobody", "alice", "m")) == 660700012);
}
