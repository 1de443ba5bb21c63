#include "client/api/zim_api.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
using Catch::Matchers::Contains;

constexpr const char* kSecret = "9193cc662a4c0ec135ec71fb57194b38";

struct ApiFixture {
  ScriptedTransport transport;
  FakeTime time;
  int nonces = 0;
  client::ZimApi api{
      transport, {12345, kSecret}, time, [this] { return fmt::format("{:016x}", ++nonces); }};

  // The message of the Error that an answer to an import comes to.
  std::string import_error(const json& body) {
    transport.answer(body);
    return import_error();
  }
  std::string import_error(HttpResponse response) {
    transport.answer(std::move(response));
    return import_error();
  }
  std::string import_error() {
    const auto answer = api.import_peer_msg({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::kUnusableAnswer);
    return answer.error().message;
  }
  std::string query_error(const json& body) {
    transport.answer(body);
    const auto answer = api.query_peer_msg({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::kUnusableAnswer);
    return answer.error().message;
  }
};

json good_item() {
  return {{"Sender", "a"},   {"MsgType", 1}, {"SubMsgType", 0},
          {"MsgBody", "hi"}, {"MsgSeq", 3},  {"MsgId", 971503777289036701},
          {"Payload", "e"},  {"IsEmpty", 0}, {"MsgTime", kNow}};
}

json page(const json& item, std::int64_t next = 0) {
  return {{"Code", 0}, {"Message", "success"}, {"List", {item}}, {"Next", next}};
}

}  // namespace

TEST_CASE("the vendor's signature vector") {
  const client::Credentials credentials{12345, kSecret};
  CHECK(client::signature_of(credentials, "4fd24687296dd9f3", 1615186943) ==
        "43e5cfcca828314675f91b001390566a");
  CHECK(client::signed_query("QueryPeerMsg", credentials, "4fd24687296dd9f3", 1615186943) ==
        "Action=QueryPeerMsg&AppId=12345&SignatureNonce=4fd24687296dd9f3&Timestamp=1615186943&"
        "Signature=43e5cfcca828314675f91b001390566a&SignatureVersion=2.0");
}

TEST_CASE_METHOD(ApiFixture, "every call is a signed POST of its own") {
  for (int i = 0; i < 2; ++i) transport.answer({{"Code", 0}, {"MsgId", "7"}, {"MsgSeq", 1}});
  ImportPeerMsg request;
  request.message.from_user_id = "a";
  request.message.content.body = "\xF0\x9F\x99\x82 \"\n";
  REQUIRE(api.import_peer_msg(request));
  REQUIRE(api.import_peer_msg(request));
  REQUIRE(transport.sent.size() == 2);
  CHECK(transport.sent[0].method == "POST");
  CHECK(transport.sent[0].target == "/?" + client::signed_query("ImportPeerMsg", {12345, kSecret},
                                                                "0000000000000001",
                                                                kNow / 1000 + 1));
  CHECK(transport.sent[0].target != transport.sent[1].target);
  CHECK(header(transport.sent[0].headers, "content-type") == "application/json");
  CHECK(json::parse(transport.sent[0].body)["MessageBody"]["Message"] ==
        request.message.content.body);
  CHECK(transport.sent[0].target.find(kSecret) == std::string::npos);
}

TEST_CASE_METHOD(ApiFixture, "an import's answer keeps every digit") {
  for (const json& id :
       {json("18446744073709551615"), json(18446744073709551615U), json("971503777289036701")}) {
    transport.answer({{"Code", 0}, {"MsgId", id}, {"MsgSeq", 9007199254740993}});
    const auto answer = api.import_peer_msg({});
    REQUIRE(answer);
    CHECK(answer->value.msg_id == (id.is_string() ? id.get<std::string>() : id.dump()));
    CHECK(answer->value.msg_seq == 9007199254740993);
  }
}

TEST_CASE_METHOD(ApiFixture, "answers that are not this API's") {
  CHECK_THAT(import_error(HttpResponse{502, {}, "<html>Bad Gateway</html>"}),
             Contains("ImportPeerMsg: expected a JSON object, got HTTP 502") && Contains("<html>"));
  CHECK_THAT(import_error(HttpResponse{200, {}, ""}), Contains("got HTTP 200 with \"\""));
  CHECK_THAT(import_error(HttpResponse{200, {}, "{\"Code\":0"}), Contains("a JSON object"));
  CHECK_THAT(import_error(HttpResponse{302, {{"Location", "https://b/"}}, ""}),
             Contains("redirect to \"https://b/\""));
  CHECK_THAT(import_error(json::array({1})), Contains("a JSON object"));
  CHECK_THAT(import_error(json{{"Message", "success"}}), Contains("/Code: expected an integer"));
  CHECK_THAT(import_error(json{{"Code", "0"}}), Contains("/Code") && Contains("string \"0\""));
  CHECK_THAT(import_error(json{{"Code", 0.0}}), Contains("/Code"));
  CHECK_THAT(import_error(json{{"Code", 18446744073709551615U}}), Contains("/Code"));
  CHECK_THAT(import_error(HttpResponse{500, {}, R"({"Code":0,"MsgId":"1","MsgSeq":1})"}),
             Contains("HTTP 500"));
}

TEST_CASE_METHOD(ApiFixture, "success without what is documented is no success") {
  CHECK_THAT(import_error({{"Code", 0}}), Contains("/MsgId: expected a string of digits"));
  CHECK_THAT(import_error({{"Code", 0}, {"MsgId", "7"}}), Contains("/MsgSeq"));
  CHECK_THAT(import_error({{"Code", 0}, {"MsgId", ""}, {"MsgSeq", 1}}), Contains("/MsgId"));
  CHECK_THAT(import_error({{"Code", 0}, {"MsgId", "12x"}, {"MsgSeq", 1}}), Contains("/MsgId"));
  CHECK_THAT(import_error({{"Code", 0}, {"MsgId", 9.7e17}, {"MsgSeq", 1}}), Contains("/MsgId"));
  CHECK_THAT(import_error({{"Code", 0}, {"MsgId", -7}, {"MsgSeq", 1}}), Contains("/MsgId"));
  CHECK_THAT(query_error({{"Code", 0}, {"List", "none"}}), Contains("/List: expected an array"));
  CHECK_THAT(query_error({{"Code", 0}, {"List", json::array()}, {"Next", "0"}}), Contains("/Next"));
  CHECK_THAT(query_error({{"Code", 0}, {"List", {1}}, {"Next", 0}}), Contains("/List/0"));
  for (const char* member : {"Sender", "MsgType", "MsgBody", "MsgId", "MsgSeq", "MsgTime"}) {
    json item = good_item();
    item.erase(member);
    CHECK_THAT(query_error(page(item)), Contains(std::string("/List/0/") + member));
  }
  json item = good_item();
  item["Payload"] = 7;
  CHECK_THAT(query_error(page(item)), Contains("/List/0/Payload: expected a string, got number 7"));
}

TEST_CASE_METHOD(ApiFixture, "a refusal is a status, whatever the HTTP status") {
  for (const int http : {200, 403, 500}) {
    transport.answer(HttpResponse{http,
                                  {{"x-zimmock-explain", "why"}},
                                  R"({"Code":660500002,"Message":"m","RequestId":"12"})"});
    const auto answer = api.import_peer_msg({});
    REQUIRE(answer);
    CHECK(answer->status.code == 660500002);
    CHECK(answer->status.request_id == "12");
    CHECK(answer->status.code_class() == CodeClass::kRefused);
    CHECK(answer->status.line() == "code 660500002 (operator (FromUserId) not registered): why");
  }
  transport.answer({{"Code", 4711}, {"Message", "new\n"}});
  const auto unknown = api.import_peer_msg({});
  REQUIRE(unknown);
  CHECK(unknown->status.code_class() == CodeClass::kInDoubt);
  CHECK(unknown->status.line() == "code 4711 (new\\n)");
}

TEST_CASE_METHOD(ApiFixture, "a code that the profile has for a rule is what the rule's is") {
  Profile profile;
  profile.codes = {{RuleId::kRate, 4711}, {RuleId::kRegisterNew, 4712}};
  client::ZimApi calibrated(transport, {1, "secret"}, time, {}, profile);
  transport.answer({{"Code", 4711}});
  const auto told = calibrated.import_peer_msg({});
  REQUIRE(told);
  CHECK(told->status.code == 4711);
  CHECK(told->status.code_class() == CodeClass::kWait);
  CHECK(told->status.line() == "code 4711 (AppID-level call frequency exceeded)");
  transport.answer({{"Code", 4712}, {"ErrorList", {{{"UserId", "a"}, {"SubCode", 4712}}}}});
  const auto there = calibrated.user_register({{{"a", "", ""}}});
  REQUIRE(there);
  CHECK(there->value.failures.at(0).known_code() == 660700002);
  CHECK(there->value.failures.at(0).sub_code == 4712);
}

TEST_CASE_METHOD(ApiFixture, "a list is read with all its members") {
  json misspelt = good_item();
  misspelt.erase("IsEmpty");
  misspelt["IsEempy"] = 2;
  json emptied{{"MsgId", "5"}, {"MsgSeq", 1}, {"IsEmpty", 1}};
  transport.answer({{"Code", 0}, {"List", {good_item(), misspelt, emptied}}, {"Next", 77}});
  const auto answer = api.query_peer_msg({ListId::of_user("a", "b"), 100, 0, true});
  REQUIRE(answer);
  REQUIRE(answer->value.items.size() == 3);
  const client::QueryItem& item = answer->value.items[0];
  CHECK(item.sender == "a");
  CHECK(item.msg_id == "971503777289036701");
  CHECK(item.payload == "e");
  CHECK(item.msg_time_ms == kNow);
  CHECK(item.raw == good_item());
  CHECK(answer->value.items[1].is_empty == 2);
  CHECK(answer->value.items[2].is_empty == 1);
  CHECK(answer->value.next == 77);
  CHECK(json::parse(transport.sent[0].body) == json{{"FromUserId", "a"},
                                                    {"ToUserId", "b"},
                                                    {"Limit", 100},
                                                    {"Next", 0},
                                                    {"WithEmptyMsg", 1}});
}

TEST_CASE_METHOD(ApiFixture, "what is 0 or empty may be left out, or null") {
  json item = good_item();
  for (const char* member : {"SubMsgType", "IsEmpty", "Payload"}) item.erase(member);
  for (const json& more : {json::object(), json{{"List", nullptr}, {"Next", nullptr}},
                           json{{"List", json::array()}}, json{{"Next", 0}}}) {
    json body{{"Code", 0}};
    body.update(more);
    transport.answer(body);
    const auto answer = api.query_peer_msg({ListId::of_user("a", "b"), 100, 0, true});
    REQUIRE(answer);
    CHECK(answer->value.items.empty());
    CHECK(answer->value.next == 0);
  }
  transport.answer({{"Code", 0}, {"List", {item}}});
  const auto answer = api.query_peer_msg({ListId::of_user("a", "b"), 100, 0, true});
  REQUIRE(answer);
  REQUIRE(answer->value.items.size() == 1);
  CHECK(answer->value.items[0].is_empty == 0);
  CHECK(answer->value.next == 0);
}

TEST_CASE_METHOD(ApiFixture, "UserRegister names its failures, all failing included") {
  const json failure{{"UserId", "a"}, {"SubCode", 660700002}, {"SubMessage", "there"}};
  for (const std::int64_t code : {std::int64_t{0}, std::int64_t{660700002}}) {
    transport.answer({{"Code", code}, {"ErrorList", {failure}}});
    const auto answer = api.user_register({{{"a", "", ""}}});
    REQUIRE(answer);
    CHECK(answer->status.code == code);
    REQUIRE(answer->value.failures.size() == 1);
    CHECK(answer->value.failures[0].sub_code == 660700002);
  }
  for (const json& list : {json("none"), json::array({1}), json::array({{{"UserId", "a"}}})}) {
    transport.answer({{"Code", 0}, {"ErrorList", list}});
    CHECK_FALSE(api.user_register({}));
  }
  transport.answer({{"Code", 0}});
  CHECK(api.user_register({}));
}

TEST_CASE_METHOD(ApiFixture, "the other two operations") {
  transport.answer({{"Code", 0}});
  transport.answer({{"Code", 660000022}});
  CHECK(api.clear_peer_message({"a", "b"})->status.ok());
  CHECK(api.revoke_peer_message({"a", "b", 7, ""})->status.code == 660000022);
  CHECK_THAT(transport.sent[0].target, Contains("Action=ClearPeerMessage&"));
  CHECK_THAT(transport.sent[1].target, Contains("Action=RevokePeerMessage&"));
}

TEST_CASE_METHOD(ApiFixture, "the transport's errors pass through") {
  for (const ErrorKind kind : {ErrorKind::kUnreachable, ErrorKind::kInDoubt}) {
    transport.fail_with(kind);
    const auto answer = api.import_peer_msg({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == kind);
  }
}

}  // namespace zimmock::test
