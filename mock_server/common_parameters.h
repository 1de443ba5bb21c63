#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contracts/api/actions.h"
#include "contracts/api/http.h"
#include "mock_server/reply.h"
#include "mock_server/tenant.h"

namespace zimmock {

// The six parameters of every call, in the form they were sent.
struct CommonParameters {
  std::string action_name;
  const Action* action = nullptr;
  std::string app_id_text;
  std::uint32_t app_id = 0;
  std::string nonce;
  std::string timestamp_text;
  std::int64_t timestamp = 0;  // seconds
  std::string signature;
  std::vector<Finding> warnings;  // unknown and repeated parameters
  RuleSet checked;                // each rule as it is looked at, up to the refusal
};

// Reads and checks the query in the order of zim-contract.md section 1 (assumed): Action, AppId,
// Timestamp, SignatureNonce, SignatureVersion, Signature, each present and well-formed (the
// signature's form comes in authenticate(), which can explain it). What could be read is in `seen`,
// also when the call is refused; its code is the registry's then, as no tenant is known yet.
std::optional<Reply> read_common_parameters(const HttpRequest& request, CommonParameters& seen);

// Then: the signature's form, whether there is such a tenant, the timestamp's age, the signature
// itself, and what the profile says of the nonce. Nothing when the request is genuine (`tenant` is
// not null then); warnings are added to `parameters`. `now_ms` is the tenant's time.
std::optional<Finding> authenticate(Tenant* tenant, CommonParameters& parameters,
                                    std::int64_t now_ms);

}  // namespace zimmock
