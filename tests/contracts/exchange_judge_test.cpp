#include "contracts/harness/exchange_judge.h"

#include <algorithm>

#include "contracts/harness/traffic_tally.h"
#include "tests/contracts/recorded_call.h"
#include "tests/support/catch.h"

using namespace zimmock;
using namespace zimmock::test;

TEST_CASE("a good exchange breaks nothing, and says what it was held against") {
  const Judgement judgement = judge_exchange(Call().exchange(), with_secret());
  CHECK(lines(judgement).empty());
  CHECK(judgement.action == "ImportPeerMsg");
  CHECK(judgement.app_id == "12345");
  CHECK(judgement.code == 0);
  CHECK(judgement.notes.empty());
  for (const RuleId id : {RuleId::kSignatureMatches, RuleId::kTimestampFresh, RuleId::kImportType,
                          RuleId::kContentTypeIsJson, RuleId::kImportTimeFuture}) {
    CHECK(judgement.client_checked.contains(id));
  }
  CHECK(judgement.server_checked.contains(RuleId::kImportIds));
  for (const Rule& row : all_rules()) {
    if (row.binds == Binds::kServer) CHECK_FALSE(judgement.client_checked.contains(row.rule_id));
  }
}

TEST_CASE("what cannot be known is not checked") {
  Call call;
  call.at_ms.reset();
  Judgement judgement = judge_exchange(call.exchange(), {});
  CHECK(lines(judgement).empty());
  for (const RuleId id : {RuleId::kSignatureMatches, RuleId::kTimestampFresh,
                          RuleId::kImportTimeFuture, RuleId::kImportTimeTooOld}) {
    CHECK_FALSE(judgement.client_checked.contains(id));
  }
  CHECK(judgement.client_checked.contains(RuleId::kSignatureForm));
  call.signature = "***";
  judgement = judge_exchange(call.exchange(), with_secret());
  CHECK(lines(judgement).empty());
  CHECK_FALSE(judgement.client_checked.contains(RuleId::kSignatureForm));
  CHECK_FALSE(judgement.client_checked.contains(RuleId::kSignatureMatches));
  JudgeOptions of_another_app = with_secret();
  of_another_app.app_id = 1;
  CHECK_FALSE(judge_exchange(Call().exchange(), of_another_app)
                  .client_checked.contains(RuleId::kSignatureMatches));
}

TEST_CASE("the client's breaches are the client's") {
  Call call = refused(100000005);
  call.signature = std::string(32, '0');
  CHECK(broken(call) == Lines{"client auth.signature-matches"});
  call = refused(100000004);
  call.timestamp += 601;
  CHECK(broken(call) == Lines{"client auth.timestamp-fresh"});
  call = Call();
  call.timestamp += 600;
  CHECK(broken(call).empty());
  call = Call();
  call.content_type = "text/plain";
  call.more = "&foo=1";
  CHECK(broken(call) == Lines{"client http.parameter-known", "client http.content-type-is-json"});
  call = refused(660000002);
  call.method = "GET";
  CHECK(broken(call) == Lines{"client http.method-is-post"});
  call = refused(660000002);
  call.body = "{";
  CHECK(broken(call) == Lines{"client body.is-json"});
  call = refused(660000002);
  call.body["MessageType"] = 99;
  CHECK(judge(call) ==
        Lines{"client import.type: /MessageType: expected 1, 10, 11, 12, 13, 14 or 200, got 99"});
  call = refused(660800046);
  call.body["SendMessageTime"] = kNow + 2000;
  CHECK(broken(call) == Lines{"client import.send-time-not-in-future"});
}

TEST_CASE("parameters in the body instead of the query are found there") {
  Call call = refused(100000006);
  RecordedExchange exchange = call.exchange();
  json body = call.body;
  body["Action"] = "ImportPeerMsg";
  exchange.request.target.erase(2, std::string("Action=ImportPeerMsg&").size());
  exchange.request.body = body.dump();
  const auto found = lines(judge_exchange(exchange, {}));
  REQUIRE(found.size() == 2);
  CHECK(found[0].starts_with("client action.present: "));
  CHECK(found[1] ==
        "client http.common-parameters-in-query: /Action: expected the parameter in the query, got "
        "it in the body");
}

TEST_CASE("what a service accepts though its page says how it refuses is the service's breach") {
  Call call;
  const std::string long_id(33, 'a');
  call.body["FromUserId"] = call.body["ImportedUserId"] = long_id;
  CHECK(judge(call) ==
        Lines{"client user-id.max-32-bytes: /FromUserId: expected at most 32 bytes, got 33 bytes "
              "in \"" +
                  long_id + "\"",
              "server user-id.max-32-bytes: /FromUserId: expected refusal with Code 660000012 "
              "(UserID longer than 32 bytes), got Code 0 for 33 bytes in \"" +
                  long_id + "\""});
  call = Call();
  call.signature = std::string(32, '0');
  CHECK(broken(call) == Lines{"client auth.signature-matches", "server auth.signature-matches"});
  // Only the code of the refusal is inferred or assumed: the service may do otherwise.
  call = Call();
  call.body["Priority"] = 7;
  CHECK(broken(call) == Lines{"client import.priority"});
  // A limit that can be raised for one App is observed only.
  call = Call();
  call.body["MessageBody"]["Message"] = std::string(2049, 'x');
  REQUIRE(judge(call).size() == 2);
  CHECK(
      judge(call)[1] ==
      "observed body.message-max-bytes: /MessageBody/Message: expected refusal with Code 660400001 "
      "(message too large), got Code 0 for 2049 bytes; was the limit raised for this App?");
  // Two clocks differ by less than a minute.
  call = Call();
  call.timestamp += 630;
  CHECK(broken(call) == Lines{"client auth.timestamp-fresh"});
  call.timestamp += 60;
  CHECK(broken(call) == Lines{"client auth.timestamp-fresh", "server auth.timestamp-fresh"});
}

TEST_CASE("what a service refuses though the request breaks nothing is the service's breach") {
  CHECK(
      judge(refused(660000012)) ==
      Lines{"server user-id.max-32-bytes: /Code: expected 0, as the request breaks nothing that a "
            "recording shows, got Code 660000012 (UserID longer than 32 bytes)"});
  CHECK(broken(refused(100000005)) == Lines{"server auth.signature-matches"});
  CHECK(broken(refused(100000004)) == Lines{"server auth.timestamp-fresh"});
  Call call = refused(660000002);
  call.body.erase("SendMessageTime");
  CHECK(broken(call) == Lines{"server answer.code"});
  // A refusal with the code of another breach.
  call = refused(660000012);
  call.body["MessageType"] = 2;
  CHECK(broken(call) == Lines{"client import.type-not-command", "server import.type-not-command"});
  call.answer["Code"] = 660000003;  // a general failure
  CHECK(broken(call) ==
        Lines{"client import.type-not-command", "observed import.type-not-command"});
  call.answer["Code"] = 660300005;  // not looked at: too many calls
  CHECK(broken(call) == Lines{"client import.type-not-command", "client rate.per-operation"});
}

TEST_CASE("a refusal that only the service can know the reason of is held against the client") {
  CHECK(judge(refused(660500002)) ==
        Lines{"client user.sender-registered: expected a call that is accepted, got Code 660500002 "
              "(operator (FromUserId) not registered)"});
  Call call = query();
  call.answer = refused(660500002).answer;
  CHECK(broken(call) == Lines{"client query.viewer-registered"});
  CHECK(broken(refused(660300005)) == Lines{"client rate.per-operation"});
  CHECK(broken(refused(100000005), {}) == Lines{"client auth.signature-matches"});
  call = refused(660000002);
  call.body["SendMessageTime"] = kNow - 8 * 86'400'000LL;  // past the shortest plan's retention
  CHECK(broken(call) == Lines{"client import.send-time-in-retention"});
  // And codes that say nothing of the request are held against nobody.
  for (const std::int64_t code : {1, 105001, 660000001, 660800045}) {
    CAPTURE(code);
    CHECK(broken(refused(code)).empty());
  }
}

TEST_CASE("which of several wrong parameters is answered is the service's choice") {
  Call call = refused(100000014);  // the first is the AppId's
  RecordedExchange exchange = call.exchange();
  exchange.request.target = "/?Action=ImportPeerMsg&SignatureVersion=1";
  const Judgement judgement = judge_exchange(exchange, {});
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].side == Side::kClient);
  call = refused(100000007);
  call.more = "&Action=Other";
  CHECK(broken(call) == Lines{"client http.parameter-once"});
  call.more = "";
  CHECK(broken(call) == Lines{"server action.known"});
}

TEST_CASE("another path is a reason to refuse") {
  RecordedExchange exchange = refused(2).exchange();
  CHECK_FALSE(judge_exchange(exchange, {}).findings.empty());
  exchange.request.target.insert(1, "api");
  CHECK(judge_exchange(exchange, {}).findings.empty());
}

TEST_CASE("an answer is held against the rules on answers") {
  Call call;
  call.answer["MsgId"] = 971503777289036701;
  CHECK(broken(call) == Lines{"server import.answer-ids"});
  RecordedExchange exchange = Call().exchange();
  exchange.response->status = 500;
  CHECK(lines(judge_exchange(exchange, {})) ==
        Lines{"observed answer.http-status: expected HTTP 200, got HTTP 500"});
  exchange = Call().exchange();
  exchange.response->headers.emplace_back("content-encoding", "gzip");
  exchange.response->body = "\x1f\x8b";
  const Judgement judgement = judge_exchange(exchange, {});
  CHECK(lines(judgement).empty());
  CHECK(judgement.notes.size() == 1);
  CHECK(judgement.server_checked.size() == 0);
  call = Call();
  call.answered = false;
  CHECK(broken(call).empty());
}

TEST_CASE("what became of each user of a registration") {
  Call call;
  call.action = "UserRegister";
  const std::string long_id(33, 'a');
  call.body = {{"UserInfo", {{{"UserId", "alice"}}, {{"UserId", long_id}}}}};
  const auto error = [](const std::string& user, std::int64_t code) {
    return json{{"UserId", user}, {"SubCode", code}, {"SubMessage", "no"}};
  };
  call.answer = {{"Code", 0},
                 {"Message", "success"},
                 {"RequestId", "1"},
                 {"ErrorList", {error(long_id, 660000012)}}};
  CHECK(broken(call) == Lines{"client user-id.max-32-bytes"});
  call.answer["ErrorList"] = json::array();
  CHECK(broken(call) == Lines{"client user-id.max-32-bytes", "server user-id.max-32-bytes"});
  call.answer["ErrorList"] = {error("alice", 660700002), error(long_id, 660000012)};
  CHECK(broken(call) == Lines{"client user-id.max-32-bytes", "client register.user-is-new",
                              "server register.all-fail"});
  call.answer["ErrorList"] = {error("alice", 660000012), error(long_id, 660000012)};
  call.answer["Code"] = 660000012;
  call.answer["Message"] = "no";
  CHECK(broken(call) == Lines{"client user-id.max-32-bytes", "server user-id.max-32-bytes"});
  call.answer["ErrorList"] = {error(long_id, 660000012)};
  CHECK(broken(call) == Lines{"client user-id.max-32-bytes", "server register.partial-success"});
}

TEST_CASE("a page is the one asked for") {
  CHECK(broken(query(0, json::array({item(2, 2), item(1, 1)}))).empty());
  CHECK(broken(query(0, json::array({item(3, 3), item(2, 2), item(1, 1)}))) ==
        Lines{"server query.limit"});
  json other = item(1, 1);
  other["Sender"] = "carol";
  CHECK(broken(query(0, json::array({other}))) == Lines{"server query.viewer-list"});
  other = item(1, 1);
  other["IsEmpty"] = 2;
  CHECK(broken(query(0, json::array({other}))) == Lines{"server query.hides-empty"});
  Call call = query(0, json::array({other}));
  call.body["WithEmptyMsg"] = 1;
  CHECK(broken(call).empty());
}

TEST_CASE("an operation that this contract does not describe is authenticated all the same") {
  Call call;
  call.action = "CreateGroup";
  call.body = {{"Anything", 1}};
  CHECK(broken(call).empty());
  call.signature = std::string(32, '0');
  CHECK(broken(call) == Lines{"client auth.signature-matches"});
  call.signature = "";
  call.answer = {{"Code", 660600001}, {"Message", "no"}, {"RequestId", "1"}};
  CHECK(broken(call) == Lines{"server answer.code"});
}

TEST_CASE("an operation called with GET has parameters of its own, and no other method") {
  Call call;
  call.action = "QueryUserOnlineState";
  call.method = "GET";
  call.more = "&UserId[]=a&UserId[]=b";
  CHECK(broken(call).empty());
  call.method = "POST";
  CHECK(broken(call) == Lines{"client http.method-is-get"});
  call.action = "SendPeerMessage";
  CHECK(broken(call) == Lines{"client http.parameter-known", "client http.parameter-known"});
  call.more = "";
  call.method = "GET";
  CHECK(broken(call) == Lines{"client http.method-is-post"});
}

TEST_CASE("a calibrated profile's codes are a rule's own") {
  const Call call = refused(4711);
  CHECK(broken(call) == Lines{"server answer.code"});
  JudgeOptions options = with_secret();
  options.profile.codes[RuleId::kSenderRegistered] = 4711;
  CHECK(broken(call, options) == Lines{"client user.sender-registered"});
}

TEST_CASE("what is a call of this API") {
  const auto is_api = [](std::string_view host, const std::string& target) {
    HttpRequest request;
    request.target = target;
    return is_api_request(host, request);
  };
  CHECK(is_api("zim-api.zego.im", "/anything"));
  CHECK(is_api("ZIM-API-FRA.zego.im:443", "/"));
  CHECK(is_api("127.0.0.1:8080", "/?Action=X"));
  CHECK(is_api("127.0.0.1:8080", "?%0A%20appid=1"));
  HttpRequest in_body;
  in_body.target = "/";
  CHECK_FALSE(is_api_request("", in_body));
  in_body.body = R"({"AppId":1})";
  CHECK(is_api_request("", in_body));
  CHECK_FALSE(is_api("example.com", "/?q=Action"));
  CHECK_FALSE(is_api("example.com", "/api?Action=X"));
  CHECK_FALSE(is_api("zim-api.zego.im.example.com", "/"));
}

TEST_CASE("a tally counts by rule and side, and each distinct finding once") {
  TrafficTally tally(VerdictPolicy{{"http.content-type-is-json"}});
  Call bad = refused(660000002);
  bad.body["MessageType"] = 99;
  bad.content_type = "text/plain";
  for (std::size_t i = 1; i <= 3; ++i) tally.add(judge_exchange(bad.exchange(), {}), i);
  Call observed;
  RecordedExchange exchange = observed.exchange();
  exchange.response->status = 500;
  tally.add(judge_exchange(exchange, {}), 4);
  CHECK(tally.exchanges() == 4);
  CHECK(tally.broken());
  CHECK(tally.broken_rules(Side::kClient) == 1);
  CHECK(tally.broken_rules(Side::kServer) == 0);
  REQUIRE(tally.findings().size() == 3);
  const auto row = [&tally](RuleId id, Side side) {
    for (const auto& candidate : tally.rows()) {
      if (candidate.rule_id == id && candidate.side == side) return candidate;
    }
    return TrafficTally::Row{};
  };
  CHECK(row(RuleId::kImportType, Side::kClient).broken == 3);
  CHECK(row(RuleId::kImportType, Side::kClient).kept == 1);
  CHECK(row(RuleId::kImportType, Side::kServer).kept == 3);  // it refused them with the code
  CHECK(row(RuleId::kContentTypeIsJson, Side::kClient).allowed == 3);
  CHECK(row(RuleId::kAnswerStatus, Side::kServer).observed == 1);
  const auto type =
      std::find_if(tally.findings().begin(), tally.findings().end(),
                   [](const auto& one) { return one.rule_id == RuleId::kImportType; });
  REQUIRE(type != tally.findings().end());
  CHECK(type->count == 3);
  CHECK(type->first == 1);
}
