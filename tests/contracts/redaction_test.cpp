#include "contracts/api/redaction.h"

#include <fmt/format.h>

#include "contracts/api/text.h"
#include "tests/support/catch.h"

using namespace zimmock;

namespace {

constexpr const char* kHexSecret = "0123456789abcdef0123456789abcdef";

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  redact_secrets(text, secrets);
  return text;
}

}  // namespace

TEST_CASE("values of secret names are redacted however a query is separated") {
  const std::string s = kHexSecret;
  struct Row {
    std::string text, redacted;
  };
  const Row rows[] = {
      {"/?Action=A&Signature=" + s + "&AppId=1", "/?Action=A&Signature=***&AppId=1"},
      {"/?Action=A;Signature=" + s + ";AppId=1", "/?Action=A;Signature=***;AppId=1"},
      {"A;AppId=1;Signature=" + s, "A;AppId=1;Signature=***"},
      {"/?Action=A;Sign%61ture=" + s, "/?Action=A;Sign%61ture=***"},
      {"/?Action=A%26Signature%3D" + s + "%26AppId=1", "/?Action=A%26Signature%3D***%26AppId=1"},
      {"/?Action=A%3bsignature=%30" + s, "/?Action=A%3bsignature=***"},
      {"/?Action=A?Signature=" + s, "/?Action=A?Signature=***"},
      {"/?Action=A,Signature=" + s, "/?Action=A,Signature=***"},
      {"/?Action=A\n  Signature = " + s, "/?Action=A\n  Signature = ***"},
      {"Signature: '" + s, "Signature: '***"},
      {"{\"Signature\": \"" + s, "{\"Signature\": \"***"},
      {"/?ServerSecret=" + s + "&access_token=x", "/?ServerSecret=***&access_token=***"},
      {"/?Authorization=Bearer+" + s, "/?Authorization=***"},
      {"/?AppId=12345:" + s + "&x=1", "/?AppId=***&x=1"},
      {"/?AppId=" + s, "/?AppId=***"},
  };
  for (const auto& [text, redacted] : rows) {
    CAPTURE(text);
    CHECK(redact_named(text) == redacted);
  }
  std::vector<std::string> found;
  redact_named("a=1;Signature=%30abc;b=2", &found);
  CHECK(found == std::vector<std::string>{"%30abc", "0abc"});
}

TEST_CASE("what is no secret is kept to the byte") {
  for (const std::string text :
       {"", "QueryPeerMsg",
        "/?Action=A&AppId=12345&SignatureNonce=4fd24687296dd9f3&SignatureVersion=2.0",
        "/?AppId=%2212345%22", "/?AppId=12345%0A%20%20%20%20", "/?AppId=NaN",
        "2021-03-08T07:02:23Z", "100%", "%", "%zz=1", "a=%4", "Signature", "/?Signature=&AppId=1",
        "a+b=c+d", "\xFF=\xC3\x28"}) {
    CAPTURE(text);
    CHECK(redact_named(text) == text);
  }
}

TEST_CASE("a secret is redacted wherever it stands, escaped or cut off") {
  const std::string secret = kHexSecret;
  CHECK(without_secrets("a " + secret + " b " + secret, {secret}) == "a *** b ***");
  CHECK(without_secrets(quote("123456789 123456789 123456789 123456789 " + secret), {secret}) ==
        "\"123456789 123456789 123456789 123456789 ***...\" (72 bytes)");
  CHECK(without_secrets("0123456", {secret}) == "0123456");
  CHECK(without_secrets("nonce 0123456789ABCDEF0123456789ABCDEF", {secret}) == "nonce ***");
  std::string encoded, twice;
  for (const char c : secret) encoded += fmt::format("%{:02x}", static_cast<int>(c));
  for (const char c : encoded) twice += c == '%' ? "%25" : std::string(1, c);
  for (const std::string& text : {encoded, twice, "a=" + twice})
    CHECK(without_secrets(text, {secret}) == "***");
  CHECK(without_secrets("100%25 sure", {secret}) == "100%25 sure");
  const std::string odd = "\"top\"\\secret/\xC3\xA9+=";
  for (const std::string& text : {odd, quote(odd), ascii_line(odd)}) {
    CAPTURE(text);
    const std::string redacted = without_secrets(text, {odd});
    CHECK(redacted.find("secret") == std::string::npos);
    CHECK(redacted.find("***") != std::string::npos);
  }
  CHECK(without_secrets("short", {"short"}) == "***");
  CHECK(without_secrets("a short text", {"short", ""}) == "a short text");
}

TEST_CASE("an AppId is shown if it is a number") {
  CHECK(shown_app_id("") == "");
  CHECK(shown_app_id("12345") == "12345");
  CHECK(shown_app_id("12345:abc") == "***");
  CHECK(shown_app_id(" 12345") == "***");
  CHECK(quote_unless_secret("NaN") == "\"NaN\"");
  CHECK(quote_unless_secret("\"1234567890\" ") == R"("\"1234567890\" ")");
  CHECK(quote_unless_secret(kHexSecret) == "32 bytes, which are not shown: they may be a secret");
}
