#include "client/journal/sqlite_journal.h"

#include <fstream>
#include <set>
#include <thread>

#include "client/plan/record_tag.h"
#include "tests/client/fake_service.h"

namespace zimmock::test {
namespace {

using Catch::Matchers::Contains;

const client::Fingerprint kTold{{"input", "abc"}, {"--too-old", "stop"}};

struct JournalFixture {
  std::unique_ptr<client::SqliteJournal> open(const client::Fingerprint& told = kTold) {
    auto journal = client::SqliteJournal::open(file.path, told, time);
    if (!journal) FAIL(journal.error().message);
    return *std::move(journal);
  }
  std::string refusal(const client::Fingerprint& told = kTold) {
    const auto journal = client::SqliteJournal::open(file.path, told, time);
    REQUIRE_FALSE(journal);
    CHECK(journal.error().kind == ErrorKind::kUsage);
    return journal.error().message;
  }
  JournalPath file;
  FakeTime time;
};

// A plan of `conversations` with `each` messages into both lists of each.
struct Planned {
  Planned(int conversations, int each) : Planned(text(conversations, each)) {}
  explicit Planned(const std::string& text, bool tagged = true)
      : file(text),
        source(open_source(file)),
        plan(*client::make_plan(*source, Migration::options(tagged))) {}

  static std::string text(int conversations, int each) {
    std::string out;
    for (int i = 0; i < conversations; ++i) {
      for (int k = 0; k < each; ++k) {
        out += record_line(fmt::format("{}-{}", i, k), kNow - 1000 + k,
                           {{"FromUserId", fmt::format("a{}", i)}});
      }
    }
    return out;
  }

  TempFile file;
  std::unique_ptr<client::SourceReader> source;
  client::MigrationPlan plan;
};

std::vector<client::ImportEntry> entries(client::SqliteJournal& journal) {
  std::vector<client::ImportEntry> out;
  REQUIRE(journal.read([&](const client::ImportEntry& entry) { out.push_back(entry); }));
  return out;
}

}  // namespace

TEST_CASE("a journal keeps intents and results, and who was told what") {
  JournalFixture fixture;
  const Planned planned(2, 4);  // records 0 to 3 and 4 to 7
  {
    const auto journal = fixture.open();
    CHECK(journal->is_new());
    CHECK_FALSE(journal->intent({{{0}, 0}, 1, 1, 1}));  // before the lists are known
  }
  {
    const auto journal = fixture.open();
    CHECK(journal->is_new());
    REQUIRE(journal->begin(planned.plan, {{"file", "/x"}}));
    REQUIRE(journal->intent({{{2}, 7}, 12, 1, 1000}));
    REQUIRE(journal->intent({{{1}, 3}, 4, 2, 1001}));
    REQUIRE(journal->result({{{1}, 3}, client::ImportOutcome::kImported, "99", 5, 0, ""}));
    REQUIRE(journal->flush());
    REQUIRE(journal->note("shift_ms", "-5"));
    REQUIRE(journal->run_started());
    REQUIRE(journal->run_ended("verified", 0, {1, 20, 300, 4000}));
  }
  const auto journal = fixture.open();
  CHECK_FALSE(journal->is_new());
  CHECK(journal->fingerprint() == kTold);
  CHECK(*journal->noted("shift_ms") == "-5");
  CHECK(*journal->noted("file") == "/x");
  CHECK_FALSE(*journal->noted("nothing"));
  CHECK(journal->runs()->at(0).verdict == "verified");
  CHECK(journal->runs()->at(0).waited_ms == client::WaitTimes{1, 20, 300, 4000});
  REQUIRE(journal->match(planned.plan));
  const auto kept = entries(*journal);
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].intent.key == client::ImportKey{{1}, 3});
  CHECK(kept[0].intent.attempt == 2);
  CHECK(kept[0].result.outcome == client::ImportOutcome::kImported);
  CHECK(kept[0].result.msg_id == "99");
  CHECK(kept[1].intent.key == client::ImportKey{{2}, 7});
  CHECK(kept[1].intent.line == 12);
  CHECK(kept[1].intent.timestamp_s == 1000);
  CHECK(kept[1].result.outcome == client::ImportOutcome::kOpen);
}

TEST_CASE("a journal keeps the names of records") {
  JournalFixture fixture;
  const Planned planned(1, 2);
  const client::RecordName name{"/messages/17", "id \"1\"", "a", "b", 1'790'000'000'000};
  {
    const auto journal = fixture.open();
    REQUIRE(journal->begin(planned.plan, {}));
    REQUIRE(journal->intent({{{0}, 0}, 1, 1, 5, client::View::kSender, name}));
  }
  const auto journal = fixture.open();
  REQUIRE(journal->match(planned.plan));
  const client::RecordName kept = entries(*journal).front().intent.name;
  CHECK(kept.pointer == name.pointer);
  CHECK(kept.id == name.id);
  CHECK(kept.time_ms == name.time_ms);
}

TEST_CASE("an intent is there for another reader as soon as it has been written down") {
  JournalFixture fixture;
  const Planned planned(1, 2);
  const auto journal = fixture.open();
  REQUIRE(journal->begin(planned.plan, {}));
  const auto reader = client::SqliteJournal::open_to_read(fixture.file.path);
  REQUIRE(reader);
  REQUIRE((*reader)->match(planned.plan));
  REQUIRE(journal->intent({{{0}, 0}, 1, 1, 5}));
  CHECK(entries(**reader).size() == 1);
  CHECK_FALSE((*reader)->intent({{{0}, 1}, 2, 1, 5}));
}

TEST_CASE("a journal knows its messages whatever their numbers are") {
  JournalFixture fixture;
  const Planned first(2, 3);
  {
    const auto journal = fixture.open();
    REQUIRE(journal->begin(first.plan, {}));
    REQUIRE(journal->intent({{{3}, 4}, 5, 1, 0}));  // the second of b's list with a1
  }
  // From behind: other conversations, records and lines.
  std::string text;
  for (const int i : {1, 0}) {
    for (const int k : {2, 1, 0})
      text += record_line(fmt::format("{}-{}", i, k), kNow - 1000 + k,
                          {{"FromUserId", fmt::format("a{}", i)}});
  }
  const Planned later(text);
  {
    const auto journal = fixture.open({{"input", "other"}, {"--too-old", "stop"}});
    CHECK(journal->input_changed());
    REQUIRE(journal->match(later.plan));
    const auto kept = entries(*journal);
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].intent.key == client::ImportKey{{1}, 1});
    REQUIRE(journal->result({{{1}, 1}, client::ImportOutcome::kImported, "7", 1, 0, ""}));
    REQUIRE(journal->flush());
  }
  const auto journal = fixture.open();
  CHECK_FALSE(journal->input_changed());
  REQUIRE(journal->match(first.plan));
  CHECK(entries(*journal).at(0).intent.key == client::ImportKey{{3}, 4});
  CHECK(entries(*journal).at(0).result.msg_id == "7");
  text = record_line("x", kNow - 5, {{"FromUserId", "x"}}) + text;
  const auto more = journal->match(Planned(text).plan);
  REQUIRE_FALSE(more);
  CHECK_THAT(more.error().message, Contains("got others in 2 lists: the list of \"x\" with \"b\": "
                                            "expected no list, as the journal has none, got 1 "
                                            "message, the first in line 1; the file is the same"));
  CHECK_FALSE(journal->read([](const client::ImportEntry&) {}));
}

TEST_CASE("without tags the content of a message is what a journal counts") {
  const std::string text = record_line("1", kNow - 5);
  const std::string other = record_line("1", kNow - 5, {{"Message", "other"}});
  for (const bool tagged : {true, false}) {
    JournalFixture fixture;
    const auto journal = fixture.open();
    const Planned first(text, tagged);
    REQUIRE(journal->begin(first.plan, {}));
    CHECK(journal->match(Planned(other, tagged).plan).has_value() == tagged);
  }
}

TEST_CASE("what is adopted is there at once, and the next run goes on after it") {
  const std::string text =
      record_line("0", kNow - 3000) + record_line("1", kNow - 2000) + record_line("2", kNow - 1000);
  JournalFixture fixture;
  Migration run(text, true);
  REQUIRE(run.import().imported == 6);
  auto journal = fixture.open();
  REQUIRE(journal->begin(run.plan, {}));
  run.journal = journal.get();
  run.adopt_from_ms = kNow;
  // Interrupted when the first list has been adopted.
  run.service.before = [&](const std::string&,
                           const nlohmann::json&) -> std::optional<Result<HttpResponse>> {
    if (run.service.count("QueryPeerMsg") == 2) run.time.interrupt();
    return std::nullopt;
  };
  static_cast<void>(run.import());
  const auto reader = client::SqliteJournal::open_to_read(fixture.file.path);
  REQUIRE(reader);
  REQUIRE((*reader)->match(run.plan));
  const auto kept = entries(**reader);
  REQUIRE(kept.size() % 3 == 0);
  for (const client::ImportEntry& entry : kept) {
    CHECK(entry.result.outcome == client::ImportOutcome::kRecovered);
    CHECK(entry.result.msg_id.starts_with("9715"));
    CHECK((entry.intent.view == client::View::kSender) == (entry.intent.key.lane.list % 2 == 0));
  }

  Migration again(text, true);
  for (const auto& [viewer, peer] : {std::pair{"a", "b"}, std::pair{"b", "a"}})
    again.service.list(viewer, peer) = run.service.list(viewer, peer);
  REQUIRE(journal->match(again.plan));
  again.journal = journal.get();
  again.adopt_from_ms = kNow;
  const client::ImportReport report = again.import();
  CHECK(report.recovered == 6);
  CHECK(report.before == kept.size());
  CHECK(again.service.count("ImportPeerMsg") == 0);
  CHECK(again.verify().verified(false));
}

TEST_CASE("intents of many threads are all kept") {
  JournalFixture fixture;
  const Planned planned(8, 50);
  const auto journal = fixture.open();
  REQUIRE(journal->begin(planned.plan, {}));
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t lane = 0; lane < 8; ++lane) {
      threads.emplace_back([&journal, lane] {
        for (std::uint32_t i = 0; i < 50; ++i) {
          const client::ImportKey key{{2 * lane}, 50 * lane + i};
          if (!journal->intent({key, i, 1, 0})) return;
          if (!journal->result({key, client::ImportOutcome::kImported, "1", 1, 0, ""})) return;
        }
      });
    }
  }
  REQUIRE(journal->flush());
  const auto kept = entries(*journal);
  CHECK(kept.size() == 400);
  for (const client::ImportEntry& entry : kept)
    CHECK(entry.result.outcome == client::ImportOutcome::kImported);
}

TEST_CASE("what is not this migration's journal is refused, with why") {
  JournalFixture fixture;
  SECTION("another migration") {
    fixture.open();
    CHECK_THAT(fixture.refusal({{"input", "abc"}, {"--too-old", "clamp"}}),
               Contains("--too-old: was stop, is clamp; repeat that command"));
  }
  SECTION("a later release's") {
    fixture.open();
    auto database = client::SqlDatabase::open(fixture.file.path, client::SqlDatabase::Mode::kWrite);
    REQUIRE(database->execute("PRAGMA user_version = 3"));
    CHECK_THAT(fixture.refusal(), Contains("expected a journal of version 1 to 2, got 3: a later "
                                           "release of zimmock wrote it"));
    CHECK_FALSE(client::SqliteJournal::open_to_read(fixture.file.path));
  }
  SECTION("in use") {
    const auto journal = fixture.open();
    CHECK_THAT(fixture.refusal(), Contains("another run is writing this journal"));
  }
  SECTION("another file") {
    std::ofstream(fixture.file.path) << "{\"not\": \"a journal\"}\n";
    CHECK_THAT(fixture.refusal(), Contains("not a database"));
    CHECK_FALSE(client::SqliteJournal::open_to_read(fixture.file.path));
  }
  SECTION("another database") {
    auto database = client::SqlDatabase::open(fixture.file.path, client::SqlDatabase::Mode::kWrite);
    REQUIRE(database->execute("CREATE TABLE x(y)"));
    CHECK_THAT(fixture.refusal(), Contains("expected a journal of zimmock migrate"));
  }
  SECTION("no folder") {
    fixture.file.path = "/nonexistent/journal";
    CHECK_THAT(fixture.refusal(), Contains("--journal FILE puts it elsewhere"));
    CHECK_FALSE(client::SqliteJournal::open_to_read(fixture.file.path));
  }
}

TEST_CASE("a run that ended in the middle is taken up: nothing twice, nothing lost, in order") {
  std::string text;
  std::vector<std::string> wanted;
  for (int i = 0; i < 12; ++i) {
    text += record_line(std::to_string(i), kNow - 100 + i);
    wanted.push_back(fmt::format("m-{}", i));
  }
  const auto texts = [](const FakeService::List& list) {
    std::vector<std::string> out;
    for (const auto& item : list) out.push_back(item["MsgBody"]);
    return out;
  };
  // After each number of imports; the last one with or without effect.
  for (std::size_t ends = 1; ends <= 24; ++ends) {
    for (const bool applied : {true, false}) {
      JournalFixture fixture;
      Migration run(text, true);
      auto journal = fixture.open();
      REQUIRE(journal->begin(run.plan, {}));
      // As if the process ended in that call: the journal hears of nothing any more.
      struct Ended : client::NullJournal {
        explicit Ended(client::SqliteJournal& to) : journal(to) {}
        bool durable() const override { return true; }
        Result<void> read(const std::function<void(const client::ImportEntry&)>& take) override {
          return journal.read(take);
        }
        Result<void> intent(const client::ImportIntent& intent) override {
          if (ended) return fail(ErrorKind::kSystem, "ended");
          return journal.intent(intent);
        }
        Result<void> result(const client::ImportResult& result) override {
          if (ended) return fail(ErrorKind::kSystem, "ended");
          return journal.result(result);
        }
        client::SqliteJournal& journal;
        bool ended = false;
      };
      Ended ended(*journal);
      const auto end = [&](const std::string& action,
                           const nlohmann::json&) -> std::optional<Result<HttpResponse>> {
        if (action != "ImportPeerMsg" || run.service.count(action) != ends) return std::nullopt;
        ended.ended = true;
        return fail(ErrorKind::kInDoubt, "ended");
      };
      (applied ? run.service.after : run.service.before) = end;
      run.journal = &ended;
      run.import();
      run.service.after = run.service.before = {};
      journal.reset();
      journal = fixture.open();
      REQUIRE(journal->match(run.plan));
      run.journal = journal.get();
      const client::ImportReport report = run.import();
      CHECK(report.stop == client::Stop::kNone);
      CHECK(report.done() == 24);
      CHECK(report.sent_again == (applied ? 0 : 1));
      CHECK(texts(run.service.list("a", "b")) == wanted);
      CHECK(texts(run.service.list("b", "a")) == wanted);
      CHECK(run.verify().verified(false));
    }
  }
}

TEST_CASE("a tag keeps the extension data that it stands beside") {
  CHECK(client::with_tag("", "t") == R"({"_zm":"t"})");
  CHECK(client::with_tag("{}", "t") == R"({"_zm":"t"})");
  CHECK(client::with_tag(R"( { "a":1.0})", "t") == R"( {"_zm":"t", "a":1.0})");
  CHECK(client::with_tag("plain \"text\"", "t") ==
        R"({"_zm":"t","ExtendedData":"plain \"text\""})");
  CHECK(client::with_tag("[1]", "t") == R"({"_zm":"t","ExtendedData":"[1]"})");
  CHECK(client::with_tag(R"({"_zm":"other"})", "t") ==
        R"({"_zm":"t","ExtendedData":"{\"_zm\":\"other\"}"})");
  for (const char* own : {"", "{}", "{\"a\":1}", "x", "[1]", "{\"_zm\":\"other\"}"})
    CHECK(client::tag_of(client::with_tag(own, "t")) == "t");
  for (const char* other : {"", "x", "[]", "{}", "{\"_zm\":1}", "{\"_zm\""})
    CHECK(client::tag_of(other) == "");
}

TEST_CASE("records that are alike have tags of their own, in the order of the file") {
  const std::string same = record_line("", kNow - 5, {{"Message", "same"}});
  const TempFile file(same + same + record_line("", kNow - 5, {{"Message", "other"}}) + same);
  const auto source = open_source(file);
  const auto plan = client::make_plan(*source, Migration::options(true));
  REQUIRE(plan);
  std::set<std::string> tags;
  for (std::uint32_t i = 0; i < 4; ++i) {
    for (const std::uint32_t list : {0U, 1U})
      tags.insert(client::tag_of(plan->outgoing(*source, {list}, i)->content.extended_data));
  }
  CHECK(tags.size() == 8);

  // One more line at the top shifts the lines, not the tags.
  const TempFile shifted("\n" + same + same + record_line("", kNow - 5, {{"Message", "other"}}) +
                         same);
  const auto again = open_source(shifted);
  const auto other = client::make_plan(*again, Migration::options(true));
  for (std::uint32_t i = 0; i < 4; ++i)
    CHECK(tags.contains(client::tag_of(other->outgoing(*again, {0}, i)->content.extended_data)));
}

TEST_CASE("a record whose extension data leaves no room for a tag is a finding") {
  const std::string text = record_line("1", kNow - 5, {{"ExtendedData", std::string(1000, 'x')}});
  for (const bool tagged : {true, false}) {
    const TempFile file(text);
    const auto source = open_source(file);
    const auto plan = client::make_plan(*source, Migration::options(tagged));
    CHECK(plan->counts.bad == (tagged ? 1 : 0));
    if (tagged) CHECK(plan->findings.at(0).reason == "plan.tag-too-long");
  }
}

TEST_CASE("shards share out the conversations: each is in one") {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += record_line("", kNow - 5, {{"FromUserId", fmt::format("u{}", i)}});
  const TempFile file(text);
  std::uint64_t imports = 0;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const auto source = open_source(file);
    client::PlanOptions options = Migration::options(true);
    options.shard = *client::parse_shard(fmt::format("{}/3", number));
    const auto plan = client::make_plan(*source, options);
    CHECK(plan->counts.imports > 0);
    CHECK(plan->counts.imports / 2 + plan->counts.other_shards == 60);
    imports += plan->counts.imports;
  }
  CHECK(imports == 120);
  for (const char* bad : {"", "1", "0/3", "4/3", "1/0", "a/b", "1/99999", "1/2/3"})
    CHECK_FALSE(client::parse_shard(bad));
}

}  // namespace zimmock::test
