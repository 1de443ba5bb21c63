#include "client/import/earlier_imports.h"
#include "client/plan/record_tag.h"
#include "client/verify/verdict.h"
#include "tests/client/fake_service.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
using Catch::Matchers::Contains;

// Records "0", "1", ... between a and b.
std::string history(int count, int from = 0) {
  std::string out;
  for (int i = from; i < count; ++i)
    out += record_line(std::to_string(i), kNow - 1'000'000 + i * 1000);
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
    REQUIRE(earlier.import().stop == client::Stop::kNone);
    for (const auto& [viewer, peer] : {std::pair{"a", "b"}, std::pair{"b", "a"}})
      service.list(viewer, peer) = earlier.service.list(viewer, peer);
  }
  void adopt() { adopt_from_ms = kNow; }
  std::size_t sent() const { return service.count("ImportPeerMsg"); }
};

// What a journal still has that is older than the lists: of each list the first records.
class OlderJournal : public client::NullJournal {
 public:
  OlderJournal(std::uint32_t records, client::ImportOutcome last)
      : records_(records), last_(last) {}
  Result<void> read(const std::function<void(const client::ImportEntry&)>& take) override {
    for (const std::uint32_t list : {0U, 1U}) {
      for (std::uint32_t i = 0; i < records_; ++i) {
        client::ImportEntry entry;
        entry.intent.key = entry.result.key = {{list}, i};
        entry.intent.line = i + 1;
        entry.intent.timestamp_s = kNow / 1000 - 1000;
        entry.result.outcome = i + 1 == records_ ? last_ : client::ImportOutcome::kImported;
        take(entry);
      }
    }
    return {};
  }
  Result<void> adopt(const std::vector<client::ImportEntry>& entries) override {
    adopted.push_back(entries);
    return {};
  }
  std::vector<std::vector<client::ImportEntry>> adopted;

 private:
  std::uint32_t records_;
  client::ImportOutcome last_;
};

// A migration of which the lists have so many records, and the journal not so many.
struct Restored : SecondRun {
  Restored(int records, int there, std::uint32_t known,
           client::ImportOutcome last = client::ImportOutcome::kImported)
      : SecondRun(records, there), older(known, last) {
    journal = &older;
  }
  FakeService::List& list() { return service.list("a", "b"); }
  OlderJournal older;
};

json written(int id, const std::string& text, const std::string& payload,
             std::int64_t time_ms = kNow - 200'000) {
  return {{"Sender", "a"}, {"MsgType", 1}, {"SubMsgType", 0},    {"MsgBody", text},   {"MsgId", id},
          {"MsgSeq", id},  {"IsEmpty", 0}, {"Payload", payload}, {"MsgTime", time_ms}};
}

void empty_out(json& item) {
  item["IsEmpty"] = 1;
  item["MsgBody"] = item["Payload"] = "";
}

// Takes nothing.
class FullJournal : public client::NullJournal {
 public:
  Result<void> adopt(const std::vector<client::ImportEntry>&) override {
    return fail(ErrorKind::kSystem, "no room");
  }
};

}  // namespace

TEST_CASE("a list that has a record which the journal knows nothing of stops the run") {
  SecondRun run(10, 1);
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kEarlierImports);
  CHECK_THAT(report.stop_message,
             Contains("the list of \"a\" with \"b\" has line 1 already, MsgId 9715"));
  CHECK_THAT(report.stop_message, Contains("--adopt"));
  CHECK(run.sent() == 0);
  const client::Verdict verdict =
      client::stopped_verdict(run.plan, report.stop, report.stop_message, 0);
  CHECK(verdict.outcome == client::Outcome::kNotVerified);
  CHECK_THAT(verdict.line, !Contains("the same command goes on"));
}

TEST_CASE("what is there is adopted, and the rest sent after it") {
  for (const int there : {1, 4, 9, 10}) {
    SecondRun run(10, there);
    run.adopt();
    const client::ImportReport report = run.import();
    CAPTURE(there);
    CHECK(report.stop == client::Stop::kNone);
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
  const client::ImportReport report = run.import();
  CHECK(report.adopted == 4);
  CHECK(run.sent() == 8);
  CHECK(run.verify().verified(false));
}

TEST_CASE("what an earlier run passed over is not sent late") {
  SecondRun run(6, 4);
  FakeService::List& list = run.service.list("a", "b");
  list.erase(list.begin() + 1);
  run.adopt();
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kNone);
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
  run.service.list("a", "b") = {
      written(1, "live", ""), written(2, "other", R"({"x":1})"),
      written(3, "of another history", client::with_tag("", "0123456789abcdef0123"))};
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kNone);
  CHECK(report.imported == 6);
  CHECK(report.adopted == 0);
}

TEST_CASE("with keep_order nothing goes behind what others have written") {
  SecondRun run(5, 0);
  run.keep_order = true;
  const std::int64_t time_ms = run.plan.records[2].time_ms;  // as old as the record: no obstacle
  run.service.list("a", "b") = {written(1, "live", "", time_ms - 1'000'000),
                                written(2, "live", "", time_ms)};
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kNone);
  CHECK(report.quarantined == 2);
  CHECK(report.passed_over == 2);
  CHECK(report.imported == 3 + 5);
  CHECK(report.stopped_lanes.empty());
  CHECK(texts(run.service.list("a", "b")) ==
        std::vector<std::string>{"live", "live", "m-2", "m-3", "m-4"});
  for (const auto& [key, entry] : run.quarantine.entries())
    CHECK_THAT(entry.why, Contains("older than the newest message of its list"));
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
  CHECK(interrupted.import().stop == client::Stop::kInterrupted);
  CHECK(interrupted.service.count("QueryPeerMsg") == 0);
}

TEST_CASE("a journal that cannot adopt ends the run before anything is sent to that list") {
  SecondRun run(5, 2);
  FullJournal journal;
  run.journal = &journal;
  run.adopt();
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kJournal);
  CHECK(report.stop_message == "no room");
  CHECK(run.sent() == 0);
  CHECK(client::stopped_verdict(run.plan, report.stop, report.stop_message, 0).outcome ==
        client::Outcome::kStopped);
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
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kNone);
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
  const client::ImportReport report = run.import();
  CHECK(report.quarantined == 2);
  CHECK(report.passed_over == 0);
}

TEST_CASE("a journal that is older than a list stops the run before anything is sent") {
  for (const auto last : {client::ImportOutcome::kImported, client::ImportOutcome::kOpen,
                          client::ImportOutcome::kQuarantined}) {
    Restored run(10, 7, 4, last);
    const client::ImportReport report = run.import();
    CAPTURE(static_cast<int>(last));
    CHECK(report.stop == client::Stop::kEarlierImports);
    const int ends_at = last == client::ImportOutcome::kQuarantined ? 3 : 4;
    CHECK_THAT(report.stop_message,
               Contains(fmt::format("this journal ends at line {} of the list of ", ends_at)) &&
                   Contains("line 7 of this history, MsgId 9715") &&
                   Contains("older than the list (a restored backup?)") && Contains("--adopt"));
    CHECK(run.sent() == 0);
  }
}

TEST_CASE("what a list has that an older journal does not know is adopted") {
  for (const auto last : {client::ImportOutcome::kImported, client::ImportOutcome::kOpen,
                          client::ImportOutcome::kNotApplied}) {
    Restored run(10, 7, 4, last);
    run.adopt();
    const client::ImportReport report = run.import();
    CAPTURE(static_cast<int>(last));
    CHECK(report.stop == client::Stop::kNone);
    const std::size_t adopted = last == client::ImportOutcome::kImported ? 3 : 4;
    CHECK(report.adopted == 2 * adopted);
    CHECK(report.before == 2 * (7 - adopted));
    CHECK(report.done() == 20);
    CHECK(report.unresolved == 0);
    CHECK(run.board.in_doubt == 0);
    CHECK(run.board.done == 20);
    CHECK(run.sent() == 6);
    REQUIRE(run.older.adopted.size() == 2);
    CHECK(run.older.adopted[0].size() == adopted);
    CHECK(texts(run.list()) == messages(10));
    CHECK(texts(run.service.list("b", "a")) == messages(10));
    CHECK(run.verify().verified(false));
  }
}

TEST_CASE("an import in doubt that is not in its list, though later ones are, is not sent late") {
  Restored run(6, 5, 3, client::ImportOutcome::kOpen);
  run.list().erase(run.list().begin() + 2);
  run.adopt();
  const client::ImportReport report = run.import();
  CHECK(report.adopted == 2 + 3);
  CHECK(report.passed_over == 1);
  CHECK(report.unresolved == 0);
  CHECK(texts(run.list()) == std::vector<std::string>{"m-0", "m-1", "m-3", "m-4", "m-5"});
}

TEST_CASE("an import in doubt at the end of the journal is settled, and stops nothing") {
  Restored run(6, 3, 3, client::ImportOutcome::kOpen);
  const client::ImportReport report = run.import();
  CHECK(report.stop == client::Stop::kNone);
  CHECK(report.recovered == 2);
  CHECK(report.adopted == 0);
  CHECK(report.sent_again == 0);
  CHECK(texts(run.list()) == messages(6));
}

TEST_CASE("a run that goes on reads one page of each list that has something left") {
  Restored run(400, 300, 300);
  CHECK(run.import().imported == 800);
  CHECK(run.service.count("QueryPeerMsg") == 2);
  CHECK(run.verify().verified(false));

  Restored complete(5, 5, 5);
  CHECK(complete.import().before == 10);
  CHECK(complete.service.count("QueryPeerMsg") == 0);
}

TEST_CASE("behind whatever others wrote since, an older journal is noticed") {
  for (const int there : {4, 5}) {
    Restored run(10, there, 4);
    for (int i = 0; i < 250; ++i)
      run.list().push_back(written(i, "live", i % 2 == 0 ? "" : R"({"x":1})", kNow + i));
    const client::ImportReport report = run.import();
    CHECK((report.stop == client::Stop::kEarlierImports) == (there == 5));
    CHECK(report.imported == (there == 5 ? 8 : 20));
  }
}

TEST_CASE("of messages of one time an unknown one may come after a known one") {
  std::string text;
  for (int i = 0; i < 6; ++i) text += record_line(std::to_string(i), kNow - 5000);
  for (const bool other_order : {false, true}) {
    Migration earlier(text, true), run(text, true);
    REQUIRE(earlier.import().imported == 12);
    for (const auto& [viewer, peer] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
      FakeService::List& list = run.service.list(viewer, peer);
      list = earlier.service.list(viewer, peer);
      list.resize(4);
      if (other_order) std::reverse(list.begin(), list.end());
    }
    OlderJournal older(2, client::ImportOutcome::kImported);
    run.journal = &older;
    run.service.page = 1;
    CHECK(run.import().stop == client::Stop::kEarlierImports);
    CHECK(run.service.count("ImportPeerMsg") == 0);
  }
}

TEST_CASE("deleted messages hide neither where the journal ends nor what is beyond") {
  SECTION("where it ends") {
    Restored run(10, 5, 5);
    empty_out(run.list()[4]);
    CHECK(run.import().stop == client::Stop::kNone);
    CHECK(run.list().size() == 10);
  }
  SECTION("all of the list: it is not read to its end") {
    Restored run(400, 300, 300);
    run.service.page = 10;
    for (json& item : run.list()) empty_out(item);
    CHECK(run.import().stop == client::Stop::kNone);
    CHECK(run.service.count("QueryPeerMsg") == 2);
  }
  SECTION("one of two beyond") {
    Restored run(10, 6, 4);
    empty_out(run.list()[5]);
    CHECK(run.import().stop == client::Stop::kEarlierImports);
    CHECK(run.sent() == 0);
  }
  SECTION("without their times") {
    Restored run(10, 6, 4);
    for (const std::size_t i : {3U, 5U}) {
      empty_out(run.list()[i]);
      run.list()[i]["MsgTime"] = 0;
    }
    CHECK(run.import().stop == client::Stop::kEarlierImports);
  }
}

TEST_CASE("where MsgTime is the time of arrival, times do not end the reading") {
  Restored run(10, 6, 4);
  run.profile.msg_time_is_arrival = true;
  for (int i = 0; i < 3; ++i) run.list().push_back(written(i, "live", "", 1'600'000'000'000 + i));
  run.service.sort_lists = false;
  CHECK(run.import().stop == client::Stop::kEarlierImports);
}

TEST_CASE("a list that has some of it and is not given any more is left as it is") {
  Restored run(5, 3, 3);
  run.service.before = [](const std::string& action,
                          const json&) -> std::optional<Result<HttpResponse>> {
    if (action != "QueryPeerMsg") return std::nullopt;
    return code_answer(660500002);
  };
  const client::ImportReport report = run.import();
  CHECK(report.imported == 6);
  CHECK(report.not_sent == 4);
  CHECK(report.stopped_lanes.size() == 2);
  CHECK(run.sent() == 0);
}

}  // namespace zimmock::test
