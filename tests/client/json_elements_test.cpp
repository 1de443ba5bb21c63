#include "client/formats/json_elements.h"

#include "client/formats/json_members.h"
#include "client/formats/media_message.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using json = nlohmann::json;
using Catch::Matchers::Contains;

// "path@at,at:line value" of each.
std::vector<std::string> elements(const std::string& text, std::vector<std::string_view> paths,
                                  const client::JsonReading& reading = {}) {
  const TempFile file(text);
  std::vector<std::string> out;
  const auto done = client::read_json_elements(
      file.path(), paths,
      [&out](client::JsonElement& element) -> Result<void> {
        out.push_back(fmt::format("{}@{}:{} {}{}", element.path, fmt::join(element.at, ","),
                                  element.line, element.value.dump(),
                                  element.problem ? " " + element.problem->pointer : ""));
        return {};
      },
      reading);
  if (!done) {
    std::string message = done.error().message;
    message.erase(0, file.path().string().size());
    out.push_back((done.error().kind == ErrorKind::kInput ? "error" : "other error") + message);
  }
  return out;
}

using Texts = std::vector<std::string>;

const client::JsonReading kSeveral{.several = true, .repaired_escape = {}, .repaired_path = {}};

client::JsonReading telegram(int& escapes, int& paths) {
  client::JsonReading out;
  out.mend_telegram = true;
  out.repaired_escape = [&escapes] { ++escapes; };
  out.repaired_path = [&paths] { ++paths; };
  return out;
}

}  // namespace

TEST_CASE("values come from where the paths say, in the file's order") {
  const std::string text = R"({"about":"x",
"chats":{"list":[
 {"name":"A","messages":[{"id":1},
   {"id":2,"in":[1,{"deep":true}]}]},
 {"messages":[],"name":"B"}, 7,
 {"messages":[{"id":3}],"name":"C"}]},
"id":18446744073709551615})";
  CHECK(elements(text, {"/chats/list/*/messages/*", "/chats/list/*/name", "/id", "/nope"}) ==
        Texts{R"(1@0:3 "A")", R"(0@0,0:3 {"id":1})", R"(0@0,1:4 {"id":2,"in":[1,{"deep":true}]})",
              R"(1@1:5 "B")", R"(0@3,0:6 {"id":3})", R"(1@3:6 "C")", "2@:7 18446744073709551615"});
  CHECK(elements("[[1,2],[3]]", {"/*"}) == Texts{"0@0:1 [1,2]", "0@1:1 [3]"});
  CHECK(elements("[[1,2],[3]]", {"/*/*"}) == Texts{"0@0,0:1 1", "0@0,1:1 2", "0@1,0:1 3"});
  CHECK(elements("\xEF\xBB\xBF [1]", {""}) == Texts{"0@:1 [1]"});
  CHECK(elements(R"({"*":1})", {"/*"}).empty());
  CHECK(elements(R"({"a":{"b":1}})", {"/a/b", "/a"}) == Texts{R"(1@:1 {"b":1})"});
}

TEST_CASE("documents one after the other") {
  CHECK(elements("{\"a\":1}\n{\n\"a\":2}[]{\"a\":3}\n\n", {"/a"}, kSeveral) ==
        Texts{"0@:1 1", "0@:3 2", "0@:3 3"});
  CHECK(elements("{\"a\":1} {\"a\":2}", {"/a"}) ==
        Texts{"0@:1 1", "error: line 1: expected one JSON document, got more after its end"});
}

TEST_CASE("a member given twice is told of, and its last value stands") {
  CHECK(elements(R"([{"a":1,"b":[{"c":1,"c":2}],"a":3}])", {"/*"}) ==
        Texts{R"(0@0:1 {"a":3,"b":[{"c":2}]} /b/0/c)"});
}

TEST_CASE("what is not JSON is an error with its line") {
  CHECK(elements("", {""}) == Texts{"error: line 1: expected a JSON document, got nothing"});
  CHECK(elements(" \n ", {""}) == Texts{"error: line 2: expected a JSON document, got nothing"});
  CHECK(elements("[1,\n2", {"/*"}).back() ==
        "error: line 2: expected a JSON document in UTF-8, got its end");
  CHECK(elements("[1,\nnope]", {"/*"}).back() ==
        "error: line 2: expected a JSON document in UTF-8, got an error after \"no\"");
  CHECK(elements("[\"\xE9\"]", {"/*"}).back() ==
        "error: line 1: expected a JSON document in UTF-8, got bytes that are not UTF-8");
  CHECK(elements("[{\"a\": nope}]", {"/*"}).back() ==
        "error: line 1: expected a JSON document in UTF-8, got an error after \"[{\\\"a\\\": no\"");
  CHECK(elements("[1e999]", {"/*"}).size() == 1);
  CHECK(elements(std::string(100, '['), {"/*"}).back() ==
        "error: line 1: expected at most 64 levels of nesting, got more");
  CHECK(elements(std::string(100'000, '['), {"/nope"}).size() == 1);
}

// One limit a test: each takes long under sanitizers.
TEST_CASE("a text of over 16 MiB is an error with its line") {
  CHECK_THAT(elements("[\n\"" + std::string((16 << 20) + 1, 'x') + "\"]", {"/*"}).back(),
             Contains("line 2: expected a value of at most 16777216 bytes, got more"));
}

TEST_CASE("a name of over 16 MiB is an error with its line") {
  CHECK_THAT(elements("\n{\"" + std::string((16 << 20) + 1, 'x'), {"/a"}).back(),
             Contains("line 2: expected a value of at most 16777216 bytes, got more"));
}

TEST_CASE("a list of over 16 MiB is an error") {
  std::string many = "[[";
  while (many.size() < (17 << 20)) many += "\"0123456789\",";
  CHECK_THAT(elements(many, {"/*"}).back(), Contains("expected a value of at most"));
}

TEST_CASE("a NUL byte is no end: what is behind it is not lost") {
  using namespace std::string_literals;
  CHECK(elements("[1,\0 2]"s, {"/*"}) ==
        Texts{"0@0:1 1",
              "error: line 1: expected a JSON document in UTF-8, got a NUL byte after "
              "\"[1,\""});
  CHECK(elements("[1]\n\0[2]"s, {"/*"}, kSeveral) ==
        Texts{"0@0:1 1",
              "error: line 2: expected a JSON document in UTF-8, got a NUL byte after "
              "\"\""});
  CHECK(elements("[1]\0"s, {"/*"}).size() == 2);
  CHECK(elements("7\0 8"s, {""}, kSeveral).back().starts_with("error: line 1"));
  CHECK(elements("[\"a\0b\"]"s, {"/*"}).front().starts_with("error: line 1"));
  CHECK(client::json_paths_in("{\"a\":1,\0\"b\":2}"s, std::vector<std::string_view>{"/a", "/b"}) ==
        std::vector<bool>{true, false});
}

TEST_CASE("an error of the taker ends the reading") {
  const TempFile file("[1,2,3]");
  const std::vector<std::string_view> paths{"/*"};
  int taken = 0;
  const auto done = client::read_json_elements(file.path(), paths,
                                               [&taken](client::JsonElement&) -> Result<void> {
                                                 if (++taken == 2)
                                                   return fail(ErrorKind::kSystem, "full");
                                                 return {};
                                               });
  REQUIRE_FALSE(done);
  CHECK(done.error().message == "full");
  CHECK(taken == 2);
  CHECK_FALSE(client::read_json_elements("/nonexistent", paths,
                                         [](client::JsonElement&) -> Result<void> { return {}; }));
}

TEST_CASE("what Telegram Desktop writes is repaired") {
  int escapes = 0, paths = 0;
  const auto reading = telegram(escapes, paths);
  CHECK(elements(R"(["a\x07b","\\x07","\\\x1f","\u0041\x"])", {"/*"}, reading).size() == 4);
  CHECK(elements(R"(["a\x07b","\\x07","\\\x1f\"\x0A"])", {"/*"}, reading) ==
        Texts{R"(0@0:1 "a\u0007b")", R"(0@1:1 "\\x07")", R"(0@2:1 "\\\u001f\"\n")"});
  CHECK(escapes == 5);
  CHECK(elements("[{\"document_id\": video files/s (2).webm\r\n},{\"document_id\": a\\b,\n\"x\":1},"
                 "{\"document_id\": \"ok\"},{\"document_id\": null\n},{\"document_id\": 12}]",
                 {"/*/document_id"}, reading) == Texts{R"(0@0:1 "video files/s (2).webm")",
                                                       R"(0@1:2 "a\\b")", R"(0@2:3 "ok")",
                                                       "0@3:3 null", "0@4:4 12"});
  CHECK(paths == 2);
}

TEST_CASE("what is repaired may lie across the borders of what is read at once") {
  constexpr std::size_t kChunk = std::size_t{256} << 10;
  for (std::size_t before = kChunk - 60; before < kChunk + 4; ++before) {
    int escapes = 0, paths = 0;
    const std::string text = "[\"" + std::string(before - 4, 'x') +
                             "\",\"\\x07\",{\"document_id\": video files/s.webm\n},\"\\\\x07\"]";
    const auto out = elements(text, {"/*"}, telegram(escapes, paths));
    REQUIRE(out.size() == 4);
    CHECK(out[1] == R"(0@1:1 "\u0007")");
    CHECK(out[2] == R"(0@2:1 {"document_id":"video files/s.webm"})");
    CHECK(out[3] == R"(0@3:2 "\\x07")");
    CHECK((escapes == 1 && paths == 1));
  }
}

TEST_CASE("paths are found in a head that is cut off") {
  const std::string head = R"({"name":"A","messages":[{"id":1,"date)";
  CHECK(client::has_json_path(head, {"/messages/*/id"}));
  CHECK(client::has_json_path(head, {"/nope", "/messages/*"}));
  CHECK_FALSE(client::has_json_path(head, {"/messages/*/date", "/id", "/*"}));
  CHECK_FALSE(client::has_json_path("", {""}));
  CHECK_FALSE(client::has_json_path("nonsense", {"/a"}));
  const std::vector<std::string_view> paths{"/a", "/a/b", "/c"};
  CHECK(client::json_paths_in(R"({"a":{"b":1}} {"c":1})", paths) ==
        std::vector<bool>{true, true, false});
}

TEST_CASE("members of any type") {
  const json object{{"t", "x"},    {"n", 7},     {"f", 7.0},
                    {"g", 7.5},    {"s", "-7"},  {"big", 18446744073709551615ULL},
                    {"yes", true}, {"list", {1}}};
  CHECK(client::string_of(object, "t") == "x");
  CHECK(client::string_of(object, "n").empty());
  CHECK(client::string_of(json(7), "n").empty());
  CHECK(client::integer_of(object, "n") == 7);
  CHECK_FALSE(client::integer_of(object, "f"));
  CHECK_FALSE(client::integer_of(object, "big"));
  CHECK(client::loose_integer_of(object, "f") == 7);
  CHECK(client::loose_integer_of(object, "s") == -7);
  CHECK_FALSE(client::loose_integer_of(object, "g"));
  CHECK_FALSE(client::loose_integer_of(object, "t"));
  CHECK(client::id_of(object, "big") == "18446744073709551615");
  CHECK(client::id_of(object, "t") == "x");
  CHECK(client::id_of(object, "f").empty());
  CHECK(client::is_true(object, "yes"));
  CHECK_FALSE(client::is_true(object, "n"));
  CHECK(client::array_of(object, "list").size() == 1);
  CHECK(client::array_of(object, "t").empty());
  CHECK(client::member_of(object, "none").is_null());
}

TEST_CASE("media and several parts become ZIM's documents") {
  client::Media image;
  image.type = kImage;
  image.url = "https://m.example/a/b.png?x=/1#f";
  CHECK(client::media_part(image).type == kFile);
  image.width = 3;
  image.height = 4;
  image.size = 5;
  image.thumbnail = {"https://m.example/t", 1, 1};
  image.large = {"https://m.example/l", 0, 1};
  const client::MessagePart part = client::media_part(image);
  CHECK(part.type == kImage);
  const json document = json::parse(part.message);
  CHECK(document["FileName"] == "b.png");
  CHECK(document["Uid"].get<std::string>().size() == 16);
  CHECK(document["Origin"] == json{{"Url", image.url}, {"Width", 3}, {"Height", 4}});
  CHECK(document.contains("Thumbnail"));
  CHECK_FALSE(document.contains("LargeImage"));

  client::Media video{.type = kVideo,
                      .uid = "u",
                      .url = "https://m.example/",
                      .file_name = "",
                      .size = {},
                      .width = 1,
                      .height = 1,
                      .duration_s = 9,
                      .large = {},
                      .thumbnail = {}};
  CHECK(json::parse(client::media_part(video).message) ==
        json{{"Uid", "u"}, {"Url", video.url}, {"FileName", "file"}, {"MediaDuration", 9}});

  json record;
  client::put_parts({client::custom_part(7, "{}", std::string(63, 'x') + "\xC3\xA9")}, record);
  CHECK(record == json{{"MessageType", 200},
                       {"SubMsgType", 7},
                       {"Message", "{}"},
                       {"SearchedContent", std::string(63, 'x')}});
  record = {};
  client::put_parts(
      {client::text_part("hi"), client::media_part(video), client::custom_part(0, "{}", "")},
      record);
  CHECK(record["MessageType"] == 10);
  const json multi = json::parse(record["Message"].get<std::string>())["MultiMsg"];
  CHECK(multi[0] == json{{"MsgType", 1}, {"Msg", "hi"}});
  CHECK(multi[1] == json{{"MsgType", 14}, {"Msg", client::media_part(video).message}});
  CHECK(multi[2] == json{{"MsgType", 200}, {"SubMsgType", 0}, {"Msg", "{}"}});
  for (const auto& part_type : {record["MessageType"].get<std::int64_t>(), part.type}) {
    Findings findings;
    check_message(part_type, part_type == 10 ? record["Message"].get<std::string>() : part.message,
                  "/Message", default_profile(), findings);
    CHECK(findings.ok());
    CHECK(findings.warnings.empty());
  }
}

TEST_CASE("a medium's type, and where it can be fetched") {
  CHECK(client::media_type_of_mime("image/png") == kImage);
  CHECK(client::media_type_of_mime("application/pdf") == kFile);
  CHECK(client::media_type_of_name("a.b.JPG") == kImage);
  CHECK(client::media_type_of_name("voice.OGG") == kAudio);
  CHECK(client::media_type_of_name("jpg") == kFile);
  client::FormatOptions options{.profile = default_profile()};
  options.media["photos/"] = "https://m.example/p/";
  CHECK(*client::fetchable_url("/file", "photos/1.jpg", options) == "https://m.example/p/1.jpg");
  const auto no = client::fetchable_url("/file", "files/1", options);
  REQUIRE_FALSE(no);
  CHECK(no.error().pointer == "/file");
  CHECK_THAT(no.error().expected, Contains("--media-map"));
  CHECK(no.error().got == "\"files/1\"");
}

}  // namespace zimmock::test
