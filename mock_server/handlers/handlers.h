#pragma once

#include <nlohmann/json.hpp>

#include "contracts/api/operations/operation.h"
#include "mock_server/handlers/reply.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::mock {

// One operation: `body` is the request's JSON object, `now_ms` the tenant's time at which the
// request is judged. Checks without the tenant's lock, acts with it, and either applies the call as
// a whole or not at all. Thread-safe.
using Handler = Reply (*)(Tenant& tenant, const nlohmann::json& body, std::int64_t now_ms);

// The handler of an operation. `operation` must be one of the emulated.
Handler handler_of(OperationId operation);

#define EMULATED(name, file) \
  Reply handle_##file(Tenant& tenant, const nlohmann::json& body, std::int64_t now_ms);
#include "contracts/api/operations/operations.inc"

// The first finding that refuses the call, as a Reply that also has the warnings and the rules that
// were checked; nothing if the call may go on, with reply_after().
std::optional<Reply> refusal_of(const Profile& profile, const Findings& findings);

// A Reply that goes on from what the check found out: its warnings, and the rules it looked at.
Reply reply_after(Findings&& findings);

// A refusal if one of the two is not registered; with the tenant's lock held. What was looked at is
// added to `checked`.
std::optional<Finding> check_registered(const Tenant& tenant, const std::string& from,
                                        const std::string& to, RuleSet& checked,
                                        RuleId from_rule = RuleId::kSenderRegistered);

}  // namespace zimmock::mock
