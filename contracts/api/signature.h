#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contracts/api/clock.h"

namespace zimmock::inline contract {

inline constexpr std::string_view kSignatureVersion = "2.0";

// Lower-case hex MD5 of the bytes.
std::string md5_hex(std::string_view bytes);

// Lower-case hex SHA-256 of the bytes; what a known mistake signs with.
std::string sha256_hex(std::string_view bytes);

// The documented signature: lower-case hex MD5 over the four parts, joined with nothing between.
// All four as they stand in the query, in decimal. (docs/zim-api.md section 1, documented)
std::string sign(std::string_view app_id, std::string_view nonce, std::string_view server_secret,
                 std::string_view timestamp);

// 16 lower-case hex characters from 8 bytes of the system's cryptographic randomness.
std::string make_nonce();

// What a refused request gave to be judged by.
struct SignatureParts {
  std::string_view app_id;
  std::string_view nonce;
  std::string_view server_secret;
  std::string_view timestamp;
  std::string_view signature;  // the one that does not match
};

// The signature doctor: tries the mistakes known from real clients and, for the first that
// reproduces the signature sent, says which ("MD5 over AppId+Nonce+Secret+Timestamp in
// milliseconds"). Nothing when none does. The answer never contains the secret. About 2,000 hashes.
std::optional<std::string> diagnose_signature(const SignatureParts& parts);

// Says in words what is wrong with a Timestamp outside the window: milliseconds, a shift that known
// clients have (9000 s), a time zone, or just how far off. Seconds, all of them.
std::string diagnose_timestamp(std::int64_t timestamp, std::int64_t now);

}  // namespace zimmock::inline contract
