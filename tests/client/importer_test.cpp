#include "client/api/registrar.h"
#include "client/verify/verdict.h"
#include "tests/client/fake_service.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
using Catch::Matchers::Contains;

// Answers the `nth` (from 1) call of an operation with this.
FakeService::Intercept on_call(const std::string& action, int nth, Result<HttpResponse> answer) {
  auto calls = std::make_shared<int>(0);
  return [=](const std::string& called, const json&) -> std::optional<Result<HttpResponse>> {
    if (called != action || ++*calls != nth) return std::nullopt;
    return answer;
  };
}

FakeService::Intercept always(const std::string& action, Result<HttpResponse> answer) {
  return [=](const std::string& called, const json&) -> std::optional<Result<HttpResponse>> {
    if (called != action) return std::nullopt;
    return answer;
  };
}

using Texts = std::vector<std::string>;

client::RegisterReport register_all(Migration& run, const Texts& ids) {
  std::vector<RegisterUser> users;
  for (const std::string& id : ids) users.push_back({id, "", ""});
  return run.register_all(users);
}

}  // namespace

TEST_CASE("every lane is imported oldest first, whatever the number of threads") {
  for (const int threads : {1, 4, 16}) {
    Migration run(conversations(5, 30));
    run.threads = threads;
    const client::ImportReport report = run.import();
    CHECK(report.stop == client::Stop::kNone);
    CHECK(report.imported == 300);
    CHECK(report.not_sent == 0);
    CHECK(run.board.done == 300);
    for (int c = 0; c < 5; ++c) {
      const std::string a = fmt::format("a{}", c), b = fmt::format("b{}", c);
      std::vector<std::string> wanted;
      for (int i = 0; i < 30; ++i) wanted.push_back(fmt::format("m-{}-{}", c, i));
      CHECK(texts(run.service.list(a, b)) == wanted);
      CHECK(texts(run.service.list(b, a)) == wanted);
    }
  }
}

TEST_CASE("only who sees a message gets it, with everything it has") {
  Migration run(record_line("1", kNow - 5,
                            {{"VisibleTo", {"b"}},
                             {"ExtendedData", "e"},
                             {"MessageType", 200},
                             {"SubMsgType", 9},
                             {"Priority", 3},
                             {"SearchedContent", "s"}}));
  std::vector<json> bodies;
  run.service.before = [&](const std::string&, const json& body) {
    bodies.push_back(body);
    return std::nullopt;
  };
  CHECK(run.import().imported == 1);
  CHECK(run.service.list("a", "b").empty());
  REQUIRE(bodies.size() == 1);
  CHECK(bodies[0] == json{{"FromUserId", "a"},
                          {"ToUserId", "b"},
                          {"ImportedUserId", "b"},
                          {"MessageType", 200},
                          {"SubMsgType", 9},
                          {"Priority", 3},
                          {"SearchedContent", "s"},
                          {"SendMessageTime", kNow - 5},
                          {"MessageBody", {{"Message", "m-1"}, {"ExtendedData", "e"}}}});
}

TEST_CASE("a service that says to wait is waited for and loses nothing") {
  Migration run(conversations(1, 3));
  int said = 0;
  run.service.before = [&](const std::string&, const json&) -> std::optional<Result<HttpResponse>> {
    if (++said % 3 == 0) return std::nullopt;
    return code_answer(660300005);
  };
  const std::int64_t before_ns = run.time.monotonic_ns();
  const client::ImportReport report = run.import();
  CHECK(report.imported == 6);
  CHECK(report.quarantined == 0);
  CHECK(run.board.throttled == 12);
  CHECK(run.board.waited_ms()[static_cast<std::size_t>(client::WaitReason::kServiceSaidWait)] >=
        12000);
  CHECK(run.board.waited_ms()[static_cast<std::size_t>(client::WaitReason::kNoConnection)] == 0);
  CHECK(run.time.monotonic_ns() - before_ns >= 12 * kNanosPerSecond);
}

TEST_CASE("a refused record is counted and its lane goes on") {
  Migration run(conversations(1, 3));
  run.service.before = [](const std::string&,
                          const json& body) -> std::optional<Result<HttpResponse>> {
    if (body["MessageBody"]["Message"] != "m-0-1") return std::nullopt;
    return HttpResponse{200, {{"X-Zimmock-Explain", "why"}}, R"({"Code":660000002,"Message":"m"})"};
  };
  const client::ImportReport report = run.import();
  CHECK(report.imported == 4);
  CHECK(report.quarantined == 2);
  REQUIRE(report.refusals.size() == 1);
  CHECK(report.refusals[0].count == 2);
  REQUIRE(report.refusals[0].records.size() == 1);
  CHECK(report.refusals[0].records[0].line == 2);
  CHECK(report.refusals[0].status.explain == "why");
  CHECK(texts(run.service.list("a0", "b0")) == std::vector<std::string>{"m-0-0", "m-0-2"});
}

TEST_CASE("a refused record stops its lane, if gaps are to stop it") {
  Migration run(conversations(2, 3));
  run.gap = client::GapPolicy::kStop;
  run.service.before = [](const std::string&,
                          const json& body) -> std::optional<Result<HttpResponse>> {
    if (body["MessageBody"]["Message"] != "m-0-1") return std::nullopt;
    return code_answer(660000002);
  };
  const client::ImportReport report = run.import();
  CHECK(report.imported == 8);
  CHECK(report.quarantined == 2);
  CHECK(report.not_sent == 2);
  REQUIRE(report.stopped_lanes.size() == 2);
  CHECK(report.stopped_lanes[0].gap);
  CHECK(report.stopped_lanes[0].record.line == 3);
  CHECK(texts(run.service.list("a0", "b0")) == std::vector<std::string>{"m-0-0"});
}

namespace {

// For one import, the fifth of its list, what is answered instead, so often.
FakeService::Intercept on_fifth(const Result<HttpResponse>& answer, int times = 1) {
  auto left = std::make_shared<int>(times);
  return [=](const std::string&, const json& body) -> std::optional<Result<HttpResponse>> {
    if (!body.contains("ImportedUserId") || body["MessageBody"]["Message"] != "m-1-4" ||
        body["ImportedUserId"] != "a1" || (*left)-- <= 0)
      return std::nullopt;
    return answer;
  };
}

std::vector<Result<HttpResponse>> doubtful_answers() {
  return {fail(ErrorKind::kInDoubt, "lost"),
          HttpResponse{502, {}, "<html>"},
          HttpResponse{200, {}, "{}"},
          HttpResponse{200, {}, R"({"Code":0})"},
          code_answer(1),
          code_answer(660000001),
          code_answer(660000003),
          code_answer(105001),
          code_answer(100000015),
          code_answer(4711)};
}

const std::vector<std::string> kAll{"m-1-0", "m-1-1", "m-1-2", "m-1-3", "m-1-4", "m-1-5"};

}  // namespace

TEST_CASE("an import in doubt that was applied is found in its list and not sent again") {
  for (const auto& answer : doubtful_answers()) {
    for (const bool tagged : {true, false}) {
      Migration run(conversations(2, 6), tagged);
      run.service.after = on_fifth(answer);
      const client::ImportReport report = run.import();
      CHECK(report.stop == client::Stop::kNone);
      CHECK(report.imported == 23);
      CHECK(report.recovered == 1);
      CHECK(report.unresolved == 0);
      CHECK(report.looks == 1);
      CHECK(report.sent_again == 0);
      CHECK(run.board.in_doubt == 0);
      CHECK(texts(run.service.list("a1", "b1")) == kAll);
      CHECK(run.service.list("b1", "a1").size() == 6);
      CHECK(run.verify().verified(false));
    }
  }
}

TEST_CASE(
    "an import in doubt that was not applied is sent again when it cannot be applied any more") {
  for (const auto& answer : doubtful_answers()) {
    for (const bool tagged : {true, false}) {
      Migration run(conversations(2, 6), tagged);
      run.service.before = on_fifth(answer);
      const std::int64_t before_ns = run.time.monotonic_ns();
      const client::ImportReport report = run.import();
      CHECK(report.imported == 24);
      CHECK(report.recovered == 0);
      CHECK(report.looks == 2);
      CHECK(report.sent_again == 1);
      CHECK(texts(run.service.list("a1", "b1")) == kAll);
      CHECK(run.time.monotonic_ns() - before_ns >= 600 * kNanosPerSecond);
    }
  }
}

TEST_CASE("what takes effect late is found by the second look") {
  Migration run(conversations(2, 6), true);
  json late;
  run.service.before = [&](const std::string&,
                           const json& body) -> std::optional<Result<HttpResponse>> {
    if (!body.contains("ImportedUserId") || body["MessageBody"]["Message"] != "m-1-4" ||
        body["ImportedUserId"] != "a1")
      return std::nullopt;
    CHECK(late.is_null());
    late = body;
    return fail(ErrorKind::kInDoubt, "lost");
  };
  bool looked = false;
  run.service.after = [&](const std::string& action,
                          const json&) -> std::optional<Result<HttpResponse>> {
    if (action == "QueryPeerMsg" && !late.is_null() && !std::exchange(looked, true))
      run.service.import(late);
    return std::nullopt;
  };
  const client::ImportReport report = run.import();
  CHECK(report.recovered == 1);
  CHECK(report.looks == 2);
  CHECK(report.sent_again == 0);
  CHECK(texts(run.service.list("a1", "b1")) == kAll);
}

TEST_CASE("a lane that cannot be settled stops, and the others go on") {
  SECTION("its list cannot be read") {
    Migration run(conversations(2, 6), true);
    run.service.after = on_fifth(fail(ErrorKind::kInDoubt, "lost"));
    run.service.before = always("QueryPeerMsg", code_answer(660000002));
    const client::ImportReport report = run.import();
    CHECK(report.stop == client::Stop::kNone);
    CHECK(report.imported == 22);
    CHECK(report.unresolved == 1);
    CHECK(report.not_sent == 1);
    CHECK(report.looks == 5);
    REQUIRE(report.stopped_lanes.size() == 1);
    CHECK_FALSE(report.stopped_lanes[0].gap);
    CHECK_THAT(report.stopped_lanes[0].why,
               Contains("lost; its list cannot be read: code 660000002"));
  }
  SECTION("it is never answered and never there") {
    Migration run(conversations(2, 6), true);
    run.service.before = on_fifth(fail(ErrorKind::kInDoubt, "lost"), 1000);
    const client::ImportReport report = run.import();
    CHECK(report.unresolved == 1);
    CHECK(report.sent_again == 4);
    CHECK(report.looks == 10);
    CHECK_THAT(report.stopped_lanes.at(0).why, Contains("never found in its list"));
  }
}

TEST_CASE("without tags, equal messages are told apart by their number") {
  std::string text;
  for (int i = 0; i < 3; ++i)
    text += record_line("", kNow - 5, {{"VisibleTo", {"a"}}, {"Message", "same"}});
  for (const bool tagged : {true, false}) {
    for (int lost = 1; lost <= 3; ++lost) {
      Migration run(text, tagged);
      run.service.after = on_call("ImportPeerMsg", lost, fail(ErrorKind::kInDoubt, "lost"));
      const client::ImportReport after = run.import();
      CHECK(after.recovered == 1);
      CHECK(run.service.list("a", "b").size() == 3);

      Migration none(text, tagged);
      none.service.before = on_call("ImportPeerMsg", lost, fail(ErrorKind::kInDoubt, "lost"));
      CHECK(none.import().sent_again == 1);
      CHECK(none.service.list("a", "b").size() == 3);
    }
  }
}

TEST_CASE("without tags and with MsgTime as the time of arrival nothing is guessed") {
  for (const bool applied : {true, false}) {
    Migration run(record_line("1", kNow - 9, {{"VisibleTo", {"a"}}}) +
                  record_line("2", kNow - 5, {{"VisibleTo", {"a"}}}));
    run.profile.msg_time_is_arrival = true;
    (applied ? run.service.after : run.service.before) =
        on_call("ImportPeerMsg", 2, fail(ErrorKind::kInDoubt, "lost"));
    run.service.after = [&, lost = run.service.after](
                            const std::string& action,
                            const json& body) -> std::optional<Result<HttpResponse>> {
      for (json& item : run.service.list("a", "b")) item["MsgTime"] = run.time.wall_ms();
      return lost ? lost(action, body) : std::nullopt;
    };
    const client::ImportReport report = run.import();
    CHECK(report.sent_again == (applied ? 0 : 1));
    CHECK(report.unresolved == (applied ? 1 : 0));
    CHECK(run.service.list("a", "b").size() == 2);
    if (applied) CHECK_THAT(report.stopped_lanes.at(0).why, Contains("may be somebody else's"));
  }
}

TEST_CASE("without tags, a message that comes again on a later page counts once") {
  std::string text;
  for (int i = 0; i < 3; ++i)
    text += record_line("", kNow - 5, {{"VisibleTo", {"a"}}, {"Message", "same"}});
  Migration run(text);
  run.service.page = 1;
  run.service.overlap = 1;
  run.service.before = on_call("ImportPeerMsg", 3, fail(ErrorKind::kInDoubt, "lost"));
  const client::ImportReport report = run.import();
  CHECK(report.sent_again == 1);
  CHECK(report.recovered == 0);
  CHECK(run.service.list("a", "b").size() == 3);
}

TEST_CASE("refused credentials stop everything") {
  for (const std::int64_t code :
       {std::int64_t{3}, std::int64_t{100000005}, std::int64_t{100000011}}) {
    Migration run(conversations(3, 5));
    run.service.before = always("ImportPeerMsg", code_answer(code));
    const client::ImportReport report = run.import();
    CHECK(report.stop == client::Stop::kCredentials);
    CHECK_THAT(report.stop_message, Contains(std::to_string(code)));
    CHECK(report.imported == 0);
    CHECK(report.not_sent == 30);
    CHECK(run.service.count("ImportPeerMsg") == 1);
    CHECK(client::stopped_verdict(run.plan, report.stop, report.stop_message, 0).outcome ==
          client::Outcome::kFatal);
  }
}

TEST_CASE("what could not be sent is tried again, five times in all") {
  Migration run(conversations(1, 2));
  run.service.before = on_call("ImportPeerMsg", 2, fail(ErrorKind::kUnreachable, "gone"));
  CHECK(run.import().imported == 4);
  CHECK(run.service.list("a0", "b0").size() == 2);

  Migration down(conversations(3, 2));
  down.service.before = always("ImportPeerMsg", fail(ErrorKind::kUnreachable, "gone"));
  const std::int64_t before_ns = down.time.monotonic_ns();
  const client::ImportReport report = down.import();
  CHECK(report.stop == client::Stop::kNoConnection);
  CHECK(report.stop_message == "gone");
  CHECK(report.not_sent == 12);
  CHECK(report.unresolved == 0);
  CHECK(down.service.count("ImportPeerMsg") == 5);
  CHECK(down.time.monotonic_ns() - before_ns == (200 + 600 + 1800 + 5000) * kNanosPerMilli);
  CHECK(client::stopped_verdict(down.plan, report.stop, "gone", 0).outcome ==
        client::Outcome::kStopped);
}

TEST_CASE("an interruption finishes the call under way and sends no more") {
  Migration run(conversations(1, 10));
  run.service.after = [&](const std::string&, const json&) -> std::optional<Result<HttpResponse>> {
    if (run.service.count("ImportPeerMsg") == 7) run.time.interrupt();
    return std::nullopt;
  };
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kInterrupted);
  CHECK(report.imported == 7);
  CHECK(report.not_sent == 13);
  CHECK(run.service.list("a0", "b0").size() + run.service.list("b0", "a0").size() == 7);
}

TEST_CASE("a source that changes under the run stops it") {
  Migration run(conversations(1, 2));
  run.file.write(conversations(1, 1) + std::string(1000, ' '));
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kError);
  CHECK_THAT(report.stop_message, Contains("changed"));
}

TEST_CASE("a transport that cannot be made stops the run") {
  Migration run(conversations(1, 2));
  client::RunContext context = run.context();
  context.transports = []() -> Result<std::unique_ptr<Transport>> {
    return fail(ErrorKind::kUsage, "no CA");
  };
  client::NullJournal journal;
  const client::ImportReport report = client::run_import(context, journal);
  CHECK(report.stop == client::Stop::kError);
  CHECK(report.not_sent == 4);
}

namespace {

struct Notes : client::NullJournal {
  bool durable() const override { return true; }
  Result<void> intent(const client::ImportIntent& intent) override {
    if (refuse_at == static_cast<int>(notes.size())) return fail(ErrorKind::kSystem, "disk full");
    notes.push_back(fmt::format("intent {} try {}", intent.line, intent.attempt));
    return {};
  }
  Result<void> result(const client::ImportResult& result) override {
    notes.push_back(
        fmt::format("result {} of {}", static_cast<int>(result.outcome), result.key.record));
    return {};
  }
  std::vector<std::string> notes;
  int refuse_at = -1;
};

}  // namespace

TEST_CASE("the journal hears of every import before and after") {
  Migration run(record_line("1", kNow - 2, {{"VisibleTo", {"a"}}}) +
                record_line("2", kNow - 1, {{"VisibleTo", {"a"}}}));
  run.service.before = on_call("ImportPeerMsg", 2, fail(ErrorKind::kUnreachable, "gone"));
  Notes journal;
  CHECK(client::run_import(run.context(), journal).imported == 2);
  CHECK(journal.notes == std::vector<std::string>{"intent 1 try 1", "result 1 of 0",
                                                  "intent 2 try 1", "intent 2 try 2",
                                                  "result 1 of 1"});
}

TEST_CASE("nothing is sent that the journal could not take") {
  Migration run(conversations(1, 5));
  Notes journal;
  journal.refuse_at = 4;
  const client::ImportReport report = client::run_import(run.context(), journal);
  CHECK(report.stop == client::Stop::kJournal);
  CHECK(report.stop_message == "disk full");
  CHECK(run.service.count("ImportPeerMsg") == 2);
}

TEST_CASE("users are registered in batches of 100; being there already is fine") {
  Migration run(conversations(1, 1));
  std::vector<std::string> users;
  for (int i = 0; i < 250; ++i) users.push_back(fmt::format("u{}", i));
  const client::RegisterReport first = register_all(run, users);
  CHECK(first.registered == 250);
  CHECK(run.service.count("UserRegister") == 3);
  users.push_back("new");
  const client::RegisterReport second = register_all(run, users);
  CHECK(second.registered == 1);
  CHECK(second.already_there == 250);
  CHECK_FALSE(second.fatal);
}

TEST_CASE("registering survives a lost answer and a wait, and stops at refused credentials") {
  Migration run(conversations(1, 1));
  run.service.after = on_call("UserRegister", 1, fail(ErrorKind::kInDoubt, "lost"));
  run.service.before = on_call("UserRegister", 2, code_answer(660700001));
  const client::RegisterReport report = register_all(run, Texts{"a", "b"});
  CHECK(report.registered + report.already_there == 2);
  CHECK_FALSE(report.error);
  run.service.before = always("UserRegister", code_answer(100000005));
  CHECK(register_all(run, Texts{"a"}).fatal->code == 100000005);
  run.service.before = always("UserRegister", fail(ErrorKind::kUnreachable, "gone"));
  CHECK(register_all(run, Texts{"a"}).error->message == "gone");
}

TEST_CASE("a user whose name is refused is registered without it") {
  Migration run(conversations(1, 1));
  run.service.before = on_call(
      "UserRegister", 1,
      HttpResponse{
          200,
          {},
          R"({"Code":0,"ErrorList":[{"UserId":"a","SubCode":660700006,"SubMessage":"too long"},
                                    {"UserId":"b","SubCode":660700006,"SubMessage":"nameless"}]})"});
  const std::vector<RegisterUser> users{{"a", "A", ""}, {"b", "", ""}, {"c", "C", ""}};
  const client::RegisterReport report = run.register_all(users);
  CHECK(report.names_refused == 1);
  CHECK(report.registered == 2);
  REQUIRE(report.refused.size() == 1);
  CHECK(report.refused[0].user_id == "b");
  CHECK(run.service.count("UserRegister") == 2);
}

TEST_CASE("a user that is refused is named") {
  Migration run(conversations(1, 1));
  run.service.before = always(
      "UserRegister",
      HttpResponse{
          200,
          {},
          R"({"Code":0,"ErrorList":[{"UserId":"a","SubCode":660000012,"SubMessage":"x"}]})"});
  const client::RegisterReport report = register_all(run, Texts{"a", "b"});
  CHECK(report.registered == 1);
  REQUIRE(report.refused.size() == 1);
  CHECK(report.refused[0].user_id == "a");
}

}  // namespace zimmock::test
