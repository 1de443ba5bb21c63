#include "contracts/harness/exchange_judge.h"

#include <algorithm>

#include "contracts/api/signature.h"
#include "contracts/harness/traffic_judge.h"
#include "contracts/harness/traffic_tally.h"
#include "tests/support/catch.h"

using namespace zimmock;
using nlohmann::json;

namespace {

constexpr std::int64_t kNow = 1'790'000'000'000;
constexpr const char* kSecret = "9193cc662a4c0ec135ec71fb57194b38";

// A call that keeps every rule, and the ways in which it can be spoilt.
struct Call {
  std::string action = "ImportPeerMsg";
  json body = import();
  json answer = {{"Code", 0},
                 {"Message", "success"},
                 {"RequestId", "1"},
                 {"MsgSeq", 1},
                 {"MsgId", "971503777289036701"}};
  std::string method = "POST";
  std::string content_type = "application/json";
  std::string nonce = "4fd24687296dd9f3";
  std::int64_t timestamp = kNow / 1000;
  std::string signature = {};  // "": the right one
  std::string more = {};
  std::optional<std::int64_t> at_ms = kNow;
  bool answered = true;

  static json import() {
    return {{"FromUserId", "alice"},
            {"ToUserId", "bob"},
            {"MessageType", 1},
            {"Priority", 2},
            {"MessageBody", {{"Message", "hi"}}},
            {"SendMessageTime", kNow - 10'000},
            {"ImportedUserId", "alice"}};
  }

  RecordedExchange exchange() const {
    RecordedExchange out;
    const std::string time = std::to_string(timestamp);
    const std::string sum = signature.empty() ? sign("12345", nonce, kSecret, time) : signature;
    out.request.method = method;
    out.request.target = "/?Action=" + action + "&AppId=12345&SignatureNonce=" + nonce +
                         "&Timestamp=" + time + "&SignatureVersion=2.0&Signature=" + sum + more;
    if (!content_type.empty()) out.request.headers = {{"Content-Type", content_type}};
    out.request.body = body.is_string() ? body.get<std::string>() : body.dump();
    out.at_ms = at_ms;
    if (!answered) return out;
    out.response = HttpResponse{};
    out.response->headers = {{"Content-Type", "application/json"}};
    out.response->body = answer.dump();
    return out;
  }
};

Call refused(std::int64_t code) {
  Call call;
  call.answer = {{"Code", code}, {"Message", "no"}, {"RequestId", "1"}};
  return call;
}

Call query(std::int64_t next = 0, const json& list = json::array(), std::int64_t next_after = 0) {
  Call call;
  call.action = "QueryPeerMsg";
  call.body = {{"FromUserId", "alice"}, {"ToUserId", "bob"}, {"Limit", 2}, {"Next", next}};
  call.answer = {{"Code", 0},
                 {"Message", "success"},
                 {"RequestId", "1"},
                 {"List", list},
                 {"Next", next_after}};
  return call;
}

json item(std::int64_t seq, std::int64_t time_ms, std::int64_t id = 971503777289036701) {
  return {{"Sender", "alice"}, {"MsgType", 1},       {"SubMsgType", 0},
          {"MsgBody", "hi"},   {"MsgId", id},        {"MsgSeq", seq},
          {"Payload", ""},     {"MsgTime", time_ms}, {"IsEmpty", 0}};
}

JudgeOptions with_secret() {
  JudgeOptions options;
  options.server_secret = kSecret;
  return options;
}

std::vector<std::string> lines(const Judgement& judgement) {
  std::vector<std::string> out;
  for (const SidedFinding& found : judgement.findings) {
    out.push_back((found.observed ? "observed " : std::string(to_string(found.side)) + " ") +
                  found.finding.line());
  }
  return out;
}

std::vector<std::string> judge(const Call& call, const JudgeOptions& options = with_secret()) {
  return lines(judge_exchange(call.exchange(), options));
}

// "client import.type", ...: which rules each side broke.
std::vector<std::string> broken(const Call& call, const JudgeOptions& options = with_secret()) {
  std::vector<std::string> out = judge(call, options);
  for (std::string& line : out) line = line.substr(0, line.find(':'));
  return out;
}

using Lines = std::vector<std::string>;

// Judges one call after another, each with a nonce of its own.
class Sequence {
 public:
  explicit Sequence(const JudgeOptions& options = with_secret()) : judge_(options) {}
  Judgement next(Call call) {
    if (call.nonce == Call().nonce) call.nonce = "00000000000" + std::to_string(10000 + count_++);
    return judge_.judge(call.exchange());
  }
  Lines broken(const Call& call) {
    Lines out = lines(next(call));
    for (std::string& line : out) line = line.substr(0, line.find(':'));
    return out;
  }

 private:
  TrafficJudge judge_;
  int count_ = 0;
};

}  // namespace

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
  // A limit that can be raised for one App says so.
  call = Call();
  call.body["MessageBody"]["Message"] = std::string(2049, 'x');
  REQUIRE(judge(call).size() == 2);
  CHECK_THAT(judge(call)[1], Catch::Matchers::StartsWith("server body.message-max-bytes: ") &&
                                 Catch::Matchers::Contains("has the App another limit?"));
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

TEST_CASE("a nonce is used once") {
  Sequence calls;
  Call call;
  call.nonce = "1111111111111111";
  CHECK(calls.broken(call).empty());
  CHECK(calls.next(call).findings.front().finding.line() ==
        "auth.nonce-fresh: ?SignatureNonce: expected a new nonce for each request, got "
        "\"1111111111111111\" again");
}

TEST_CASE("the rate is counted where times are known, refused calls left out") {
  Sequence calls;
  Call call = query();
  for (int i = 0; i < 20; ++i) {
    call.at_ms = kNow + i * 10;
    CHECK(calls.broken(call).empty());
  }
  call.at_ms = kNow + 999;
  CHECK(calls.broken(call) == Lines{"client rate.per-operation"});
  Call late = refused(660300005);
  late.action = "QueryPeerMsg";
  late.body = call.body;
  late.at_ms = kNow + 999;
  CHECK(calls.broken(late) == Lines{"client rate.per-operation"});
  Call other;  // an operation of its own
  CHECK(calls.broken(other).empty());
  call.at_ms = kNow + 3000;
  CHECK(calls.broken(call).empty());
  JudgeOptions unlimited;
  unlimited.calls_per_second.reset();
  Sequence free(unlimited);
  for (int i = 0; i < 30; ++i) CHECK(free.broken(query()).empty());
}

TEST_CASE("a list is imported oldest first") {
  Sequence calls;
  Call call;
  CHECK(calls.broken(call).empty());
  call.body["SendMessageTime"] = kNow - 10'001;
  Call other_list = call;
  other_list.body["ImportedUserId"] = "bob";
  CHECK(calls.broken(other_list).empty());
  CHECK(calls.broken(call) == Lines{"client import.oldest-first"});
  call.body["SendMessageTime"] = kNow - 10'000;
  call.body["MessageBody"]["Message"] = "another";
  CHECK(calls.broken(call).empty());
}

TEST_CASE("the same import twice is a note, and two ids") {
  Sequence calls;
  Call call;
  CHECK(calls.next(call).notes.empty());
  Call again = call;
  again.answer["MsgId"] = "971503777289036703";
  again.answer["MsgSeq"] = 2;
  Judgement judgement = calls.next(again);
  CHECK(lines(judgement).empty());
  REQUIRE(judgement.notes.size() == 1);
  CHECK(judgement.notes[0] ==
        "ImportPeerMsg: the same message was sent again after it had been accepted: two messages");
  judgement = calls.next(again);
  CHECK(lines(judgement) == Lines{"observed import.no-deduplication: /MsgId: expected the id of a "
                                  "new message, got that of the same import before"});
  Call lost;
  lost.body["MessageBody"]["Message"] = "lost";
  lost.answered = false;
  CHECK(calls.next(lost).notes.empty());
  lost.answered = true;
  judgement = calls.next(lost);
  REQUIRE(judgement.notes.size() == 1);
  CHECK_THAT(judgement.notes[0], Catch::Matchers::Contains("after no answer had come"));
}

TEST_CASE("a Next that the list never returned is found, once its reading has begun") {
  Sequence calls;
  CHECK(calls.broken(query(77)).empty());  // perhaps returned before the recording
  CHECK(calls.broken(query(0, json::array({item(2, 2)}), 555)).empty());
  CHECK(calls.broken(query(555, json::array({item(1, 1)}))).empty());
  CHECK(calls.next(query(556)).findings.front().finding.line() ==
        "query.next-is-opaque: /Next: expected 0 or a Next that this list returned, got 556");
  Call call = query(555);
  call.answer = refused(660000002).answer;
  CHECK(lines(calls.next(call)) ==
        Lines{"observed query.next-is-opaque: /Next: expected a page, as this list returned that "
              "value, got Code 660000002 (input parameter error)"});
  call = query(557);
  call.answer = refused(660000002).answer;
  CHECK(calls.broken(call) == Lines{"client query.next-is-opaque"});
}

TEST_CASE("pages go on where the page before ended") {
  Sequence calls;
  CHECK(calls.broken(query(0, json::array({item(4, 40), item(3, 30)}), 5)).empty());
  CHECK(calls.broken(query(5, json::array({item(2, 30), item(1, 10)}), 6)).empty());
  CHECK(calls.broken(query(5, json::array({item(2, 30), item(1, 10)}), 6)).empty());  // asked again
  CHECK(lines(calls.next(query(6, json::array({item(1, 10)})))) ==
        Lines{"server query.pages-complete: /List/0/MsgSeq: expected a message that no page before "
              "had, got 1 again"});
  CHECK(lines(calls.next(query(6, json::array({item(0, 11)})))) ==
        Lines{"server query.newest-first: /List/0/MsgTime: expected none later than on the page "
              "before, got 1 ms later"});
  CHECK(calls.broken(query(0, json::array({item(4, 40), item(3, 30)})))
            .empty());  // a reading of its own
}

TEST_CASE("a MsgId that is read back is the one that was answered") {
  Sequence calls;
  CHECK(calls.broken(Call()).empty());
  CHECK(calls.broken(query(0, json::array({item(1, kNow)}))).empty());
  CHECK(
      lines(calls.next(query(0, json::array({item(1, kNow, 971503777289036672)})))) ==
      Lines{"server query.msg-id-exact: /List/0/MsgId: expected 971503777289036701, as the import "
            "answered, got 971503777289036672, which is that number after it went through a "
            "double"});
  Call of_bob = query(0, json::array({item(1, kNow, 5)}));  // another list's message 1
  std::swap(of_bob.body["FromUserId"], of_bob.body["ToUserId"]);
  CHECK(calls.broken(of_bob).empty());
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
  TrafficTally tally({"http.content-type-is-json"});
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
