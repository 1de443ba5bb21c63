#include <fmt/format.h>

#include "contracts/api/codes.h"
#include "contracts/api/operations/user_register.h"
#include "contracts/api/text.h"
#include "mock_server/handlers/handlers.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

// Stores the user, or says why not.
std::optional<Finding> store(Tenant& tenant, const CheckedUser& checked, RuleSet& rules_checked) {
  rules_checked |= checked.findings.checked;
  if (!checked.findings.ok()) return checked.findings.refusals.front();
  rules_checked.add(RuleId::kRegisterNew);
  if (tenant.add_user(checked.user)) return std::nullopt;
  return Finding{RuleId::kRegisterNew, "/UserInfo", "a user that is not registered yet",
                 quote(checked.user.user_id)};
}

}  // namespace

Reply handle_user_register(Tenant& tenant, const json& body, std::int64_t /*now_ms*/) {
  const Profile& profile = tenant.profile();
  CheckedRegister checked = check_user_register(body, profile);
  if (auto refused = refusal_of(profile, checked.findings)) return *refused;

  Reply reply = reply_after(std::move(checked.findings));
  json errors = json::array();
  std::optional<Finding> first;
  {
    const std::lock_guard lock(tenant.mutex());
    for (const CheckedUser& one : checked.users) {
      const auto failed = store(tenant, one, reply.rules_checked);
      for (const Finding& warning : one.findings.warnings) reply.warnings.push_back(warning);
      if (!failed) continue;
      const std::int64_t code = profile.code(failed->rule_id);
      errors.push_back(
          {{"UserId", one.user.user_id}, {"SubCode", code}, {"SubMessage", code_meaning(code)}});
      if (!first) first = failed;
    }
  }
  // All fail: the documents say "the relevant code"; the first one's, where they differ (assumed).
  if (first && errors.size() == checked.users.size()) {
    reply.code = profile.code(first->rule_id);
    reply.refusal = first;
  } else if (first) {
    reply.warnings.push_back(*first);
  }
  reply.members["ErrorList"] = std::move(errors);
  return reply;
}

}  // namespace zimmock::mock
