#pragma once

#include <cstdint>
#include <optional>

#include "contracts/api/operations/common_parameters.h"
#include "mock_server/handlers/reply.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::mock {

// The answer to a call that is refused before its operation looks at it. Where its common
// parameters cannot be read no tenant is known, and the profile is the default one.
Reply refuse_call(const Profile& profile, const Finding& refusal);

// What follows read_common_parameters: the signature's form, whether there is such a tenant, the
// timestamp's age, the signature itself, and what the profile says of the nonce. Nothing when the
// request is genuine (`tenant` is not null then); warnings are added to `parameters`. `now_ms` is
// the tenant's time.
std::optional<Finding> authenticate(Tenant* tenant, CommonParameters& parameters,
                                    std::int64_t now_ms);

}  // namespace zimmock::mock
