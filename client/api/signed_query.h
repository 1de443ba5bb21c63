#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace zimmock::client {

// What an App proves itself with. The secret is never sent and never printed.
struct Credentials {
  std::uint32_t app_id = 0;
  std::string server_secret;
};

// The documented Signature for these. `timestamp_s` is Unix seconds.
std::string signature_of(const Credentials& credentials, std::string_view nonce,
                         std::int64_t timestamp_s);

// "Action=...&AppId=...&SignatureNonce=...&Timestamp=...&Signature=...&SignatureVersion=2.0", the
// values percent-encoded. (docs/zim-api.md section 1, documented)
std::string signed_query(std::string_view action, const Credentials& credentials,
                         std::string_view nonce, std::int64_t timestamp_s);

}  // namespace zimmock::client
