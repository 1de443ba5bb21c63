#include "contracts/api/message_body.h"

#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/http.h"
#include "contracts/api/returned_body.h"
#include "tests/support/catch.h"

using namespace zimmock;
using nlohmann::json;

namespace {

json image() {
  return {{"Uid", "u"},
          {"Origin", {{"Url", "https://a/o"}, {"Width", 4}, {"Height", 3}}},
          {"LargeImage", {{"Url", "https://a/l"}, {"Width", 2}, {"Height", 1}}},
          {"FileName", "f.png"},
          {"Size", 77}};
}

Findings check(std::int64_t type, const std::string& message) {
  Findings findings;
  check_message(type, message, "/M", default_profile(), findings);
  return findings;
}

std::vector<std::string> pointers(const Findings& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings.refusals) out.push_back(finding.pointer);
  return out;
}

json returned(std::int64_t type, const json& document) {
  return json::parse(url_decode(returned_body(type, document.dump())));
}

}  // namespace

TEST_CASE("the longest message fits, one byte more does not") {
  const std::string euro = "\xE2\x82\xAC";
  std::string text;
  while (text.size() + euro.size() <= 2048) text += euro;
  text += "ab";
  REQUIRE(text.size() == 2048);
  CHECK(check(kText, text).ok());
  CHECK(check(kText, text + "c").refusals.at(0).rule_id == RuleId::kMessageLength);
  CHECK(check(kCustom, std::string(2049, 'a')).refusals.at(0).rule_id == RuleId::kMessageLength);
  CHECK(check(kText, "").refusals.at(0).rule_id == RuleId::kMessageNotEmpty);
}

TEST_CASE("every finding of an inner document has its pointer") {
  json document = image();
  document["Origin"].erase("Width");
  document["LargeImage"]["Url"] = std::string(501, 'u');
  document["FileName"] = std::string(151, 'f');
  document["Size"] = "77";
  document["Sise"] = 77;
  const Findings findings = check(kImage, document.dump());
  CHECK(pointers(findings) ==
        std::vector<std::string>{"/M/Origin/Width", "/M/LargeImage/Url", "/M/FileName", "/M/Size"});
  REQUIRE(findings.warnings.size() == 1);
  CHECK(findings.warnings[0].got == "\"Sise\"; did you mean Size?");
}

TEST_CASE("an image's other sizes may lack members") {
  for (const json& picture : {json::object(), json{{"Url", "https://a/l"}}, json{{"Height", 1}}}) {
    json document = image();
    document["LargeImage"] = document["Thumbnail"] = picture;
    CHECK(check(kImage, document.dump()).ok());
  }
  json document = image();
  document["LargeImage"] = {{"Url", "https://a/l"}, {"Height", 1}};
  const json back = json::parse(url_decode(returned_body(kImage, document.dump())));
  CHECK(back.at("large_image_download_url") == "https://a/l");
  CHECK(back.at("large_image_height") == 1);
  CHECK_FALSE(back.contains("large_image_width"));
  document["LargeImage"] = {{"Width", "1"}};
  CHECK(pointers(check(kImage, document.dump())) ==
        std::vector<std::string>{"/M/LargeImage/Width"});
  document["LargeImage"] = {{"Width", 1.0}};
  CHECK(check(kImage, document.dump()).ok());
}

TEST_CASE("an inner document at its limits is accepted") {
  json document = image();
  document["Origin"]["Url"] = std::string(500, 'u');
  document["FileName"] = std::string(150, 'f');
  CHECK(check(kImage, document.dump()).ok());
}

TEST_CASE("what is no document is refused as such") {
  for (const char* text : {"x", "[]", "\"s\"", "{", R"({"Uid":"a","Uid":"b"})"}) {
    CAPTURE(text);
    CHECK(check(kFile, text).refusals.at(0).rule_id == RuleId::kMediaIsJson);
  }
}

TEST_CASE("a video's thumbnail has a size") {
  json video{{"Uid", "u"}, {"Url", "https://a"}, {"FileName", "v.mp4"}, {"MediaDuration", 9}};
  CHECK(check(kVideo, video.dump()).ok());
  video["Thumbnail"] = {{"Url", "https://t"}, {"Width", 1}, {"Height", 0}};
  CHECK(check(kVideo, video.dump()).refusals.at(0).rule_id == RuleId::kMediaThumbnailSize);
}

TEST_CASE("a multi-item message has 1 to 20 items of the allowed types") {
  const json text{{"MsgType", 1}, {"Msg", "t"}};
  const auto multi = [](const json& items) { return json{{"MultiMsg", items}}.dump(); };
  CHECK(check(kMulti, multi(json::array())).refusals.at(0).rule_id == RuleId::kMultiCount);
  CHECK(check(kMulti, multi(json(std::vector<json>(20, text)))).ok());
  CHECK(check(kMulti, multi(json(std::vector<json>(21, text)))).refusals.at(0).rule_id ==
        RuleId::kMultiCount);
  CHECK(check(kMulti, multi({{{"MsgType", 10}, {"Msg", "t"}}})).refusals.at(0).rule_id ==
        RuleId::kMultiType);
  CHECK(check(kMulti, multi({{{"MsgType", 200}, {"Msg", "t"}}})).refusals.at(0).rule_id ==
        RuleId::kImportSubMsgTypeNeeded);
  CHECK(pointers(check(kMulti, multi({text, {{"MsgType", 11}, {"Msg", "{}"}}}))).at(0) ==
        "/M/MultiMsg/1/Msg/Uid");
}

TEST_CASE("an image comes back in the query's names") {
  CHECK(returned(kImage, image()) == json{{"md5", ""},
                                          {"file_name", "f.png"},
                                          {"file_size", "77"},
                                          {"download_url", "https://a/o"},
                                          {"origin_image_width", 4},
                                          {"origin_image_height", 3},
                                          {"large_image_download_url", "https://a/l"},
                                          {"large_image_width", 2},
                                          {"large_image_height", 1}});
}

TEST_CASE("a video and a multi-item message come back in the query's names") {
  const json video{
      {"Uid", "u"},          {"Url", "https://v"},
      {"FileName", "v"},     {"Size", 5},
      {"MediaDuration", 12}, {"Thumbnail", {{"Url", "https://t"}, {"Width", 1}, {"Height", 2}}}};
  const json flat{{"md5", ""},
                  {"file_name", "v"},
                  {"file_size", "5"},
                  {"download_url", "https://v"},
                  {"media_duration", "12"},
                  {"video_first_frame_download_url", "https://t"},
                  {"video_first_frame_width", 1},
                  {"video_first_frame_height", 2}};
  CHECK(returned(kVideo, video) == flat);
  const json multi{{"MultiMsg",
                    {{{"MsgType", 1}, {"Msg", "t"}},
                     {{"MsgType", 200}, {"SubMsgType", 7}, {"Msg", "c"}},
                     {{"MsgType", 14}, {"Msg", video.dump()}}}}};
  const json back = returned(kMulti, multi).at("multi_msg");
  CHECK(back.at(0) == json{{"msg_type", 1}, {"callback_content", "t"}});
  CHECK(back.at(1) == json{{"msg_type", 200}, {"sub_msg_type", 7}, {"callback_content", "c"}});
  CHECK(json::parse(back.at(2).at("callback_content").get<std::string>()) == flat);
}

TEST_CASE("a message is known by what a service does not fill in or change") {
  const auto body = [](const json& document) { return url_encode(document.dump()); };
  const json sent{{"md5", ""},
                  {"file_name", "a b.png"},
                  {"file_size", "0"},
                  {"download_url", "https://a/o"},
                  {"origin_image_width", 4}};
  json filled{{"md5", "0cc1"},           {"file_name", "a b.png"},
              {"file_size", "77"},       {"download_url", "https://cdn/x"},
              {"origin_image_width", 5}, {"thumbnail_width", 1}};
  const std::string identity = body_identity(kImage, body(sent));
  CHECK(identity == body_identity(kImage, body(filled)));
  CHECK(identity == body_identity(kImage, "%7B%22file_name%22:%22a+b.png%22%7D"));
  filled["file_name"] = "other.png";
  CHECK(identity != body_identity(kImage, body(filled)));
  CHECK(body_identity(kFile, "rubbish") == "rubbish");
  CHECK(body_identity(kFile, "%7B%7D") == "%7B%7D");
  CHECK(body_identity(kText, "a+b") == "a+b");

  const auto item = [](std::int64_t type, const json& sub_type, const json& content) {
    return json{{"msg_type", type}, {"sub_msg_type", sub_type}, {"callback_content", content}};
  };
  const auto multi = [&](const json& items) {
    return body_identity(kMulti, body({{"multi_msg", items}}));
  };
  const json as_sent{item(1, 0, "t"), item(200, 7, "c"), item(kImage, 0, sent.dump())};
  filled["file_name"] = "a b.png";
  CHECK(multi(as_sent) ==
        multi({item(1, nullptr, "t"), item(200, 7, "c"), item(kImage, 0, filled)}));
  CHECK(multi(as_sent) != multi({item(1, 0, "t"), item(200, 8, "c"), item(kImage, 0, filled)}));
  CHECK(multi(as_sent) != multi({item(1, 0, "u"), item(200, 7, "c"), item(kImage, 0, filled)}));
  CHECK(multi(as_sent) != multi({item(200, 7, "c"), item(1, 0, "t"), item(kImage, 0, filled)}));
}

TEST_CASE("returned bodies are compared by what they say") {
  const std::string text = R"({"a":"x y+z"})";
  CHECK(same_returned_body(kImage, url_encode(text), "%7B%22a%22%3A%22x+y%2Bz%22%7D"));
  CHECK(same_returned_body(kImage, url_encode(text), url_encode(R"( {"a" : "x y+z"} )")));
  CHECK_FALSE(same_returned_body(kImage, url_encode(text), url_encode(R"({"a":"x y z"})")));
  CHECK_FALSE(same_returned_body(kImage, url_encode(text), "rubbish"));
  CHECK_FALSE(same_returned_body(kText, "a+b", "a b"));
  CHECK(same_returned_body(kText, "a%20b", "a%20b"));
  CHECK_FALSE(same_returned_body(kText, "a%20b", "a b"));
}

TEST_CASE("a body is the message that was sent if what the import determines is the same") {
  const auto returned_with = [](const json& changes) {
    json document = returned(kImage, image());
    for (const auto& [name, value] : changes.items()) {
      if (value.is_null()) document.erase(name);
      if (!value.is_null()) document[name] = value;
    }
    return compare_returned_body(kImage, image().dump(), url_encode(document.dump()));
  };
  const auto notes = [](std::initializer_list<BodyNote> those) {
    std::bitset<kBodyNoteCount> out;
    for (const BodyNote one : those) out.set(static_cast<std::size_t>(one));
    return out;
  };
  BodyComparison body = returned_with(json::object());
  CHECK(body.differences.empty());
  CHECK(body.notes.none());
  CHECK(body.urls.size() == 2);
  CHECK(body.urls_unchanged());

  body = returned_with({{"md5", "0cc1"}, {"file_size", nullptr}, {"origin_image_width", 9}});
  CHECK(body.differences.empty());
  CHECK(body.notes == notes({BodyNote::kMd5, BodyNote::kFileSize, BodyNote::kDimensions}));
  CHECK(returned_with({{"md5", nullptr}}).notes.none());
  CHECK(returned_with({{"width_of_mine", 1}}).notes == notes({BodyNote::kOtherMembers}));
  CHECK(returned_with({{"width_of_mine", 0}}).notes.none());

  body = returned_with({{"file_name", "g.png"}, {"download_url", 7}});
  REQUIRE(body.differences.size() == 2);
  CHECK(body.differences[0].pointer == "/download_url");
  CHECK(body.differences[0].expected == "\"https://a/o\"");
  CHECK(body.differences[1].pointer == "/file_name");
  CHECK(body.differences[1].got == "\"g.png\"");
  body = returned_with({{"large_image_download_url", "https://b/l"}});
  CHECK(body.differences.empty());
  CHECK_FALSE(body.urls_unchanged());

  CHECK(compare_returned_body(kImage, image().dump(), "rubbish").differences.at(0).pointer == "");
  CHECK(compare_returned_body(kText, "a", "a").differences.empty());
  CHECK(compare_returned_body(kText, "a", "b").differences.size() == 1);
}

TEST_CASE("the items of a multi-item message are compared one by one") {
  const json multi{{"MultiMsg",
                    {{{"MsgType", 1}, {"Msg", "0"}},
                     {{"MsgType", 200}, {"SubMsgType", 0}, {"Msg", "c"}},
                     {{"MsgType", 11}, {"Msg", image().dump()}}}}};
  const auto compared = [&](const std::function<void(json&)>& change) {
    json document = returned(kMulti, multi);
    change(document["multi_msg"]);
    const std::string got = url_encode(document.dump());
    std::string out;
    for (const BodyDifference& one : compare_returned_body(kMulti, multi.dump(), got).differences)
      out += one.pointer + " ";
    return out;
  };
  CHECK(compared([](json&) {}) == "");
  CHECK(compared([](json& items) { items[1].erase("sub_msg_type"); }) == "");
  CHECK(compared([](json& items) { items[0]["sub_msg_type"] = 7; }) == "");
  CHECK(compared([](json& items) { items[1]["sub_msg_type"] = 7; }) ==
        "/multi_msg/1/sub_msg_type ");
  CHECK(compared([](json& items) { items[0]["callback_content"] = ""; }) ==
        "/multi_msg/0/callback_content ");
  CHECK(compared([](json& items) {
          items[2]["callback_content"] =
              json::parse(items[2]["callback_content"].get<std::string>());
        }) == "");
  CHECK(compared([](json& items) { items[2]["msg_type"] = 12; }) == "/multi_msg/2/msg_type ");
  CHECK(compared([](json& items) { items.erase(0); }) == "/multi_msg ");
}
