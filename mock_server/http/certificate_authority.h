#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "contracts/api/result.h"

namespace zimmock::mock {

struct CertificateAndKey {
  std::string certificate_pem;
  std::string key_pem;
};

// A new certificate authority with a random name and key. It is name-constrained to zego.im and all
// below it, localhost and the loopback addresses: even if its key were stolen, nothing else could
// be signed with it. (RFC 5280 writes "zego.im", without a dot, for a name and everything below it;
// Java refuses the form with the dot.) `now_ms`: Unix milliseconds; valid from a day before for ten
// years.
Result<CertificateAndKey> make_ca(std::int64_t now_ms);

// A server certificate for localhost, the loopback addresses and the vendor's hosts, signed by
// `ca`, valid from a day before `now_ms` for 90 days.
Result<CertificateAndKey> make_leaf(const CertificateAndKey& ca, std::int64_t now_ms);

}  // namespace zimmock::mock
