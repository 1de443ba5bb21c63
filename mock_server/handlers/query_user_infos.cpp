#include <set>

#include "contracts/api/text.h"
#include "mock_server/handlers/handlers.h"

namespace zimmock::mock {

Reply handle_query_user_infos(Tenant& tenant, const nlohmann::json& body, std::int64_t now_ms) {
  const Profile& profile = tenant.profile();
  const Operation& row = operation(OperationId::kQueryUserInfos);
  CheckedCall checked = row.check(body, profile, tenant.import_window(now_ms));
  if (auto refused = refusal_of(profile, checked.findings)) return *refused;

  Reply reply = reply_after(std::move(checked.findings));
  reply.rules_checked.add(RuleId::kUserInfosRegistered);
  nlohmann::json found = nlohmann::json::array(), errors = nlohmann::json::array();
  std::optional<Finding> first;
  std::set<std::string> seen;  // an id given twice counts once
  const std::lock_guard lock(tenant.mutex());
  for (const CheckedEntry& entry : checked.entries) {
    if (!seen.insert(entry.user_id).second) continue;
    const auto user = tenant.users().find(entry.user_id);
    if (user != tenant.users().end()) {
      found.push_back({{"UserId", entry.user_id},
                       {"UserName", user->second.user_name},
                       {"UserAvatar", user->second.user_avatar},
                       {"Extra", ""}});
      continue;
    }
    errors.push_back(
        {{"UserId", entry.user_id}, {"SubCode", profile.code(RuleId::kUserInfosRegistered)}});
    if (!first) {
      first = Finding{RuleId::kUserInfosRegistered, "/UserIds", "a registered user",
                      quote(entry.user_id)};
    }
  }
  if (first && found.empty()) {
    reply.code = profile.code(first->rule_id);
    reply.refusal = first;
  } else if (first) {
    reply.warnings.push_back(*first);
  }
  reply.members["Result"] = std::move(found);
  reply.members["ErrorList"] = std::move(errors);
  return reply;
}

}  // namespace zimmock::mock
