#include <cmath>

#include <fmt/format.h>

#include "contracts/api/returned_body.h"
#include "mock_server/handlers/handlers.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

json to_item(const StoredMessage& message, Emptied empty) {
  json item{{"Sender", message.sender},
            {"MsgType", message.type},
            {"SubMsgType", message.sub_type},
            {"MsgBody", ""},
            {"MsgId", message.msg_id},
            {"MsgSeq", message.msg_seq},
            {"Payload", ""},
            {"MsgTime", message.msg_time_ms},
            {"IsEmpty", static_cast<int>(empty)}};
  if (empty == Emptied::kNo) {
    item["MsgBody"] = returned_body(message.type, message.message);
    item["Payload"] = message.extended_data;
  }
  return item;
}

// Pages after the first may be shorter than asked for: a client has to go by Next alone.
std::size_t page_size(const Profile& profile, const QueryPeerMsg& request) {
  const auto limit = static_cast<std::size_t>(request.limit);
  if (!profile.short_pages || request.next == 0 || limit < 2) return limit;
  const std::uint64_t draw = mix(static_cast<std::uint64_t>(request.next));
  return draw % 3 == 0 ? limit - 1 - (draw >> 8) % (limit / 2) : limit;
}

// True for a value that has gone through a double: above 2^53 all of them are even.
bool looks_rounded(std::int64_t next) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  return next > kExact && static_cast<std::int64_t>(static_cast<double>(next)) == next;
}

Finding unknown_next(std::int64_t next) {
  return {
      RuleId::kQueryNext, "/Next", "0 or the Next that this list returned",
      fmt::format("{}{}", next,
                  looks_rounded(next) ? ", which looks rounded: Next went through a double" : "")};
}

}  // namespace

Reply handle_query_peer_msg(Tenant& tenant, const json& body, std::int64_t now_ms) {
  const Profile& profile = tenant.profile();
  Checked<QueryPeerMsg> checked = check_query_peer_msg(body, profile);
  if (auto refused = refusal_of(profile, checked.findings)) return *refused;

  const QueryPeerMsg& request = checked.value;
  const ImportWindow window = tenant.import_window(now_ms);
  Reply reply = reply_after(std::move(checked.findings));
  reply.members["List"] = json::array();
  reply.members["Next"] = 0;
  const CursorCodec cursors = tenant.cursors(request.viewer, request.peer);

  const std::lock_guard lock(tenant.mutex());
  if (auto unregistered = check_registered(tenant, request.viewer, request.peer,
                                           reply.rules_checked, RuleId::kQueryUserRegistered)) {
    return std::move(reply).refused(profile, *unregistered);
  }
  MessageList* list = tenant.find_list(request.viewer, request.peer);
  std::int64_t after = 0;
  if (request.next != 0) {
    reply.rules_checked.add(RuleId::kQueryNext);
    after = cursors.decode(request.next).value_or(-1);
    if (list == nullptr || list->find(after) == nullptr) {
      return std::move(reply).refused(profile, unknown_next(request.next));
    }
  }
  if (list == nullptr) return reply;
  const MessageList::Page page = list->page(after, page_size(profile, request));
  for (const StoredMessage* message : page.messages) {
    const Emptied empty = list->emptied(*message, window.now_ms - window.retention_ms);
    if (empty == Emptied::kNo || request.with_empty)
      reply.members["List"].push_back(to_item(*message, empty));
  }
  if (page.more) reply.members["Next"] = cursors.encode(page.messages.back()->msg_seq);
  return reply;
}

}  // namespace zimmock
