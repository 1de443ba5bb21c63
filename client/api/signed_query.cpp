#include "client/api/signed_query.h"

#include <fmt/format.h>

#include "contracts/api/http.h"
#include "contracts/api/signature.h"

namespace zimmock::client {

std::string signature_of(const Credentials& credentials, std::string_view nonce,
                         std::int64_t timestamp_s) {
  return sign(std::to_string(credentials.app_id), nonce, credentials.server_secret,
              std::to_string(timestamp_s));
}

std::string signed_query(std::string_view action, const Credentials& credentials,
                         std::string_view nonce, std::int64_t timestamp_s) {
  return fmt::format(
      "Action={}&AppId={}&SignatureNonce={}&Timestamp={}&Signature={}&SignatureVersion={}",
      url_encode(action), credentials.app_id, url_encode(nonce), timestamp_s,
      signature_of(credentials, nonce, timestamp_s), kSignatureVersion);
}

}  // namespace zimmock::client
