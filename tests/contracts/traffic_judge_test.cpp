#include "contracts/harness/traffic_judge.h"

#include "tests/contracts/recorded_call.h"
#include "tests/support/catch.h"

using namespace zimmock;
using namespace zimmock::test;

namespace {

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

TEST_CASE("a nonce is used once") {
  Sequence calls;
  Call call;
  call.nonce = "1111111111111111";
  CHECK(calls.broken(call).empty());
  CHECK(calls.next(call).findings.front().finding.line() ==
        "auth.nonce-fresh: ?SignatureNonce: expected a new nonce for each request, got "
        "\"1111111111111111\" again");
}

TEST_CASE("a registration that the service refused with either rate code is not counted") {
  for (const std::int64_t code : {660300005, 660700001}) {
    CAPTURE(code);
    Sequence calls;
    Call refusal = refused(code);
    refusal.action = "UserRegister";
    refusal.body = {{"UserInfo", {{{"UserId", "alice"}}}}};
    for (int i = 0; i < 20; ++i) {
      refusal.at_ms = kNow + i * 10;
      calls.broken(refusal);
    }
    Call good = refusal;
    good.answer = {{"Code", 0}, {"Message", "success"}, {"RequestId", "1"}};
    good.at_ms = kNow + 500;
    CHECK(calls.broken(good).empty());
  }
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

TEST_CASE("a Next that went through a double is recognised") {
  Sequence calls;
  CHECK(calls.broken(query(0, json::array({item(2, 2)}), 4381458174019532289)).empty());
  Call rounded = query(4381458174019532300);  // as JavaScript prints it
  rounded.answer = {{"Code", 660000002}, {"Message", "no"}, {"RequestId", "1"}};
  CHECK(lines(calls.next(rounded)).at(0) ==
        "client query.next-is-opaque: /Next: expected 0 or a Next that this list returned, got "
        "4381458174019532300, which is 4381458174019532289 rounded: Next went through a double");
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
