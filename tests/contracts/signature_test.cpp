#include "contracts/api/signature.h"

#include <set>

#include "tests/support/catch.h"

using namespace zimmock;

namespace {

// The vendor's published example.
constexpr std::string_view kApp = "12345", kNonce = "4fd24687296dd9f3",
                           kServerSecret = "9193cc662a4c0ec135ec71fb57194b38", kTime = "1615186943";

std::string diagnosis(std::string_view signature) {
  const auto found = diagnose_signature({kApp, kNonce, kServerSecret, kTime, signature});
  if (found) CHECK(found->find(kServerSecret) == std::string::npos);
  return found.value_or("nothing");
}

std::string md5_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return md5_hex(text);
}

bool says(const std::string& text, std::string_view words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("the vendor's vector") {
  CHECK(sign(kApp, kNonce, kServerSecret, kTime) == "43e5cfcca828314675f91b001390566a");
  CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_CASE("nonces are 16 lower-case hex characters, and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string nonce = make_nonce();
    REQUIRE(nonce.size() == 16);
    REQUIRE(nonce.find_first_not_of("0123456789abcdef") == std::string::npos);
    REQUIRE(seen.insert(nonce).second);
  }
}

TEST_CASE("the doctor names the mistake that reproduces the signature") {
  CHECK(says(diagnosis("43E5CFCCA828314675F91B001390566A"), "upper-case"));
  CHECK(says(diagnosis(md5_of({kApp, kNonce, kServerSecret, kTime, "000"})), "in milliseconds"));
  CHECK(says(diagnosis(md5_of({kApp, kNonce, kServerSecret, kTime, "737"})), "in milliseconds"));
  CHECK(says(diagnosis(md5_of({kApp, kNonce, kServerSecret, "1615195943"})), "shifted by +9000 s"));
  CHECK(says(diagnosis(md5_of({kApp, kNonce, kServerSecret, "1615177943"})), "shifted by -9000 s"));
  CHECK(
      says(diagnosis(md5_of({kApp, kNonce, kServerSecret, "1615158143"})), "shifted by -28800 s"));
  CHECK(says(diagnosis(md5_of({kApp, kServerSecret, kTime})), "the nonce is left out"));
  CHECK(says(diagnosis(md5_of({kApp, kNonce, kTime})), "the secret is left out"));
  CHECK(says(diagnosis(md5_of({kApp, kServerSecret, kNonce, kTime})),
             "secret and nonce are swapped"));
  CHECK(says(diagnosis(md5_of({kTime, kServerSecret, kNonce, kApp})),
             "Timestamp+Secret+Nonce+AppId"));
  CHECK(says(diagnosis(md5_of({"\"12345\"", kNonce, kServerSecret, kTime})), "AppId in quotes"));
  CHECK(says(diagnosis(md5_of({"3039", kNonce, kServerSecret, kTime})), "AppId in hex"));
  CHECK(says(diagnosis(md5_of({kApp, "4FD24687296DD9F3", kServerSecret, kTime})),
             "nonce in upper case"));
  CHECK(says(diagnosis(md5_of({kApp, "&", kNonce, "&", kServerSecret, "&", kTime})),
             "with \"&\" between"));
  CHECK(says(diagnosis(md5_of({kApp, kNonce, kServerSecret, kTime, "\n"})), "line break"));
}

// Digests made with sha256sum, sha1sum and openssl dgst -hmac.
TEST_CASE("the doctor knows other algorithms") {
  CHECK(says(diagnosis("ab80c71d95a7b49e2a59c16ba9c06cd7f3c9b7fcb0d0cd2ebba5fd42e2d7a47e"),
             "nothing"));
  CHECK(says(diagnosis("1b1108af8da6076f23e661d24b29be31756de8c580b3cf2bede249bb3b458e6c"),
             "SHA-256 over AppId+Nonce+Secret+Timestamp; MD5 is expected"));
  CHECK(says(diagnosis("d4365df9f04a18190bf9e53dbc45cc705f77db05"), "SHA-1"));
  CHECK(says(diagnosis("0b03a45c2cef8e6af83a2b87da8b0d57"), "HMAC-MD5 keyed with Secret"));
}

// Made with md5sum, sha1sum and base64.
TEST_CASE("the doctor reads a digest however it was written") {
  CHECK(says(diagnosis("43e5cfcca828314675f91b001390566a  -"),
             "the right signature, with what md5sum prints"));
  CHECK(says(diagnosis(md5_of({kApp, kServerSecret, kTime}) + "  -"),
             "the nonce is left out, with what md5sum"));
  CHECK(says(diagnosis("Q+XPzKgoMUZ1+RsAE5BWag=="),
             "the right signature, in base64; lower-case hex"));
  CHECK(says(diagnosis("Q-XPzKgoMUZ1-RsAE5BWag"), "the right signature, in base64"));
  CHECK(says(diagnosis("Q XPzKgoMUZ1 RsAE5BWag=="), "the right signature, in base64"));
  CHECK(says(diagnosis("NDNlNWNmY2NhODI4MzE0Njc1ZjkxYjAwMTM5MDU2NmE="), "in base64 of its hex"));
  CHECK(says(diagnosis("1DZd+fBKGBkL+eU9vEXMcF9322U="), "nothing"));
  CHECK(says(diagnosis("1DZd+fBKGBkL+eU9vEXMcF932wU="),
             "SHA-1 over AppId+Nonce+Secret+Timestamp; MD5 is expected, in base64"));
  CHECK(diagnosis("43e5cfcca828314675f91b001390566b  -") == "nothing");
}

TEST_CASE("the doctor does not guess") {
  CHECK(diagnosis(md5_hex("something else")) == "nothing");
  CHECK(diagnosis("") == "nothing");
  CHECK(diagnosis("zz") == "nothing");
}

TEST_CASE("a timestamp outside the window is explained") {
  constexpr std::int64_t kNow = 1615186943;
  CHECK(says(diagnose_timestamp(kNow * 1000, kNow), "milliseconds"));
  CHECK(says(diagnose_timestamp(kNow + 9000, kNow), "9000 s"));
  CHECK(says(diagnose_timestamp(kNow - 28800, kNow), "time zone"));
  CHECK(says(diagnose_timestamp(kNow + 601, kNow), "601 s ahead of"));
  CHECK(says(diagnose_timestamp(std::numeric_limits<std::int64_t>::min(), kNow), "behind"));
  CHECK(says(diagnose_timestamp(std::numeric_limits<std::int64_t>::max(), kNow), "ahead"));
}
