#include "client/verify/verdict.h"
#include "tests/client/fake_service.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
using Catch::Matchers::Contains;

std::string some_records(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += record_line(std::to_string(i), kNow - 1000 + i);
  return out;
}

// All imported, ready to be tampered with.
struct Imported : Migration {
  explicit Imported(const std::string& text) : Migration(text) {
    const client::ImportReport report = import();
    REQUIRE(report.imported == plan.counts.imports);
  }
  FakeService::List& list() { return service.list("a", "b"); }
  // Another message that is like the first one.
  json again() {
    json out = list()[0];
    out["MsgId"] = 1 + list().size();
    out["MsgSeq"] = 100 + list().size();
    return out;
  }
  std::string line(const client::VerifyReport& report) {
    return client::verdict_of(plan, report, nullptr, client::Quarantine{}, false).line;
  }
};

}  // namespace

TEST_CASE("what arrived is verified") {
  for (const int threads : {1, 5}) {
    Imported run(some_records(5) + record_line("x", kNow, {{"VisibleTo", {"b"}}}));
    run.threads = threads;
    const client::VerifyReport report = run.verify();
    CHECK(report.verified(false));
    CHECK(run.mismatches.empty());
    CHECK(report.lists == 2);
    CHECK(report.totals.same == 11);
    const client::Verdict verdict =
        client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, false);
    CHECK(verdict.line == "verified: all 11 of 11 imports are in ZIM, in order");
    CHECK(verdict.outcome == client::Outcome::kVerified);
  }
}

TEST_CASE("records that were left out show in the verdict") {
  Imported run(some_records(2) + "broken\n");
  const client::Verdict verdict =
      client::verdict_of(run.plan, run.verify(), nullptr, client::Quarantine{}, false);
  CHECK(verdict.line ==
        "verified: all 4 of 4 imports are in ZIM, in order; 1 of 3 records were left out");
  CHECK(verdict.outcome == client::Outcome::kVerifiedInPart);
}

TEST_CASE("lists of many pages, by Next alone") {
  Imported run(some_records(250));
  for (const std::int64_t page : {1, 7, 100, 250}) {
    run.service.page = page;
    CHECK(run.verify().verified(false));
  }
}

TEST_CASE("a missing message") {
  Imported run(some_records(3));
  run.list().erase(run.list().begin() + 1);
  const client::VerifyReport report = run.verify();
  CHECK(report.totals.same == 5);
  CHECK(report.totals.missing == 1);
  REQUIRE(run.mismatches.size() == 1);
  CHECK(run.mismatches[0].mark == '+');
  CHECK(run.mismatches[0].list.owner == "a");
  CHECK(run.mismatches[0].line == 2);
  CHECK_THAT(run.mismatches[0].what, Contains("\"m-1\""));
  CHECK(run.line(report) ==
        "not verified: 5 of 6 imports are in ZIM; 1 missing, 0 differ, 0 extra, 0 unreadable");
  CHECK(client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, false).outcome ==
        client::Outcome::kNotVerified);
}

TEST_CASE("a list that lacks what was imported just now is read once more, later") {
  Migration run(record_line("1", kNow - 3000) + record_line("2", kNow - 2000));
  REQUIRE(run.import().imported == 4);
  const FakeService::List whole = run.service.list("a", "b");
  run.service.list("a", "b").pop_back();
  const std::int64_t begun_ns = run.time.monotonic_ns();
  SECTION("it has come") {
    run.service.before = [&](const std::string&,
                             const json&) -> std::optional<Result<HttpResponse>> {
      if (run.time.monotonic_ns() - begun_ns >= 5 * kNanosPerSecond)
        run.service.list("a", "b") = whole;
      return std::nullopt;
    };
    const client::VerifyReport report = run.verify(5000);
    CHECK(report.verified(false));
    CHECK(report.lists == 2);
    CHECK(run.mismatches.empty());
    CHECK(run.board.done == 4 + 4);
  }
  SECTION("it has not") {
    const client::VerifyReport report = run.verify(5000);
    CHECK(report.totals.missing == 1);
    CHECK(report.lists == 2);
    CHECK(run.mismatches.size() == 1);
  }
  CHECK(run.service.count("QueryPeerMsg") == 3);
  CHECK(run.time.monotonic_ns() - begun_ns >= 5 * kNanosPerSecond);
}

TEST_CASE("an extra message, also in a list that nothing was planned for") {
  Imported run(some_records(2));
  json extra = run.again();
  extra["MsgBody"] = "live";
  extra["MsgTime"] = kNow + 5;
  run.list().push_back(extra);
  const client::VerifyReport report = run.verify();
  CHECK(report.totals.extra == 1);
  CHECK(report.totals.same == 4);
  REQUIRE(run.mismatches.size() == 1);
  CHECK(run.mismatches[0].mark == '-');
  CHECK_FALSE(report.verified(false));
  CHECK(report.verified(true));
  CHECK(client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, true).outcome ==
        client::Outcome::kVerified);

  Imported one_sided(record_line("1", kNow, {{"VisibleTo", {"a"}}}));
  one_sided.service.list("b", "a").push_back(one_sided.list()[0]);
  CHECK(one_sided.verify().totals.extra == 1);
}

TEST_CASE("a doubled message is an extra that is named as a repetition") {
  Imported run(some_records(2));
  run.list().push_back(run.again());
  CHECK(run.verify().totals.extra == 1);
  REQUIRE(run.mismatches.size() == 1);
  CHECK_THAT(run.mismatches[0].what, Contains("repetition"));
}

TEST_CASE("equal messages need as many equal ones") {
  const std::string same = record_line("1", kNow, {{"Message", "again"}});
  Imported run(same + record_line("2", kNow, {{"Message", "again"}}) +
               record_line("3", kNow, {{"Message", "again"}}));
  CHECK(run.verify().verified(false));
  run.list().pop_back();
  CHECK(run.verify().totals.missing == 1);
  run.list().push_back(run.again());
  run.list().push_back(run.again());
  CHECK(run.verify().totals.extra == 1);
}

TEST_CASE("a message that differs, and in what") {
  struct Row {
    const char* member;
    json value;
    const char* what;
  };
  const std::vector<Row> rows{
      {"MsgBody", "other", "MsgBody: expected \"m-1\", got \"other\""},
      {"Sender", "b", "Sender: expected \"a\", got \"b\""},
      {"MsgType", 200, "MsgType: expected 1, got 200/0"},
      {"Payload", "x", "Payload: expected \"\""},
      {"MsgTime", kNow - 998 - 1, "MsgTime: expected"},
      {"MsgTime", kNow + 77, "MsgTime: expected"},
      {"IsEmpty", 1, "IsEmpty: expected 0, got 1 (deleted or expired)"},
      {"IsEmpty", 2, "IsEmpty: expected 0, got 2 (recalled)"},
  };
  for (const Row& row : rows) {
    Imported run(some_records(3));
    if (run.list()[1][row.member] == row.value) continue;
    run.list()[1][row.member] = row.value;
    const client::VerifyReport report = run.verify();
    CAPTURE(row.member, row.value.dump());
    CHECK(report.totals.differs == 1);
    CHECK(report.totals.same == 5);
    CHECK(report.totals.missing + report.totals.extra == 0);
    REQUIRE(run.mismatches.size() == 1);
    CHECK(run.mismatches[0].mark == '*');
    CHECK(run.mismatches[0].line == 2);
    CHECK_THAT(run.mismatches[0].what, Contains(row.what) && Contains("MsgId 9715"));
  }
}

TEST_CASE("a custom message's SubMsgType counts, a text's does not") {
  Imported run(record_line("1", kNow, {{"MessageType", 200}, {"SubMsgType", 3}}) +
               record_line("2", kNow));
  for (json& item : run.list()) {
    if (item["MsgType"] == 1) item["SubMsgType"] = 9;
  }
  CHECK(run.verify().verified(false));
  for (json& item : run.list()) item["SubMsgType"] = 4;
  CHECK(run.verify().totals.differs == 1);
}

TEST_CASE("media bodies are the same in any encoding") {
  const std::string document =
      R"({"Uid":"u","Url":"https://m.example/a+b.txt","FileName":"a b.txt","Size":5})";
  Imported run(record_line("1", kNow, {{"MessageType", 12}, {"Message", document}}));
  const std::string encoded =
      "%7B%22md5%22%3A%22%22%2C+%22file_name%22%3A%22a+b.txt%22%2C%22file_size%22%3A%225%22%2C"
      "%22download_url%22%3A%22https%3A%2F%2Fm.example%2Fa%2Bb.txt%22%7D";
  for (const char* viewer : {"a", "b"}) {
    run.service.list(viewer, viewer[0] == 'a' ? "b" : "a")[0]["MsgBody"] = encoded;
  }
  CHECK(run.verify().verified(false));
  const auto without = [&](std::string_view name) {
    std::string other = encoded;
    other.replace(other.find(name), name.size(), "x");
    run.list()[0]["MsgBody"] = other;
    return run.verify();
  };
  client::VerifyReport report = without("file_size");
  CHECK(report.verified(false));
  CHECK(report.totals.notes[static_cast<std::size_t>(BodyNote::kFileSize)] == 1);
  report = without("file_name");
  CHECK(report.totals.differs == 1);
  CHECK_THAT(run.mismatches.at(0).what,
             Contains("MsgBody/file_name: expected \"a b.txt\", got nothing"));
}

TEST_CASE("URLs that all moved in one way are no difference, and single ones are") {
  std::string text;
  for (int i = 0; i < 3; ++i) {
    const json document{{"Uid", "u"}, {"Url", fmt::format("https://m/{}", i)}, {"FileName", "f"}};
    text += record_line(std::to_string(i), kNow - 1000 + i,
                        {{"MessageType", 12}, {"Message", document.dump()}});
  }
  Imported run(text);
  for (const char* viewer : {"a", "b"}) {
    for (json& item : run.service.list(viewer, viewer[0] == 'a' ? "b" : "a")) {
      std::string moved = returned_body(12, item["MsgBody"].get<std::string>());
      item["MsgBody"] = moved.replace(moved.find("m%2F"), 1, "cdn");
    }
  }
  client::VerifyReport report = run.verify();
  CHECK(report.verified(false));
  CHECK(report.totals.same == 6);
  REQUIRE(report.totals.urls.one_way());
  CHECK(report.totals.urls.one_way()->to == "https://cdn");
  CHECK(report.totals.urls.changed() == 6);

  run.list()[1]["MsgBody"] =
      returned_body(12, json{{"Uid", "u"}, {"Url", "https://m/1"}, {"FileName", "f"}}.dump());
  report = run.verify();
  CHECK(report.totals.same == 1);
  CHECK(report.totals.differs == 5);
  CHECK(run.mismatches.size() == 5);
  CHECK_THAT(run.mismatches.at(0).what, Contains("MsgBody/download_url: expected \"https://m/"));
  CHECK_FALSE(report.totals.urls.one_way());
}

TEST_CASE("media that the service has filled in are paired with what was sent") {
  const auto document = [](const char* name) {
    return json{{"Uid", "u"}, {"Url", "https://m.example/1"}, {"FileName", name}}.dump();
  };
  std::string text;
  for (const char* name : {"x", "y", "z"})
    text += record_line(name, kNow,
                        {{"MessageType", 12}, {"Message", document(name)}, {"VisibleTo", {"a"}}});
  Imported run(text);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string name(1, "xyz"[i]);
    const json filled{{"md5", "0cc1"},
                      {"file_name", name},
                      {"file_size", "9"},
                      {"download_url", "https://cdn/" + name}};
    run.list()[i]["MsgBody"] = url_encode(filled.dump());
  }
  CHECK(run.verify().totals.differs == 3);
  for (const client::Mismatch& one : run.mismatches) {
    REQUIRE((one.line >= 1 && one.line <= 3));
    CHECK_THAT(one.what, Contains(fmt::format("got \"https://cdn/{}\"", "xyz"[one.line - 1])));
  }
}

TEST_CASE("a list that is not newest first") {
  Imported run(some_records(3));
  run.service.sort_lists = false;
  std::swap(run.list()[0], run.list()[1]);
  const client::VerifyReport report = run.verify();
  CHECK(report.totals.same == 6);
  CHECK(report.lists_out_of_order == 1);
  CHECK_FALSE(report.verified(false));
  CHECK(run.line(report) ==
        "not verified: 6 of 6 imports are in ZIM; 0 missing, 0 differ, 0 extra, 0 "
        "unreadable, 1 lists not in order");
}

TEST_CASE("ties in another order are counted and no error") {
  Imported run(record_line("1", kNow) + record_line("2", kNow) + record_line("3", kNow));
  CHECK(run.verify().totals.ties_reordered == 0);
  std::swap(run.list()[0], run.list()[1]);
  const client::VerifyReport report = run.verify();
  CHECK(report.totals.ties_reordered == 1);
  CHECK(report.verified(false));
}

TEST_CASE("deleted or recalled messages of others do not count") {
  Imported run(some_records(2));
  run.list().push_back({{"Sender", "b"},
                        {"MsgType", 1},
                        {"SubMsgType", 0},
                        {"MsgBody", ""},
                        {"MsgId", 5},
                        {"MsgSeq", 9},
                        {"Payload", ""},
                        {"IsEmpty", 2},
                        {"MsgTime", kNow + 1}});
  const client::VerifyReport report = run.verify();
  CHECK(report.totals.emptied == 1);
  CHECK(report.verified(false));
}

TEST_CASE("a message that comes again on a later page is one message") {
  Imported run(some_records(20));
  run.service.page = 3;
  run.service.overlap = 2;
  const client::VerifyReport report = run.verify();
  CHECK(report.verified(false));
  CHECK(run.mismatches.empty());
  CHECK(report.totals.same == 40);
  CHECK(report.lists_out_of_order == 0);
  CHECK(report.totals.repeated == 2 * 6 * 2);
  run.list().push_back(run.again());
  CHECK(run.verify().totals.extra == 1);
}

TEST_CASE("two messages of one MsgId are two, as a service may round it") {
  Imported run(some_records(2));
  run.list()[1]["MsgId"] = run.list()[0]["MsgId"];
  const client::VerifyReport report = run.verify();
  CHECK(report.verified(false));
  CHECK(report.totals.repeated == 0);
}

TEST_CASE("a Next that comes twice is an error, not an endless loop") {
  Imported run(some_records(3));
  run.service.page = 1;
  run.service.after = [](const std::string&,
                         const json& body) -> std::optional<Result<HttpResponse>> {
    if (body["FromUserId"] != "a" || body["Next"] != 1002) return std::nullopt;
    return HttpResponse{200, {}, R"({"Code":0,"List":[],"Next":1001})"};
  };
  const client::VerifyReport report = run.verify();
  CHECK(report.unreadable_lists == 1);
  CHECK(report.totals.unread == 1);
  CHECK(report.totals.same == 5);
  REQUIRE(run.mismatches.size() == 1);
  CHECK(run.mismatches[0].mark == '!');
  CHECK_THAT(run.mismatches[0].what, Contains("1001 again"));
  CHECK(run.line(report) ==
        "not verified: 5 of 6 imports are in ZIM; 0 missing, 0 differ, 0 extra, 1 unreadable");
  CHECK(client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, false).outcome ==
        client::Outcome::kStopped);
}

TEST_CASE("a list that goes on without anything new comes to an end") {
  for (const bool repeating : {false, true}) {
    Imported run(some_records(3));
    int calls = 0;
    run.service.before = [&](const std::string&,
                             const json& body) -> std::optional<Result<HttpResponse>> {
      if (body["FromUserId"] != "a") return std::nullopt;
      json page{{"Code", 0}, {"List", json::array()}, {"Next", ++calls}};
      if (repeating) page["List"] = run.list();
      return HttpResponse{200, {}, page.dump()};
    };
    const client::VerifyReport report = run.verify();
    CHECK(report.unreadable_lists == 1);
    CHECK(calls <= 101);
    CHECK_THAT(run.mismatches.at(0).what + run.mismatches.back().what, Contains("nothing new"));
  }
}

TEST_CASE("reading is tried again; what stays refused makes one list unreadable") {
  Imported run(some_records(2));
  int calls = 0;
  run.service.before = [&](const std::string&, const json&) -> std::optional<Result<HttpResponse>> {
    if (++calls % 4 == 0) return std::nullopt;
    return calls % 4 == 1   ? fail(ErrorKind::kInDoubt, "lost")
           : calls % 4 == 2 ? Result<HttpResponse>(HttpResponse{502, {}, "<html>"})
                            : Result<HttpResponse>(code_answer(660300005));
  };
  CHECK(run.verify().verified(false));
  run.service.before = [&](const std::string&,
                           const json& body) -> std::optional<Result<HttpResponse>> {
    if (body["FromUserId"] != "a") return std::nullopt;
    return code_answer(660500002);
  };
  const client::VerifyReport report = run.verify();
  CHECK(report.unreadable_lists == 1);
  CHECK(report.totals.unread == 2);
  CHECK_THAT(run.mismatches.at(0).what, Contains("660500002"));
  CHECK(report.refused_lists == 1);
  CHECK(client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, false).outcome ==
        client::Outcome::kNotVerified);
}

TEST_CASE("refused credentials and interruptions stop the reading") {
  Imported run(some_records(2));
  run.service.before = [](const std::string&, const json&) -> std::optional<Result<HttpResponse>> {
    return code_answer(100000005);
  };
  client::VerifyReport report = run.verify();
  CHECK(report.stop == client::Stop::kCredentials);
  CHECK_FALSE(report.verified(false));
  CHECK(client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, false).outcome ==
        client::Outcome::kFatal);
  run.time.interrupt();
  report = run.verify();
  CHECK(report.stop == client::Stop::kInterrupted);
  CHECK(client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, false).outcome ==
        client::Outcome::kInterrupted);
  CHECK_THAT(run.line(report), Contains("0 of 4 imports were found in ZIM so far; interrupted"));
}

TEST_CASE("a service that is gone ends the reading") {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += record_line(std::to_string(i), kNow, {{"FromUserId", fmt::format("u{}", i)}});
  }
  Imported run(text);
  const std::size_t before = run.service.count("QueryPeerMsg");
  ErrorKind kind = ErrorKind::kUnreachable;
  run.service.before = [&](const std::string&, const json&) -> std::optional<Result<HttpResponse>> {
    return fail(kind, "gone");
  };
  client::VerifyReport report = run.verify();
  CHECK(report.stop == client::Stop::kNoConnection);
  CHECK(run.service.count("QueryPeerMsg") - before == 5);
  kind = ErrorKind::kInDoubt;
  report = run.verify();
  CHECK(report.stop == client::Stop::kNoConnection);
  CHECK(run.service.count("QueryPeerMsg") - before == 5 + 50);
  CHECK(client::verdict_of(run.plan, report, nullptr, client::Quarantine{}, false).outcome ==
        client::Outcome::kStopped);
}

TEST_CASE("nothing in the lists at all") {
  Migration run(some_records(3));
  const client::VerifyReport report = run.verify();
  CHECK(report.totals.missing == 6);
  CHECK(report.totals.same == 0);
}

TEST_CASE("a list in which every message moved in time is paired by content") {
  Imported run(some_records(50));
  for (json& item : run.list()) item["MsgTime"] = item["MsgTime"].get<std::int64_t>() + 100'000;
  const client::VerifyReport report = run.verify();
  CHECK(report.totals.differs == 50);
  CHECK(report.totals.missing + report.totals.extra == 0);
}

}  // namespace zimmock::test
