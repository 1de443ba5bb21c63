#include "client/earlier_imports.h"
#include "client/record_tag.h"
#include "client/verdict.h"
#include "tests/client/fake_service.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
using Catch::Matchers::Contains;

// Records "0", "1", ... between a and b.
std::string history(int count, int from = 0) {
  std::string out;
  for (int i = from; i < count; ++i)
    out += record_line(std::to_string(i), kNow - 100'000 + i * 1000);
  return out;
}

std::vector<std::string> texts(const FakeService::List& list) {
  std::vector<std::string> out;
  for (const json& item : list) out.push_back(item["MsgBody"]);
  return out;
}

std::vector<std::string> messages(int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back("m-" + std::to_string(i));
  return out;
}

// A service that has what an earlier run, of which no journal is left, has imported: so many
// records of the history.
struct SecondRun : Migration {
  explicit SecondRun(int records, int there) : Migration(history(records), true) {
    if (there == 0) return;
    Migration earlier(history(there), true);
    REQUIRE(earlier.import().stop == Stop::kNone);
    for (const auto& [viewer, peer] : {std::pair{"a", "b"}, std::pair{"b", "a"}})
      service.list(viewer, peer) = earlier.service.list(viewer, peer);
  }
  void adopt() { adopt_from_ms = kNow; }
  std::size_t sent() const { return service.count("ImportPeerMsg"); }
};

// Takes nothing.
class FullJournal : public NullJournal {
 public:
  Result<void> adopt(const std::vector<ImportEntry>&) override {
    return fail(ErrorKind::kSystem, "no room");
  }
};

}  // namespace

TEST_CASE("a list that has a record which the journal knows nothing of stops the run") {
  SecondRun run(10, 1);
  const ImportReport report = run.import();
  CHECK(report.stop == Stop::kEarlierImports);
  CHECK_THAT(report.stop_message,
             Contains("the list of \"a\" with \"b\" has line 1 already, MsgId 9715"));
  CHECK_THAT(report.stop_message, Contains("--adopt"));
  CHECK(run.sent() == 0);
  const Verdict verdict = stopped_verdict(run.plan, report.stop, report.stop_message, 0);
  CHECK(verdict.outcome == Outcome::kNotVerified);
  CHECK_THAT(verdict.line, !Contains("the same command goes on"));
}

TEST_CASE("what is there is adopted, and the rest sent after it") {
  for (const int there : {1, 4, 9, 10}) {
    SecondRun run(10, there);
    run.adopt();
    const ImportReport report = run.import();
    CAPTURE(there);
    CHECK(report.stop == Stop::kNone);
    CHECK(report.adopted == 2U * static_cast<unsigned>(there));
    CHECK(report.recovered == report.adopted);
    CHECK(report.done() == 20);
    CHECK(report.before == 0);
    CHECK(run.board.done == 20);
    CHECK(run.sent() == 20 - report.adopted);
    CHECK(texts(run.service.list("a", "b")) == messages(10));
    CHECK(texts(run.service.list("b", "a")) == messages(10));
    CHECK(run.verify().verified(false));
  }
}

TEST_CASE("one list may be ahead of the other") {
  SecondRun run(6, 4);
  run.service.list("b", "a").clear();
  run.adopt();
  const ImportReport report = run.import();
  CHECK(report.adopted == 4);
  CHECK(run.sent() == 8);
  CHECK(run.verify().verified(false));
}

TEST_CASE("what an earlier run passed over is not sent late") {
  SecondRun run(6, 4);
  FakeService::List& list = run.service.list("a", "b");
  list.erase(list.begin() + 1);
  run.adopt();
  const ImportReport report = run.import();
  CHECK(report.stop == Stop::kNone);
  CHECK(report.adopted == 7);
  CHECK(report.quarantined == 1);
  CHECK(report.passed_over == 1);
  CHECK(report.refusals.empty());
  CHECK(report.stopped_lanes.empty());
  REQUIRE(run.quarantine.entries().size() == 1);
  const auto& [key, entry] = *run.quarantine.entries().begin();
  CHECK(key.record == 1);
  CHECK_THAT(entry.why, Contains("not in its list, though later"));
  CHECK(texts(run.service.list("a", "b")) ==
        std::vector<std::string>{"m-0", "m-2", "m-3", "m-4", "m-5"});
  CHECK(run.verify().verified(false));
}

TEST_CASE("what others have written is no obstacle") {
  SecondRun run(3, 0);
  const auto written = [](const std::string& text, const std::string& payload) {
    return json{{"Sender", "a"},   {"MsgType", 1},       {"SubMsgType", 0},
                {"MsgBody", text}, {"MsgId", 7},         {"MsgSeq", 1},
                {"IsEmpty", 0},    {"Payload", payload}, {"MsgTime", kNow - 200'000}};
  };
  run.service.list("a", "b") = {
      written("live", ""), written("other", R"({"x":1})"),
      written("of another history", with_tag("", "0123456789abcdef0123"))};
  const ImportReport report = run.import();
  CHECK(report.stop == Stop::kNone);
  CHECK(report.imported == 6);
  CHECK(report.adopted == 0);
}

TEST_CASE("a list is looked at once, before its first import") {
  SecondRun run(5, 0);
  REQUIRE(run.import().imported == 10);
  CHECK(run.service.count("QueryPeerMsg") == 2);
}

TEST_CASE("without tags nothing can be known again, and nothing is looked for") {
  Migration run(history(5));
  REQUIRE(run.import().imported == 10);
  CHECK(run.service.count("QueryPeerMsg") == 0);
}

TEST_CASE("nothing is looked at or sent before the earlier run's calls have expired") {
  SecondRun run(5, 2);
  run.adopt_from_ms = kNow + 606'000;
  std::int64_t first_ms = 0;
  run.service.before = [&](const std::string&, const json&) {
    if (first_ms == 0) first_ms = run.time.wall_ms();
    return std::nullopt;
  };
  CHECK(run.import().adopted == 4);
  CHECK(first_ms >= kNow + 606'000);

  SecondRun interrupted(5, 2);
  interrupted.adopt_from_ms = kNow + 606'000;
  interrupted.time.interrupt();
  CHECK(interrupted.import().stop == Stop::kInterrupted);
  CHECK(interrupted.service.count("QueryPeerMsg") == 0);
}

TEST_CASE("a journal that cannot adopt ends the run before anything is sent to that list") {
  SecondRun run(5, 2);
  FullJournal journal;
  run.journal = &journal;
  run.adopt();
  const ImportReport report = run.import();
  CHECK(report.stop == Stop::kJournal);
  CHECK(report.stop_message == "no room");
  CHECK(run.sent() == 0);
  CHECK(stopped_verdict(run.plan, report.stop, report.stop_message, 0).outcome ==
        Outcome::kStopped);
}

TEST_CASE("a list that cannot be read is asked for again, and then left as it is") {
  SecondRun run(5, 0);
  int failures = 0;
  run.service.before = [&](const std::string& action,
                           const json& body) -> std::optional<Result<HttpResponse>> {
    if (action != "QueryPeerMsg" || body["FromUserId"] != "a") return std::nullopt;
    ++failures;
    return code_answer(1);
  };
  const ImportReport report = run.import();
  CHECK(report.stop == Stop::kNone);
  CHECK(report.imported == 5);
  CHECK(report.unresolved == 0);
  CHECK(report.not_sent == 5);
  REQUIRE(report.stopped_lanes.size() == 1);
  CHECK_THAT(report.stopped_lanes[0].why, Contains("its list cannot be read"));
  CHECK(run.service.list("a", "b").empty());
  CHECK(failures == 25);
}

TEST_CASE("a list that the service refuses to give is left to the import") {
  SecondRun run(1, 0);
  run.service.before = [](const std::string&, const json&) -> std::optional<Result<HttpResponse>> {
    return code_answer(660500002);
  };
  const ImportReport report = run.import();
  CHECK(report.quarantined == 2);
  CHECK(report.passed_over == 0);
}

}  // namespace zimmock::test
