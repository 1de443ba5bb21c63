#include "mock_server/handlers/handlers.h"

#include "contracts/api/operations/clear_peer_message.h"

namespace zimmock::mock {

Reply handle_clear_peer_message(Tenant& tenant, const nlohmann::json& body,
                                std::int64_t /*now_ms*/) {
  const Profile& profile = tenant.profile();
  Checked<ClearPeerMessage> checked = check_clear_peer_message(body, profile);
  if (auto refused = refusal_of(profile, checked.findings)) return *refused;

  const ClearPeerMessage& request = checked.value;
  Reply reply = reply_after(std::move(checked.findings));

  const std::lock_guard lock(tenant.mutex());
  if (auto unregistered =
          check_registered(tenant, request.from_user_id, request.to_user_id, reply.rules_checked)) {
    return std::move(reply).refused(profile, *unregistered);
  }
  MessageList* list = tenant.find_list(ListId::of_user(request.from_user_id, request.to_user_id));
  if (list != nullptr) list->clear();
  return reply;
}

}  // namespace zimmock::mock
