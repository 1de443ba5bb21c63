#include "contracts/harness/answer_check.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/message_body.h"
#include "contracts/api/returned_body.h"
#include "tests/support/catch.h"

using namespace zimmock;
using nlohmann::json;

namespace {

HttpResponse http(const std::string& body, const std::string& type = "application/json") {
  HttpResponse response;
  if (!type.empty()) response.headers.emplace_back("content-type", type);
  response.body = body;
  return response;
}

json success(const json& more = json::object()) {
  json answer{{"Code", 0}, {"Message", "success"}, {"RequestId", "343649807833778782"}};
  answer.update(more);
  return answer;
}

json item(std::int64_t time_ms = 1000) {
  return {{"Sender", "alice"},
          {"MsgType", 1},
          {"SubMsgType", 0},
          {"MsgBody", "hi"},
          {"MsgId", 971503777289036700},
          {"MsgSeq", 1},
          {"Payload", ""},
          {"MsgTime", time_ms},
          {"IsEmpty", 0}};
}

json page(std::vector<json> items) { return success({{"List", json(items)}, {"Next", 0}}); }

json item_with(const char* name, const json& value) {
  json out = item();
  out[name] = value;
  return out;
}

json media_item(std::int64_t type, const std::string& message) {
  json out = item_with("MsgType", type);
  out["MsgBody"] = returned_body(type, message);
  return out;
}

constexpr const char* kImageMessage =
    R"({"Uid":"u","FileName":"a.png","Size":7,"Origin":{"Url":"https://x/a","Width":1,"Height":2}})";
constexpr const char* kAudioMessage =
    R"({"Uid":"u","FileName":"a.mp3","Url":"https://x/a","MediaDuration":3})";
constexpr const char* kMultiMessage =
    R"({"MultiMsg":[{"MsgType":1,"Msg":"{\"Uid\":1}"},{"MsgType":12,"Msg":"{\"Uid\":\"u\",\"FileName\":\"f\",\"Url\":\"https://x/f\"}"}]})";

AnswerCheck check(std::string_view action, const json& answer) {
  return check_answer(action, http(answer.dump()));
}

// The one finding's line.
std::string only(const AnswerCheck& result) {
  for (const Finding& finding : result.findings) UNSCOPED_INFO(finding.line());
  REQUIRE(result.findings.size() == 1);
  CHECK(result.checked.contains(result.findings.front().rule_id));
  return result.findings.front().line();
}

}  // namespace

TEST_CASE("a good answer breaks nothing, and what it was held against is named") {
  const auto result = check("ClearPeerMessage", success());
  CHECK(result.findings.empty());
  CHECK(result.usable);
  RuleSet always;
  for (const RuleId id : {RuleId::kAnswerStatus, RuleId::kAnswerIsJson, RuleId::kAnswerCode,
                          RuleId::kAnswerMessage, RuleId::kAnswerRequestId}) {
    always.add(id);
  }
  CHECK(result.checked == always);
}

TEST_CASE("an answer that is no JSON object is not usable, and only its form is judged") {
  for (const char* body : {"", "<html>404</html>", "[]", "{\"Code\":0}x", "7"}) {
    CAPTURE(body);
    const auto result = check_answer("ImportPeerMsg", http(body));
    CHECK_THAT(only(result),
               Catch::Matchers::StartsWith("answer.is-json: expected one JSON object"));
    CHECK_FALSE(result.usable);
    CHECK(result.checked.size() == 2);
  }
}

TEST_CASE("a byte order mark before an answer is a finding; the answer is usable") {
  const auto result = check_answer("", http("\xEF\xBB\xBF" + success().dump()));
  CHECK(only(result) ==
        "answer.is-json: expected one JSON object, got a byte order mark before it");
  CHECK(result.usable);
}

TEST_CASE("the Content-Type of an answer counts, its parameters do not") {
  CHECK(
      check_answer("", http(success().dump(), "Application/JSON; charset=utf-8")).findings.empty());
  CHECK(only(check_answer("", http(success().dump(), "text/html"))) ==
        "answer.is-json: Content-Type: expected application/json, got \"text/html\"");
  CHECK(only(check_answer("", http(success().dump(), ""))) ==
        "answer.is-json: Content-Type: expected application/json, got nothing");
}

TEST_CASE("a status other than 200 is told, and the rest judged all the same") {
  HttpResponse response = http(success({{"Code", 660000002}, {"Message", "no"}}).dump());
  response.status = 400;
  const auto result = check_answer("", response);
  CHECK(only(result) == "answer.http-status: expected HTTP 200, got HTTP 400");
  CHECK(result.usable);
}

TEST_CASE("Code is an integer of the vendor's tables") {
  const auto with = [](const json& code) {
    return check("", success({{"Code", code}, {"Message", ""}}));
  };
  CHECK(with(660000002).findings.empty());
  CHECK(only(with(12)) == "answer.code: /Code: expected a code of the vendor's tables, got 12");
  CHECK(with(12).usable);
  CHECK(only(with("0")) == "answer.code: /Code: expected an integer, got string \"0\"");
  CHECK(only(with(0.0)) == "answer.code: /Code: expected an integer, got number 0.0");
  CHECK_FALSE(with(0.0).usable);
  CHECK(only(with(18446744073709551615ULL)) ==
        "answer.code: /Code: expected an integer, got number 18446744073709551615");
}

TEST_CASE("Message and RequestId are strings, and say what they must") {
  CHECK(only(check("", success({{"Message", "OK"}}))) ==
        "answer.message: /Message: expected \"success\" with Code 0, got string \"OK\"");
  CHECK(only(check("", success({{"Message", nullptr}}))) ==
        "answer.message: /Message: expected a string, got null");
  for (const json& id : {json(7), json(""), json("12a"), json("-1")}) {
    CAPTURE(id.dump());
    CHECK_THAT(only(check("", success({{"RequestId", id}}))),
               Catch::Matchers::StartsWith(
                   "answer.request-id: /RequestId: expected a string of decimal digits, got "));
  }
}

TEST_CASE("an import's answer has its ids, in two types") {
  CHECK(check("ImportPeerMsg", success({{"MsgId", "971503777289036700"}, {"MsgSeq", 1}}))
            .findings.empty());
  CHECK(only(check("ImportPeerMsg", success({{"MsgId", 971503777289036700}, {"MsgSeq", 1}}))) ==
        "import.answer-ids: /MsgId: expected a string of decimal digits, got number "
        "971503777289036700");
  CHECK(only(check("ImportPeerMsg", success({{"MsgId", "1"}, {"MsgSeq", "1"}}))) ==
        "import.answer-ids: /MsgSeq: expected an integer, got string \"1\"");
  const auto refused = check("ImportPeerMsg", success({{"Code", 660000002}, {"Message", "no"}}));
  CHECK(refused.findings.empty());
  CHECK_FALSE(refused.checked.contains(RuleId::kImportIds));
}

TEST_CASE("a registration's failures are listed in their form, by the rule of the outcome") {
  const json good{{"UserId", "u"}, {"SubCode", 660700002}, {"SubMessage", "user already exists"}};
  const auto with = [&](std::int64_t code, const json& errors) {
    return check("UserRegister", success({{"Code", code},
                                          {"Message", code == 0 ? "success" : "no"},
                                          {"ErrorList", errors}}));
  };
  CHECK(with(0, json::array({good})).findings.empty());
  CHECK(with(0, json::array({good})).checked.contains(RuleId::kRegisterPartial));
  CHECK(with(660700002, json::array({good})).checked.contains(RuleId::kRegisterAllFail));
  CHECK(only(with(0, nullptr)) ==
        "register.partial-success: /ErrorList: expected an array, got null");
  json bad = good;
  bad["SubCode"] = "660700002";
  CHECK(only(with(0, json::array({good, bad}))) ==
        "register.partial-success: /ErrorList/1/SubCode: expected an integer that is not 0, got "
        "string \"660700002\"");
  bad = good;
  bad.erase("SubMessage");
  CHECK(only(with(660700002, json::array({bad}))) ==
        "register.all-fail: /ErrorList/0/SubMessage: expected a string, got nothing");
  bad = good;
  bad["UserId"] = 7;
  CHECK(only(with(660700002, json::array({bad}))) ==
        "register.all-fail: /ErrorList/0/UserId: expected a string, got number 7");
  CHECK_FALSE(check("UserRegister", success()).checked.contains(RuleId::kRegisterPartial));
}

TEST_CASE("every member of an item is there, of its type") {
  CHECK(check("QueryPeerMsg", page({item()})).findings.empty());
  const json whole = item();
  for (const auto& [name, value] : whole.items()) {
    CAPTURE(name);
    json without = item();
    without.erase(name);
    CHECK_THAT(only(check("QueryPeerMsg", page({item(), without}))),
               Catch::Matchers::StartsWith("query.item-members: /List/1/" + name + ": expected ") &&
                   Catch::Matchers::EndsWith("got nothing"));
    const json other = value.is_string() ? json(7) : json("7");
    CHECK_THAT(only(check("QueryPeerMsg", page({item_with(name.c_str(), other)}))),
               Catch::Matchers::StartsWith("query.item-members: /List/0/" + name + ": expected "));
  }
  CHECK(only(check("QueryPeerMsg", page({item_with("IsEmpty", 3)}))) ==
        "query.item-members: /List/0/IsEmpty: expected 0, 1 or 2, got number 3");
}

TEST_CASE("a MsgId that went through a double is no integer any more") {
  std::string body = page({item()}).dump();
  body.replace(body.find("971503777289036700"), 18, "9.715037772890367e17");
  CHECK_THAT(only(check_answer("QueryPeerMsg", http(body))),
             Catch::Matchers::StartsWith("query.item-members: /List/0/MsgId: expected an integer"));
}

TEST_CASE("the misspelling of IsEmpty is named") {
  json misspelt = item();
  misspelt["IsEempy"] = misspelt["IsEmpty"];
  misspelt.erase("IsEmpty");
  CHECK(only(check("QueryPeerMsg", page({misspelt}))) ==
        "query.item-members: /List/0/IsEmpty: expected 0, 1 or 2, got nothing, but IsEempy, as one "
        "sample of the vendor misspells it");
}

TEST_CASE("a page has a List and a Next; of an empty one no item is judged") {
  const auto empty = check("QueryPeerMsg", page({}));
  CHECK(empty.findings.empty());
  CHECK_FALSE(empty.checked.contains(RuleId::kQueryItem));
  CHECK_FALSE(empty.checked.contains(RuleId::kQueryNewestFirst));
  CHECK(only(check("QueryPeerMsg", success({{"Next", 0}}))) ==
        "query.empty-conversation: /List: expected an array, got nothing");
  CHECK(only(check("QueryPeerMsg", success({{"Next", 0}, {"List", "[]"}}))) ==
        "query.item-members: /List: expected an array, got string \"[]\"");
  CHECK(only(check("QueryPeerMsg", success({{"List", json::array()}, {"Next", "0"}}))) ==
        "query.empty-conversation: /Next: expected an integer, got string \"0\"");
  CHECK(only(check("QueryPeerMsg", success({{"List", std::vector<json>{item()}}}))) ==
        "query.pages-complete: /Next: expected an integer, got nothing");
}

TEST_CASE("a page is newest first; equal times are in order") {
  CHECK(check("QueryPeerMsg", page({item(2), item(2), item(1)})).findings.empty());
  CHECK(
      check("QueryPeerMsg", page({item(2), item(1)})).checked.contains(RuleId::kQueryNewestFirst));
  CHECK_FALSE(check("QueryPeerMsg", page({item(2)})).checked.contains(RuleId::kQueryNewestFirst));
  CHECK(only(check("QueryPeerMsg", page({item(2), item(1), item(3)}))) ==
        "query.newest-first: /List/2/MsgTime: expected at most 1, as the item before, got 3");
}

TEST_CASE("media bodies are URL-encoded JSON in the vendor's names") {
  const auto good = check(
      "QueryPeerMsg", page({media_item(kImage, kImageMessage), media_item(kAudio, kAudioMessage),
                            media_item(kMulti, kMultiMessage)}));
  CHECK(good.findings.empty());
  CHECK(good.checked.contains(RuleId::kQueryMedia));
  const auto with_body = [](std::int64_t type, const std::string& body) {
    json bad = item_with("MsgType", type);
    bad["MsgBody"] = body;
    return check("QueryPeerMsg", page({bad}));
  };
  CHECK_THAT(only(with_body(kImage, R"({"md5":""})")),
             Catch::Matchers::StartsWith("query.media-url-encoded: /List/0/MsgBody: expected "
                                         "URL-encoded JSON, got text that is not URL-encoded"));
  CHECK_THAT(only(with_body(kFile, "%5B%5D")),
             Catch::Matchers::StartsWith("query.media-url-encoded: /List/0/MsgBody: expected a "
                                         "URL-encoded JSON object"));
  CHECK(only(with_body(
            kFile, url_encode(R"({"md5":"","file_name":"f","file_size":7,"download_url":""})"))) ==
        "query.media-url-encoded: /List/0/MsgBody/file_size: expected a string, got number 7");
  CHECK(
      only(with_body(
          kAudio, url_encode(R"({"md5":"","file_name":"f","file_size":"7","download_url":""})"))) ==
      "query.media-url-encoded: /List/0/MsgBody/media_duration: expected a string, got nothing");
  CHECK(only(with_body(kMulti, url_encode(R"({"multi_msg":[{"msg_type":1}]})"))) ==
        "query.media-url-encoded: /List/0/MsgBody/multi_msg/0/callback_content: expected a string "
        "or an object, got nothing");
  const auto item_of = [&](const char* type, const char* more) {
    return with_body(
        kMulti, url_encode(fmt::format(R"({{"multi_msg":[{{"msg_type":{}{}}}]}})", type, more)));
  };
  CHECK(item_of("1", R"(,"callback_content":"t")").findings.empty());
  CHECK(item_of("12", R"(,"callback_content":{"file_name":"f"})").findings.empty());
  CHECK(item_of("200", R"(,"callback_content":"t","sub_msg_type":0)").findings.empty());
  CHECK(only(item_of("200", R"(,"callback_content":"t")")) ==
        "query.media-url-encoded: /List/0/MsgBody/multi_msg/0/sub_msg_type: expected an integer, "
        "got nothing");
  CHECK_THAT(only(item_of("12", R"(,"callback_content":{"Uid":"u"})")),
             Catch::Matchers::StartsWith("query.not-returned"));
  json emptied = item_with("MsgType", 11);
  emptied["MsgBody"] = "";
  emptied["IsEmpty"] = 2;
  const auto gone = check("QueryPeerMsg", page({emptied}));
  CHECK(gone.findings.empty());
  CHECK_FALSE(gone.checked.contains(RuleId::kQueryMedia));
}

TEST_CASE("what is not returned is found in items and in their documents, not in users' texts") {
  CHECK(only(check("QueryPeerMsg", page({item_with("Priority", 2)}))) ==
        "query.not-returned: /List/0/Priority: expected nothing, got number 2");
  CHECK(only(check("QueryPeerMsg", page({item_with("SearchedContent", "x")}))) ==
        "query.not-returned: /List/0/SearchedContent: expected nothing, got string \"x\"");
  CHECK(check("QueryPeerMsg", page({item_with("MsgBody", R"({"Uid":"u"})")})).findings.empty());
  const auto add_uid = [](json& document) { document["Uid"] = "u"; };
  json document{{"md5", ""}, {"file_name", "f"}, {"file_size", "7"}, {"download_url", ""}};
  add_uid(document);
  json bad = item_with("MsgType", 12);
  bad["MsgBody"] = url_encode(document.dump());
  CHECK(only(check("QueryPeerMsg", page({bad}))) ==
        "query.not-returned: /List/0/MsgBody/Uid: expected nothing, got string \"u\"");
  const json multi{
      {"multi_msg",
       {{{"msg_type", 12}, {"sub_msg_type", 0}, {"callback_content", document.dump()}}}}};
  bad["MsgType"] = 10;
  bad["MsgBody"] = url_encode(multi.dump());
  CHECK(
      only(check("QueryPeerMsg", page({bad}))) ==
      "query.not-returned: /List/0/MsgBody/multi_msg/0/callback_content/Uid: expected nothing, got "
      "string \"u\"");
}

TEST_CASE("a hostile depth inside a media body is refused, not followed") {
  json bad = item_with("MsgType", 12);
  bad["MsgBody"] = url_encode("{\"a\":") + std::string(200'000, '[');
  CHECK(check("QueryPeerMsg", page({bad})).findings.size() == 1);
}

TEST_CASE("what is 0 or empty may be left out where zeros says so") {
  json entry = item();
  entry.erase("SubMsgType");
  entry.erase("IsEmpty");
  const auto with = [](ZeroValues zeros) {
    Profile profile;
    profile.zeros = zeros;
    return profile;
  };
  const auto findings = [&](const json& members, ZeroValues zeros) {
    return check_answer("QueryPeerMsg", http(success(members).dump()), with(zeros)).findings.size();
  };
  const json absent{{"List", {entry}}}, null{{"List", nullptr}, {"Next", 0}};
  CHECK(findings(absent, ZeroValues::kSent) > 0);
  CHECK(findings(absent, ZeroValues::kAbsent) == 0);
  CHECK(findings(json::object(), ZeroValues::kAbsent) == 0);
  CHECK(findings(json::object(), ZeroValues::kNull) > 0);
  CHECK(findings(null, ZeroValues::kSent) > 0);
  CHECK(findings(null, ZeroValues::kNull) == 0);
  entry.erase("MsgSeq");
  CHECK(findings({{"List", {entry}}}, ZeroValues::kAbsent) > 0);
  const auto registered = [&](ZeroValues zeros) {
    const json members{{"ErrorList", nullptr}};
    return check_answer("UserRegister", http(success(members).dump()), with(zeros)).findings.size();
  };
  CHECK(registered(ZeroValues::kSent) > 0);
  CHECK(registered(ZeroValues::kNull) == 0);
}
