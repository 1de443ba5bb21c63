#include "contracts/harness/har.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace zimmock;
using nlohmann::json;

namespace {

constexpr const char* kSignature = "43e5cfcca828314675f91b001390566a";

HarExchange exchange() {
  HarExchange out;
  out.started_ms = 1'790'000'000'123;
  out.duration_us = 4500;
  out.base_url = "https://zim-api.zego.im";
  out.request.method = "POST";
  out.request.target = std::string("/?Action=ImportPeerMsg&AppId=1&Signature=") + kSignature +
                       "&SignatureNonce=4fd24687296dd9f3";
  out.request.headers = {{"Content-Type", "application/json"},
                         {"authorization", "Bearer topsecret"},
                         {"Cookie", "a=b"}};
  out.request.body = R"({"FromUserId":"a"})";
  out.response =
      HttpResponse{200,
                   {{"Content-Type", "application/json"}, {"Set-Cookie", "id=very-secret"}},
                   R"({"MsgId":971503777289036701})"};
  return out;
}

std::string archive(const std::vector<HarExchange>& all) {
  std::string out = har_head("1.0");
  for (std::size_t i = 0; i < all.size(); ++i)
    out += (i == 0 ? "" : kHarBetween.data()) + har_entry(all[i]);
  return out + std::string(kHarTail);
}

HarTraffic read_traffic(const std::string& text) {
  const auto traffic = read_har(text, "x.har");
  REQUIRE(traffic);
  return *traffic;
}

json entry(const json& request, const json& response = nullptr) {
  return {{"startedDateTime", "2026-10-01T12:00:00.000Z"},
          {"request", request},
          {"response", response}};
}
HarTraffic read_entries(const std::vector<json>& entries) {
  return read_traffic(json{{"log", {{"entries", entries}}}}.dump());
}

json one_header(const char* name, const char* value) {
  return json::array({json{{"name", name}, {"value", value}}});
}

constexpr const char* kUrl = "https://zim-api-fra.zego.im/?Action=QueryPeerMsg#x";

}  // namespace

TEST_CASE("an archive is one JSON document after every entry, with what HAR 1.2 asks for") {
  for (std::size_t count = 0; count < 3; ++count) {
    const json document = json::parse(archive(std::vector<HarExchange>(count, exchange())));
    CHECK(document["log"]["version"] == "1.2");
    CHECK(document["log"]["creator"]["name"] == "zimmock");
    CHECK(document["log"]["entries"].size() == count);
  }
  const json one = json::parse(har_entry(exchange()));
  for (const char* name : {"startedDateTime", "time", "request", "response", "cache", "timings"}) {
    CHECK(one.contains(name));
  }
  for (const char* name : {"method", "url", "httpVersion", "cookies", "headers", "queryString",
                           "postData", "headersSize", "bodySize"}) {
    CHECK(one["request"].contains(name));
  }
  for (const char* name : {"status", "statusText", "httpVersion", "cookies", "headers", "content",
                           "redirectURL", "headersSize", "bodySize"}) {
    CHECK(one["response"].contains(name));
  }
  CHECK(one["startedDateTime"] == "2026-09-21T14:13:20.123Z");
  CHECK(one["time"] == 4.5);
  CHECK(har_entry(exchange()).find('\n') == std::string::npos);
}

TEST_CASE("secrets are taken out, wherever they stand") {
  HarExchange one = exchange();
  one.response->body =
      std::string("{\"echo\":\"") + kSignature + "\",\"secret\":\"the-server-secret\"}";
  one.request.headers.emplace_back("X-Debug", "the-server-secret");
  const std::string text = har_entry(one, {"the-server-secret"});
  for (const char* secret : {kSignature, "topsecret", "a=b", "very-secret", "the-server-secret"}) {
    CAPTURE(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(text.find("4fd24687296dd9f3") != std::string::npos);  // the nonce is judged, and no secret
  CHECK(json::parse(text)["request"]["url"] ==
        "https://zim-api.zego.im/"
        "?Action=ImportPeerMsg&AppId=1&Signature=***&SignatureNonce=4fd24687296dd9f3");
}

TEST_CASE("secrets are taken out of bodies too, and bodies without one are kept to the byte") {
  HarExchange one = exchange();
  const auto body_of = [](const HarExchange& from) {
    return json::parse(har_entry(from))["request"]["postData"]["text"].get<std::string>();
  };
  one.request.body = "{ \"FromUserId\" :\t\"a\" }";
  CHECK(body_of(one) == one.request.body);
  one.request.body =
      std::string(R"({"Signature":")") + kSignature + R"(","Token":"t","SignatureNonce":"n"})";
  CHECK(body_of(one) == R"({"Signature":"***","Token":"***","SignatureNonce":"n"})");
  one.request.body = std::string("AppId=1&%20signature=") + kSignature + "&x=1";
  CHECK(body_of(one) == "AppId=1&%20signature=***&x=1");
  one.request.body = "\xFF" + std::string(kSignature);
  CHECK(read_traffic(archive({one})).entries.front().exchange.request.body == "\xFF***");
}

TEST_CASE(
    "secrets are taken out of a query that is separated otherwise, and out of nested members") {
  HarExchange one = exchange();
  const std::string signature = kSignature;
  for (const std::string& target :
       {"/?Action=A;Signature=" + signature + ";AppId=1", "/?Action=A%26Signature%3D" + signature,
        "/?Action=A&Sign%61ture=" + signature, "/?Action=A&AppId=1:" + signature,
        "/Signature=" + signature + "/?Action=A"}) {
    CAPTURE(target);
    one.request.target = target;
    const std::string text = har_entry(one);
    CHECK(text.find(signature) == std::string::npos);
    CHECK(text.find("***") != std::string::npos);
  }
  one.request.body = R"([{"a":{"Signature":")" + signature + R"(","Token":7,"b":"c"}}])";
  CHECK(json::parse(har_entry(one))["request"]["postData"]["text"] ==
        R"([{"a":{"Signature":"***","Token":"***","b":"c"}}])");
}

TEST_CASE("what was written is read back, and its signature is known to be redacted") {
  HarExchange bytes = exchange();
  bytes.request.body = std::string("\x00\xFF\xFE", 3);
  bytes.response->body = "\xC3\x28";
  HarExchange unanswered = exchange();
  unanswered.response.reset();
  unanswered.error = "no connection";
  const HarTraffic traffic = read_traffic(archive({exchange(), bytes, unanswered}));
  CHECK(traffic.total == 3);
  CHECK(traffic.without_answer == 1);
  REQUIRE(traffic.entries.size() == 3);
  const RecordedExchange& one = traffic.entries[0].exchange;
  CHECK(traffic.entries[0].number == 1);
  CHECK(one.at_ms == 1'790'000'000'123);
  CHECK(one.request.method == "POST");
  CHECK(header(one.request.headers, "content-type") == "application/json");
  CHECK(one.request.body == exchange().request.body);
  CHECK(one.response->body == exchange().response->body);
  CHECK(one.response->status == 200);
  CHECK(is_redacted("***"));
  CHECK(query_parameters(one.request.target)[2] ==
        std::pair<std::string, std::string>{"Signature", "***"});
  CHECK(traffic.entries[1].exchange.request.body == bytes.request.body);
  CHECK(traffic.entries[1].exchange.response->body == bytes.response->body);
  CHECK_FALSE(traffic.entries[2].exchange.response);
}

TEST_CASE("an archive of another program") {
  const json content{
      {"text", "eyJDb2RlIjowfQ=="}, {"encoding", "base64"}, {"mimeType", "application/json"}};
  const json response{
      {"status", 200}, {"headers", one_header("content-encoding", "br")}, {"content", content}};
  const json request{{"method", "POST"},
                     {"url", kUrl},
                     {"headers", json::array({json{{"name", ":authority"}, {"value", "x"}},
                                              json{{"name", "X-A"}, {"value", "b"}}})},
                     {"postData", {{"mimeType", "application/json"}, {"text", "{}"}}}};
  const HarTraffic traffic = read_entries({entry(request, response)});
  REQUIRE(traffic.entries.size() == 1);
  const RecordedExchange& one = traffic.entries.front().exchange;
  CHECK(one.request.target == "/?Action=QueryPeerMsg");
  CHECK(one.request.headers == Headers{{"X-A", "b"}, {"Content-Type", "application/json"}});
  CHECK(one.response->body == "{\"Code\":0}");
  CHECK(one.response->headers == Headers{{"Content-Type", "application/json"}});
  CHECK(one.at_ms == 1'790'856'000'000);
}

TEST_CASE("a form that was recorded by fields is a form") {
  const json request{
      {"method", "POST"},
      {"url", kUrl},
      {"postData",
       {{"mimeType", "application/x-www-form-urlencoded"},
        {"params", {{{"name", "a b"}, {"value", "1&2"}}, {{"name", "c"}, {"value", ""}}}}}}};
  const HarTraffic traffic = read_entries({entry(request)});
  REQUIRE(traffic.entries.size() == 1);
  CHECK(traffic.entries.front().exchange.request.body == "a%20b=1%262&c=");
}

TEST_CASE("what is no call of this API, or not whole, is skipped and counted") {
  const json good{{"method", "POST"}, {"url", kUrl}, {"postData", {{"text", "{}"}}}};
  json elsewhere = good, no_url = good, no_method = good, no_body = good, not_base64 = good;
  elsewhere["url"] = "https://example.com/?x=1";
  no_url.erase("url");
  no_method.erase("method");
  no_body.erase("postData");
  no_body["bodySize"] = 5;
  not_base64["postData"] = {{"text", "%%%"}, {"encoding", "base64"}};
  const HarTraffic traffic =
      read_entries({entry(good), entry(elsewhere), entry(no_url), entry(no_method), entry(no_body),
                    entry(not_base64), 7, json::object()});
  CHECK(traffic.total == 8);
  CHECK(traffic.entries.size() == 1);
  CHECK(traffic.others == 1);
  CHECK(traffic.incomplete == 6);
  CHECK(traffic.without_answer == 1);
}

TEST_CASE("an answer whose text was not kept is not judged as an empty one") {
  const json request{{"method", "POST"}, {"url", kUrl}, {"postData", {{"text", "{}"}}}};
  const auto answer = [&](const json& content) {
    return read_entries({entry(request, {{"status", 200}, {"content", content}})})
        .entries.front()
        .exchange.response;
  };
  CHECK_FALSE(answer({{"size", 12}}));
  CHECK_FALSE(answer(nullptr));
  REQUIRE(answer({{"size", 0}}));
  CHECK(answer({{"size", 0}})->body.empty());
}

TEST_CASE("entries are judged in the order of their times") {
  json late = entry({{"method", "POST"}, {"url", kUrl}}), early = late;
  late["startedDateTime"] = "2026-10-01T12:00:00.002+00:00";
  early["startedDateTime"] = "2026-10-01T14:00:00.001+02:00";
  const HarTraffic traffic = read_entries({late, early});
  REQUIRE(traffic.entries.size() == 2);
  CHECK(traffic.entries[0].number == 2);
  early.erase("startedDateTime");
  CHECK(read_entries({late, early}).entries[0].number == 1);
}

TEST_CASE("what is no archive is an error that says where") {
  const auto message = [](const std::string& text) {
    const auto traffic = read_har(text, "x.har");
    REQUIRE_FALSE(traffic);
    CHECK(traffic.error().kind == ErrorKind::kInput);
    return traffic.error().message;
  };
  CHECK(message("") == "x.har: expected a HAR document, got nothing");
  CHECK_THAT(message("{\"log\":"),
             Catch::Matchers::StartsWith("x.har: expected a HAR document, got a document cut off"));
  CHECK(message("{}") == "x.har: /log/entries: expected an array, as in HAR 1.2, got nothing");
  CHECK(message(R"({"log":{"entries":7}})") ==
        "x.har: /log/entries: expected an array, as in HAR 1.2, got number 7");
  CHECK(read_har("\xEF\xBB\xBF{\"log\":{\"entries\":[]}}", "x")->total == 0);
}
