#include "contracts/api/text.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

std::vector<client::SourceRecord> read_all(client::SourceReader& source) {
  std::vector<client::SourceRecord> out;
  while (true) {
    auto record = source.next();
    REQUIRE(record);
    if (!*record) return out;
    out.push_back(**std::move(record));
  }
}

std::vector<client::SourceRecord> read_all(const std::string& text) {
  const TempFile file(text);
  return read_all(*open_source(file));
}

// The one finding of a one-line source.
std::string finding_of(const std::string& line) {
  const auto records = read_all(line);
  REQUIRE(records.size() == 1);
  std::string all;
  for (const Finding& finding : records.front().findings.refusals) {
    all += (all.empty() ? "" : " | ") + finding.line();
  }
  return all;
}

std::string with(const nlohmann::json& more) { return record_line("x", kNow, more); }

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("a flat record and one with a MessageBody say the same") {
  const auto records = read_all(
      R"({"Id":"1","FromUserId":"a","ToUserId":"b","MessageType":200,"SubMsgType":7,"Message":"hi",)"
      R"("ExtendedData":"e","SearchedContent":"s","SendMessageTime":5})"
      "\n"
      R"({"Id":"1","FromUserId":"a","ToUserId":"b","MessageType":200,"SubMsgType":7,"Priority":2,)"
      R"("MessageBody":{"Message":"hi","ExtendedData":"e"},"SearchedContent":"s","SendMessageTime":5})");
  REQUIRE(records.size() == 2);
  for (const client::SourceRecord& record : records) {
    CHECK(record.findings.ok());
    CHECK(record.message.content.body == "hi");
    CHECK(record.message.content.extended_data == "e");
    CHECK(record.message.content.searched_content == "s");
    CHECK(record.message.content.sub_type == 7);
    CHECK(record.message.content.priority == 2);
    CHECK(record.message.send_time_ms == 5);
    CHECK((record.sender_sees && record.receiver_sees));
  }
}

TEST_CASE("who sees a record") {
  struct Row {
    nlohmann::json more;
    bool sender, receiver;
  };
  const std::vector<Row> rows{{{{"VisibleTo", {"a"}}}, true, false},
                              {{{"VisibleTo", {"b"}}}, false, true},
                              {{{"VisibleTo", {"b", "a"}}}, true, true},
                              {{{"ImportedUserId", "a"}}, true, false},
                              {{{"ImportedUserId", "b"}}, false, true}};
  for (const Row& row : rows) {
    const auto records = read_all(with(row.more));
    CAPTURE(row.more.dump());
    REQUIRE(records.size() == 1);
    CHECK(records[0].findings.ok());
    CHECK(records[0].sender_sees == row.sender);
    CHECK(records[0].receiver_sees == row.receiver);
  }
}

TEST_CASE("what is wrong with a record, and where") {
  CHECK_THAT(finding_of(with({{"VisibleTo", nlohmann::json::array()}})), Contains("/VisibleTo:"));
  CHECK_THAT(finding_of(with({{"VisibleTo", {"a", "c"}}})),
             Contains("import.imported-user: /VisibleTo/1: expected FromUserId or ToUserId"));
  CHECK_THAT(finding_of(with({{"VisibleTo", {"a", "a"}}})),
             Contains("/VisibleTo/1: expected each"));
  CHECK_THAT(finding_of(with({{"VisibleTo", "a"}})), Contains("body.member-type: /VisibleTo:"));
  CHECK_THAT(finding_of(with({{"VisibleTo", {"a"}}, {"ImportedUserId", "a"}})),
             Contains("/ImportedUserId:"));
  CHECK_THAT(finding_of(with({{"ImportedUserId", "c"}})), Contains("import.imported-user"));
  CHECK_THAT(finding_of(with({{"MessageBody", {{"Message", "x"}}}})),
             Contains("body.member-once: /Message:"));
  CHECK_THAT(finding_of(with({{"VisbleTo", {"a"}}})),
             Contains("/VisbleTo") && Contains("did you mean VisibleTo?"));
  CHECK_THAT(finding_of(with({{"Id", 7}})), Contains("body.member-type: /Id:"));
  CHECK_THAT(finding_of(with({{"Message", ""}})), Contains("body.message-not-empty: /Message:"));
  CHECK_THAT(finding_of(with({{"Message", 7}})), Contains("body.member-type: /Message:"));
  CHECK_THAT(finding_of(with({{"ExtendedData", std::string(1025, 'x')}})),
             Contains("body.extended-data-max-1024-bytes: /ExtendedData:"));
  CHECK_THAT(finding_of(with({{"SendMessageTime", 0}})), Contains("/SendMessageTime:"));
  CHECK_THAT(finding_of(with({{"SendMessageTime", -1}})),
             Contains("import.send-time-not-negative"));
  CHECK_THAT(finding_of(with({{"SendMessageTime", "5"}})), Contains("body.member-type"));
  CHECK_THAT(finding_of(with({{"Priority", 4}})), Contains("import.priority"));
  CHECK_THAT(finding_of(with({{"MessageType", 11}, {"Message", "{}"}})),
             Contains("media.member: /Message/Uid:"));
  auto nested = nlohmann::json::parse(with({{"MessageBody", {{"Message", "x"}, {"Mesage", "y"}}}}));
  nested.erase("Message");
  CHECK_THAT(finding_of(nested.dump()), Contains("body.member-known: /MessageBody/Mesage:"));
  nested["MessageBody"] = "{\"Message\":\"x\"}";
  CHECK_THAT(finding_of(nested.dump()), Contains("body.member-type: /MessageBody:"));
  auto without_time = nlohmann::json::parse(with({}));
  without_time.erase("SendMessageTime");
  CHECK_THAT(finding_of(without_time.dump()), Contains("body.member-present: /SendMessageTime:"));
}

TEST_CASE("lines that are no record") {
  CHECK_THAT(finding_of("{\"Id\":\"1\",\n"), Contains("body.is-json") && Contains("column"));
  CHECK_THAT(finding_of("[1,2]"), Contains("body.is-object"));
  CHECK_THAT(finding_of("nonsense"), Contains("body.is-json"));
  CHECK_THAT(finding_of("{\"Id\":\"\xE9\"}"), Contains("body.is-json") && Contains("not UTF-8"));
  CHECK_THAT(finding_of("{\"Id\":\"1\",\"Id\":\"2\"}"), Contains("body.member-once: /Id:"));
  CHECK_THAT(finding_of(std::string(200, '[') + std::string(200, ']')), Contains("body.depth"));
  CHECK_THAT(finding_of(std::string("\0", 1)), Contains("body.is-json"));
  CHECK_THAT(finding_of(std::string((1 << 20) + 1, ' ') + "\n"), Contains("1048577 bytes"));
  CHECK(read_all(std::string(1 << 20, ' ') + "\n").empty());
}

TEST_CASE("an exported state is read as its messages") {
  const std::string users = R"({"Record":"tenant","LastMsgId":"971"})"
                            "\n"
                            R"({"Record":"user","UserId":"a","UserName":"A"})"
                            "\n"
                            R"({"Record":"devices","UserId":"a","SdkVersions":["2.8.0"]})"
                            "\n";
  const nlohmann::json in_list{{"ImportedUserId", "a"}};
  nlohmann::json recalled = in_list, deleted = in_list, there = in_list;
  there["Stored"] = {{"MsgId", "971"}, {"MsgSeq", 1}};
  recalled["Stored"] = {{"MsgId", "973"}, {"Recalled", true}};
  deleted["Stored"] = {{"MsgId", "975"}, {"Recalled", true}, {"Deleted", true}};
  const auto records = read_all(users + with(there) + with(recalled) + users + with(deleted));
  REQUIRE(records.size() == 3);
  for (const auto& record : records) CHECK(record.findings.ok());
  CHECK(records[0].place.line == 4);
  CHECK(records[0].emptied == Emptied::kNo);
  CHECK(records[0].sender_sees);
  CHECK_FALSE(records[0].receiver_sees);
  CHECK(records[1].emptied == Emptied::kRecalled);
  CHECK(records[2].emptied == Emptied::kDeleted);
  CHECK(records[2].place.line == 9);
  CHECK(read_all(users).empty());

  CHECK_THAT(finding_of(with({{"Record", "device"}})),
             Contains("body.member-type: /Record: expected tenant, user, devices") &&
                 Contains("did you mean devices?"));
  CHECK_THAT(finding_of(with({{"Stored", {{"MsgSq", 1}}}})),
             Contains("body.member-known: /Stored/MsgSq:") && Contains("did you mean MsgSeq?"));
  CHECK_THAT(finding_of(with({{"Stored", {{"MsgId", "12a"}}}})),
             Contains("/Stored/MsgId: expected"));
  CHECK_THAT(finding_of(with({{"Stored", {{"Recalled", "yes"}}}})),
             Contains("/Stored/Recalled: expected true or false"));
}

TEST_CASE("line ends, blank lines and a byte order mark") {
  const std::string one = record_line("1", kNow), two = record_line("2", kNow);
  const std::string bare = two.substr(0, two.size() - 1);
  const auto records = read_all("\xEF\xBB\xBF" + one + "\r\n \t\r\n" + bare + "\r\n\n" + bare);
  REQUIRE(records.size() == 3);
  CHECK(records[0].place.line == 1);
  CHECK(records[0].place.offset == 3);
  CHECK(records[1].place.line == 4);
  CHECK(records[1].place.length == bare.size());
  CHECK(records[2].place.line == 6);
  for (const auto& record : records) CHECK(record.findings.ok());
  CHECK(read_all("").empty());
  CHECK(read_all("\n\n").empty());
}

TEST_CASE("only U+000A ends a line") {
  const auto records = read_all(with({{"Message", "one\xE2\x80\xA8two\xC2\x85three"}}));
  REQUIRE(records.size() == 1);
  CHECK(records[0].message.content.body == "one\xE2\x80\xA8two\xC2\x85three");
}

TEST_CASE("lines longer than any buffer") {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += record_line("x", kNow, {{"Id", std::string(100'000, 'i')}});
  }
  const auto records = read_all(text);
  REQUIRE(records.size() == 40);
  CHECK(records[39].place.offset == 39 * (text.size() / 40));
  CHECK(records[39].findings.ok());
}

TEST_CASE("a record is read again by its place") {
  const TempFile file(record_line("1", kNow) + record_line("2", kNow));
  const auto source = open_source(file);
  const auto records = read_all(*source);
  const auto again = source->read_at(records[1].place);
  REQUIRE(again);
  CHECK(again->id == "2");
  CHECK(again->message.content.body == "m-2");

  file.write(record_line("1", kNow) + record_line("3", kNow));
  const auto changed = source->read_at(records[1].place);
  REQUIRE_FALSE(changed);
  CHECK(changed.error().kind == ErrorKind::kInput);
  CHECK_THAT(changed.error().message, Contains("line 2 has changed"));
  file.write("");
  CHECK_FALSE(source->read_at(records[1].place));
}

TEST_CASE("what cannot be opened") {
  const auto open = client::find_format("zim")->open;
  for (const char* path : {"/nonexistent/file", "/tmp", "/dev/null"}) {
    const auto source = open(path, {.profile = default_profile()});
    REQUIRE_FALSE(source);
    CHECK(source.error().kind == ErrorKind::kUsage);
    CHECK_THAT(source.error().message, Contains(path));
  }
  CHECK(client::find_format("nope") == nullptr);
}

}  // namespace zimmock::test
