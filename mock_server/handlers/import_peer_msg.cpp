#include <fmt/format.h>

#include "contracts/api/operations/import_peer_msg.h"
#include "contracts/api/text.h"
#include "mock_server/handlers/handlers.h"

namespace zimmock::mock {
namespace {

StoredMessage to_stored(const Message& message, const Profile& profile, std::int64_t now_ms) {
  StoredMessage out;
  out.sender = message.from_user_id;
  out.content = message.content;
  const bool arrival = profile.msg_time_is_arrival || message.send_time_ms == 0;
  out.msg_time_ms = arrival ? now_ms : message.send_time_ms;
  return out;
}

}  // namespace

Reply handle_import_peer_msg(Tenant& tenant, const nlohmann::json& body, std::int64_t now_ms) {
  const Profile& profile = tenant.profile();
  const ImportWindow window = tenant.import_window(now_ms);
  Checked<ImportPeerMsg> checked = check_import_peer_msg(body, profile, window);
  if (auto refused = refusal_of(profile, checked.findings)) return *refused;

  const ImportPeerMsg& request = checked.value;
  Reply reply = reply_after(std::move(checked.findings));
  StoredMessage message = to_stored(request.message, profile, window.now_ms);

  const std::lock_guard lock(tenant.mutex());
  if (auto unregistered = check_registered(tenant, request.message.from_user_id,
                                           request.message.to_user_id, reply.rules_checked)) {
    return std::move(reply).refused(profile, *unregistered);
  }
  MessageList& list = tenant.list(request.list());
  reply.rules_checked.add(RuleId::kImportOrder);
  if (message.msg_time_ms < list.newest_time_ms()) {
    Finding late{RuleId::kImportOrder, "/SendMessageTime",
                 fmt::format("at least {}, the newest in this list", list.newest_time_ms()),
                 std::to_string(message.msg_time_ms)};
    if (profile.refuse_out_of_order_import) return std::move(reply).refused(profile, late);
    reply.warnings.push_back(std::move(late));
  }
  message.msg_id = tenant.next_msg_id();
  const StoredMessage& stored = list.append(std::move(message));
  reply.members["MsgId"] = std::to_string(stored.msg_id);
  reply.members["MsgSeq"] = stored.msg_seq;
  return reply;
}

}  // namespace zimmock::mock
