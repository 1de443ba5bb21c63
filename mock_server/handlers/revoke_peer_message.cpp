#include <fmt/format.h>

#include "contracts/api/operations/revoke_peer_message.h"
#include "contracts/api/text.h"
#include "mock_server/handlers/handlers.h"

namespace zimmock::mock {
namespace {

// In the order found, own, once, in time (assumed).
std::optional<Finding> check_recall(const Tenant& tenant, const MessageList* list,
                                    const StoredMessage* message, const RevokePeerMessage& request,
                                    std::int64_t now_ms, RuleSet& checked) {
  const ImportWindow window = tenant.import_window(now_ms);
  const std::string seq = std::to_string(request.msg_seq);
  checked.add(RuleId::kRevokeFound);
  if (message == nullptr || list->cleared(*message) ||
      message->msg_time_ms < window.now_ms - window.retention_ms) {
    return Finding{RuleId::kRevokeFound, "/MsgSeq", "a message in FromUserId's list", seq};
  }
  checked.add(RuleId::kRevokeOwn);
  if (message->sender != request.from_user_id) {
    return Finding{RuleId::kRevokeOwn, "/MsgSeq", "a message that FromUserId sent",
                   fmt::format("{}, sent by {}", seq, quote(message->sender))};
  }
  checked.add(RuleId::kRevokeOnce);
  if (message->recalled) {
    return Finding{RuleId::kRevokeOnce, "/MsgSeq", "a message that is not recalled", seq};
  }
  const std::int64_t recall_ms = tenant.profile().recall_window_s * kMillisPerSecond;
  const std::int64_t age_ms = window.now_ms - message->msg_time_ms;
  checked.add(RuleId::kRevokeWindow);
  if (age_ms > recall_ms) {
    return Finding{RuleId::kRevokeWindow, "/MsgSeq",
                   fmt::format("a message at most {} ms old", recall_ms),
                   fmt::format("{}, {} ms old", seq, age_ms)};
  }
  return std::nullopt;
}

}  // namespace

Reply handle_revoke_peer_message(Tenant& tenant, const nlohmann::json& body, std::int64_t now_ms) {
  const Profile& profile = tenant.profile();
  Checked<RevokePeerMessage> checked = check_revoke_peer_message(body, profile);
  if (auto refused = refusal_of(profile, checked.findings)) return *refused;

  const RevokePeerMessage& request = checked.value;
  Reply reply = reply_after(std::move(checked.findings));

  const std::lock_guard lock(tenant.mutex());
  if (auto unregistered =
          check_registered(tenant, request.from_user_id, request.to_user_id, reply.rules_checked)) {
    return std::move(reply).refused(profile, *unregistered);
  }
  const ListId id = ListId::of_user(request.from_user_id, request.to_user_id);
  MessageList* list = tenant.find_list(id);
  StoredMessage* message = list == nullptr ? nullptr : list->find(request.msg_seq);
  if (auto refused = check_recall(tenant, list, message, request, now_ms, reply.rules_checked)) {
    return std::move(reply).refused(profile, *refused);
  }
  if (profile.recall_reaches_receiver) {
    MessageList* others = tenant.find_list(id.mirrored());
    StoredMessage* copy = others == nullptr ? nullptr : others->find_copy(*message);
    if (copy != nullptr) copy->recalled = true;
  }
  message->recalled = true;
  return reply;
}

}  // namespace zimmock::mock
