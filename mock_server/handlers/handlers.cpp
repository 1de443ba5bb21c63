#include "mock_server/handlers/handlers.h"

#include <iterator>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::mock {
namespace {

constexpr Handler kHandlers[] = {
#define EMULATED(name, file) handle_##file,
#include "contracts/api/operations/operations.inc"
};
static_assert(std::size(kHandlers) == kEmulatedOperations);

}  // namespace

Handler handler_of(OperationId operation) { return kHandlers[static_cast<std::size_t>(operation)]; }

std::optional<Reply> refusal_of(const Profile& profile, const Findings& findings) {
  if (findings.ok()) return std::nullopt;
  Reply reply = Reply::refuse(profile, findings.refusals.front());
  reply.warnings = findings.warnings;
  reply.rules_checked = findings.checked;
  return reply;
}

Reply reply_after(Findings&& findings) {
  Reply reply;
  reply.warnings = std::move(findings.warnings);
  reply.rules_checked = findings.checked;
  return reply;
}

std::optional<Finding> check_registered(const Tenant& tenant, const std::string& from,
                                        const std::string& to, RuleSet& checked, RuleId from_rule) {
  constexpr std::string_view kExpected = "a user that UserRegister has registered";
  checked.add(from_rule);
  if (!tenant.has_user(from)) {
    return Finding{from_rule, "/FromUserId", std::string(kExpected), quote(from)};
  }
  checked.add(RuleId::kReceiverRegistered);
  if (!tenant.has_user(to)) {
    return Finding{RuleId::kReceiverRegistered, "/ToUserId", std::string(kExpected), quote(to)};
  }
  return std::nullopt;
}

}  // namespace zimmock::mock
