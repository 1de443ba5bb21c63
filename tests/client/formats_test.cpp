// Every source format against its fixture in fixtures/formats: the golden records beside it,
// detection, and files that are cut off or of the wrong types.
//
// A golden file has one record a line, in the source's order; members that say nothing are left
// out: {"line":N,"id":..,"from":..,"to":..,"type":..,"sub":..,"message":..,"ext":..,"searched":..,
// "time":..,"sees":[sender,receiver]}, {"line":N,"bad":[pointer,expected,got]}, or
// {"line":N,"refused":[finding,..]} for what the contract does not allow. Its last line has the
// facts: {"skipped":{..},"repaired":{..},"notes":[..]}.

#include <array>
#include <map>
#include <tuple>

#include "client/formats/format.h"
#include "client/formats/json_elements.h"
#include "contracts/api/message_body.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

struct FormatCase {
  const char* format;
  const char* fixture;  // in fixtures/formats
  client::FormatOptions options;
};

client::FormatOptions options() { return {.profile = default_profile()}; }

client::FormatOptions with_media(const std::string& from, const std::string& to) {
  client::FormatOptions out = options();
  out.media[from] = to;
  return out;
}

client::FormatOptions with_user(const std::string& theirs, const std::string& ours) {
  client::FormatOptions out = options();
  out.users[theirs] = ours;
  return out;
}

client::FormatOptions in_zone(const char* zone) {
  client::FormatOptions out = options();
  out.time_zone = zone;
  return out;
}

client::FormatOptions with_names(std::map<std::string, std::string, std::less<>> users,
                                 const std::string& media, const std::string& zone) {
  client::FormatOptions out = with_media(media, "https://media.example.com/" + media);
  out.users = std::move(users);
  out.time_zone = zone;
  return out;
}

client::FormatOptions of_alice() {
  client::FormatOptions out = with_media("chats/chat_001/", "https://media.example.com/tg/");
  out.users["user300000000"] = "alice";
  return out;
}

// One row a fixture.
std::vector<FormatCase> format_cases() {
  return {
      {"stream", "stream.jsonl", with_media("uploads/old/", "https://new.example.com/")},
      {"stream", "stream-array.json", options()},
      {"tencent", "tencent.jsonl", options()},
      {"tencent", "tencent-import.json", options()},
      {"sendbird", "sendbird.json",
       with_media("https://file-us-1.sendbird.com/", "https://new.example.com/")},
      {"sendbird", "sendbird-pusher.json", options()},
      {"telegram", "telegram.json", of_alice()},
      {"telegram", "telegram-chat.json", in_zone("Europe/Berlin")},
      {"telegram", "telegram-me.json", with_user("me", "gus")},
      {"whatsapp", "whatsapp-ios.txt",
       with_names({{"Ada \xF0\x9F\xA6\x89 Lovelace", "ada"}, {"+49 151 2345678", "bob"}}, "0000",
                  "Europe/Berlin")},
      {"whatsapp", "whatsapp-android.txt",
       with_names({{"Kim: work", "kim"}, {"Lee", "lee"}}, "IMG-", "America/New_York")},
      {"mattermost", "mattermost.jsonl", with_names({}, "data/", "")},
      {"slack", "slack", with_names({}, "files/", "")},
      {"easemob", "easemob.jsonl", with_names({}, "easemob/", "")},
      {"easemob", "easemob-array.json", options()},
      {"quarantine", "quarantine.jsonl", options()},
  };
}

fs::path fixtures() { return ZIMMOCK_FIXTURES; }

fs::path golden_of(const FormatCase& one) {
  return fixtures() / "formats" / (fs::path(one.fixture).stem().string() + ".golden.jsonl");
}

json as_golden(const client::SourceRecord& record) {
  json out{{"line", record.place.line}};
  if (record.problem) {
    const client::SourceProblem& problem = *record.problem;
    out["bad"] = {problem.pointer, problem.expected, problem.got};
    return out;
  }
  if (!record.findings.ok()) {
    for (const Finding& finding : record.findings.refusals)
      out["refused"].push_back(finding.line());
    return out;
  }
  const Message& message = record.message;
  const MessageContent& content = message.content;
  out.update({{"from", message.from_user_id},
              {"to", message.to_user_id},
              {"type", content.type},
              {"message", content.body},
              {"time", message.send_time_ms},
              {"sees", {record.sender_sees, record.receiver_sees}}});
  if (!record.id.empty()) out["id"] = record.id;
  if (content.type == kCustom) out["sub"] = content.sub_type;
  if (!content.extended_data.empty()) out["ext"] = content.extended_data;
  if (!content.searched_content.empty()) out["searched"] = content.searched_content;
  return out;
}

json as_golden(const client::SourceFacts& facts) {
  return {{"skipped", facts.skipped}, {"repaired", facts.repaired}, {"notes", facts.notes}};
}

// Each record as a golden line, the facts last.
Result<std::vector<json>> convert(const FormatCase& one, const fs::path& path) {
  auto source = client::find_format(one.format)->open(path, one.options);
  if (!source) return tl::unexpected(source.error());
  std::vector<json> out;
  while (true) {
    auto record = (*source)->next();
    if (!record) return tl::unexpected(record.error());
    if (!*record) break;
    out.push_back(as_golden(**record));
    if (!(*record)->ok()) continue;
    const auto again = (*source)->read_at((*record)->place);
    if (!again) return tl::unexpected(again.error());
    if (again->message.content.body != (*record)->message.content.body)
      out.back()["again"] = "differs";
  }
  out.push_back(as_golden((*source)->facts()));
  return out;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// A copy of the fixture, and the files in it.
struct Copy {
  explicit Copy(const FormatCase& one) : root(folder.path() / fs::path(one.fixture).filename()) {
    fs::copy(fixtures() / "formats" / one.fixture, root, fs::copy_options::recursive);
    if (!fs::is_directory(root)) {
      files.push_back(root);
      return;
    }
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }

  TempFolder folder;
  fs::path root;
  std::vector<fs::path> files;
};

// An Error that says something, or records.
void check_survives(const FormatCase& one, const fs::path& path) {
  const auto result = convert(one, path);
  if (result) return;
  const std::string& message = result.error().message;
  CAPTURE(message);
  CHECK_FALSE(message.empty());
  CHECK(message.find('\n') == message.npos);
}

std::string detected(const fs::path& path) {
  const auto format = client::detect_format(path);
  return format ? std::string((*format)->name) : "nothing";
}

// Of JSON Lines its lines, be they JSON or not; of other files what can be read of them.
std::vector<std::string> documents_in(const fs::path& file) {
  std::vector<std::string> out;
  if (file.extension() == ".jsonl") {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) out.push_back(line);
    return out;
  }
  constexpr std::array<std::string_view, 1> kWhole{""};
  client::JsonReading reading;
  reading.several = reading.mend_telegram = true;
  const auto take = [&out](client::JsonElement& element) -> Result<void> {
    out.push_back(element.value.dump());
    return {};
  };
  if (!client::read_json_elements(file, kWhole, take, reading)) out = {read_text(file)};
  return out;
}

// Every node of the document, as JSON Pointers.
void list_nodes(const json& node, const json::json_pointer& at,
                std::vector<json::json_pointer>& out) {
  out.push_back(at);
  if (node.is_array()) {
    for (std::size_t i = 0; i < node.size(); ++i) list_nodes(node[i], at / i, out);
  } else if (node.is_object()) {
    for (const auto& [name, value] : node.items()) list_nodes(value, at / name, out);
  }
}

// Where sanitizers make everything slow, fewer of the same kind will do.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kCuts = 40, kNodeStep = 13;
#else
constexpr std::size_t kCuts = 250, kNodeStep = 3;
#endif

// One of many, another one for each node.
const json& odd_value(std::size_t node) {
  static const std::vector<json> values{nullptr,
                                        true,
                                        -1,
                                        1.5,
                                        "x",
                                        "9223372036854775808",
                                        18446744073709551615ULL,
                                        json::array(),
                                        json::object(),
                                        json::array({nullptr}),
                                        json{{"text", nullptr}}};
  return values[node % values.size()];
}

}  // namespace

TEST_CASE("every format gives the golden records of its fixtures") {
  for (const FormatCase& one : format_cases()) {
    INFO(one.fixture);
    const auto records = convert(one, fixtures() / "formats" / one.fixture);
    if (!records) FAIL_CHECK(records.error().message);
    if (!records) continue;
    std::ifstream golden(golden_of(one));
    std::string line;
    std::size_t at = 0;
    for (; std::getline(golden, line); ++at) {
      REQUIRE(at < records->size());
      CHECK(json::parse(line).dump() == (*records)[at].dump());
    }
    CHECK(at == records->size());
  }
}

// Documents of a file, by the lines that they begin in.
std::multimap<std::uint32_t, json> documents_by_line(const fs::path& file) {
  constexpr std::array<std::string_view, 1> kWhole{""};
  client::JsonReading reading;
  reading.several = reading.mend_telegram = true;
  std::multimap<std::uint32_t, json> out;
  static_cast<void>(client::read_json_elements(
      file, kWhole,
      [&out](client::JsonElement& element) -> Result<void> {
        out.emplace(element.line, std::move(element.value));
        return {};
      },
      reading));
  return out;
}

// The last document that does not begin below the record's line.
const json& document_of(std::uint32_t line, const std::multimap<std::uint32_t, json>& documents) {
  const auto after = documents.upper_bound(line);
  REQUIRE(after != documents.begin());
  return std::prev(after)->second;
}

TEST_CASE("a record's pointer leads to it in its document") {
  std::map<std::string, std::size_t> led;
  for (const FormatCase& one : format_cases()) {
    INFO(one.fixture);
    const fs::path path = fixtures() / "formats" / one.fixture;
    auto source = client::find_format(one.format)->open(path, one.options);
    REQUIRE(source);
    while (true) {
      const auto record = (*source)->next();
      REQUIRE(record);
      if (!*record) break;
      const auto& [place, pointer, id] =
          std::tie((*record)->place, (*record)->pointer, (*record)->id);
      if (pointer.empty()) continue;
      INFO(pointer);
      const auto hash = pointer.find('#');
      const fs::path file = hash == pointer.npos ? path : path / pointer.substr(0, hash);
      const auto documents = documents_by_line(file);
      const json::json_pointer at(hash == pointer.npos ? pointer : pointer.substr(hash + 1));
      const json& document = document_of(place.line, documents);
      REQUIRE(document.contains(at));
      // Tencent's Id ends with MsgTimeStamp.
      CHECK_THAT(document[at].dump(), Contains(id.substr(id.rfind('_') + 1)));
      ++led[one.format];
    }
  }
  for (const char* format :
       {"stream", "telegram", "tencent", "sendbird", "mattermost", "slack", "easemob"}) {
    INFO(format);
    CHECK(led[format] > 0);
  }
}

TEST_CASE("every format but zim has a fixture, and is told by it from all others") {
  for (const client::Format& row : client::formats()) {
    INFO(row.name);
    bool found = row.name == "zim";
    for (const FormatCase& one : format_cases()) found |= row.name == one.format;
    CHECK(found);
  }
  for (const FormatCase& one : format_cases()) {
    const fs::path path = fixtures() / "formats" / one.fixture;
    INFO(one.fixture);
    CHECK(detected(path) == one.format);
    const std::string head = fs::is_directory(path) ? "" : read_text(path);
    for (const client::Format& row : client::formats()) {
      INFO(row.name);
      CHECK(row.is_this(head, path) == (row.name == one.format));
    }
  }
  for (const char* name : {"conversations.jsonl", "broken.jsonl"}) {
    const fs::path path = fixtures() / "migration" / name;
    const std::string head = read_text(path).substr(0, std::size_t{64} << 10);
    for (const client::Format& row : client::formats()) {
      INFO(name << " as " << row.name);
      CHECK(row.is_this(head, path) == (row.name == "zim"));
    }
  }
}

TEST_CASE("a fixture cut off anywhere is an error or records") {
  for (const FormatCase& one : format_cases()) {
    const Copy copy(one);
    for (const fs::path& file : copy.files) {
      const std::string whole = read_text(file);
      INFO(one.fixture << " " << file.filename().string());
      const std::size_t step = whole.size() / kCuts + 1;
      for (std::size_t bytes = 0; bytes < whole.size(); bytes += step) {
        write_text(file, std::string_view(whole).substr(0, bytes));
        INFO("the first " << bytes << " bytes");
        check_survives(one, copy.root);
        const std::string head = read_text(file);
        for (const client::Format& row : client::formats()) row.is_this(head, copy.root);
      }
      write_text(file, whole);
    }
  }
}

TEST_CASE("a fixture with a value of another type anywhere is an error or records") {
  for (const FormatCase& one : format_cases()) {
    const Copy copy(one);
    for (const fs::path& file : copy.files) {
      const std::string whole = read_text(file);
      std::size_t node = 0, tried = 0;
      std::vector<std::string> documents = documents_in(file);
      REQUIRE_FALSE(documents.empty());
      for (std::string& one_document : documents) {
        const std::string kept = one_document;
        const json document = json::parse(kept, nullptr, false);
        std::vector<json::json_pointer> nodes;
        if (!document.is_discarded()) list_nodes(document, json::json_pointer(), nodes);
        for (; node < nodes.size(); node += kNodeStep) {
          json changed = document;
          changed[nodes[node]] = odd_value(tried++);
          one_document = changed.dump();
          write_text(file, fmt::format("{}", fmt::join(documents, "\n")));
          INFO(one.fixture << " " << nodes[node].to_string() << " " << changed[nodes[node]].dump());
          check_survives(one, copy.root);
        }
        node -= nodes.size();
        one_document = kept;
      }
      write_text(file, whole);
    }
  }
}

TEST_CASE("what no format can open") {
  const TempFolder folder;
  const fs::path empty = folder.path() / "empty";
  write_text(empty, "");
  for (const FormatCase& one : format_cases()) {
    INFO(one.format);
    const auto missing = convert(one, "/nonexistent/file");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == ErrorKind::kUsage);
    CHECK_THAT(missing.error().message, Contains("/nonexistent/file"));
    check_survives(one, empty);
    if (fs::is_directory(fixtures() / "formats" / one.fixture)) continue;
    const auto of_folder = convert(one, folder.path());
    REQUIRE_FALSE(of_folder);
    CHECK(of_folder.error().kind == ErrorKind::kUsage);
  }
}

TEST_CASE("telegram's local times need a time zone, and one who is alone a name") {
  const auto chat = fixtures() / "formats" / "telegram-chat.json";
  const auto times = convert({"telegram", "", options()}, chat);
  REQUIRE_FALSE(times);
  CHECK(times.error().kind == ErrorKind::kUsage);
  CHECK_THAT(times.error().message, Contains("--tz") && Contains("2018-10-28T01:30:00"));
  const auto wrong = convert({"telegram", "", in_zone("Europe/Berln")}, chat);
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Contains("did you mean Europe/Berlin?"));
  const auto alone =
      convert({"telegram", "", options()}, fixtures() / "formats" / "telegram-me.json");
  REQUIRE(alone);
  CHECK_THAT(alone->front().dump(), Contains("--users") && Contains("user55"));
}

TEST_CASE("tencent's lists must say whose they are and be whole") {
  const auto error_of = [](const std::string& text) {
    const TempFile file(text);
    const auto result = convert({"tencent", "", options()}, file.path());
    return result ? "no error" : result.error().message;
  };
  const std::string users = R"("Operator_Account":"a","Peer_Account":"b",)";
  CHECK_THAT(error_of("\n{\"Complete\":1,\"MsgList\":[]}"),
             Contains("line 2: expected Operator_Account and Peer_Account"));
  CHECK_THAT(error_of("{" + users + "\"MsgList\":[]}"),
             Contains("expected every page of the list of \"a\" with \"b\""));
  CHECK_THAT(error_of("{" + users + "\"Complete\":0,\"MsgList\":[]}"), Contains("every page"));
  CHECK_THAT(error_of("{" + users + R"("ErrorCode":70169,"ErrorInfo":"timeout","MsgList":[]})"),
             Contains("got ErrorCode 70169: \"timeout\""));
  CHECK_THAT(error_of("{" + users + R"("Complete":1,"MsgList":{}})"),
             Contains("/MsgList: expected an array, got an object"));
  CHECK_THAT(error_of("{" + users + R"("Complete":1,"Complete":0,"MsgList":[]})"),
             Contains("/Complete: expected the member once"));
  CHECK_THAT(error_of("{" + users + R"("Complete":1,"MsgList":[)"), Contains("got its end"));
  CHECK(error_of("{" + users + R"("Complete":1,"MsgList":[]})") == "no error");
}

}  // namespace zimmock::test
