#include <limits>
#include <optional>

#include <fmt/format.h>

#include "contracts/api/operations/query_peer_msg.h"
#include "contracts/api/returned_body.h"
#include "mock_server/handlers/handlers.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

json to_item(const StoredMessage& message, Emptied empty) {
  const MessageContent& content = message.content;
  json item{{"Sender", message.sender},
            {"MsgType", content.type},
            {"SubMsgType", content.sub_type},
            {"MsgBody", ""},
            {"MsgId", message.msg_id},
            {"MsgSeq", message.msg_seq},
            {"Payload", ""},
            {"MsgTime", message.msg_time_ms},
            {"IsEmpty", static_cast<int>(empty)}};
  if (empty == Emptied::kNo) {
    item["MsgBody"] = returned_body(content.type, content.body);
    item["Payload"] = content.extended_data;
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

// The Next of this list that `next` is a rounding of, or nothing. Below 2^62 a double is at most
// 512 off, and the 17 digits that clients print of it at most 512 more.
std::optional<std::int64_t> before_rounding(std::int64_t next, const CursorCodec& cursors,
                                            MessageList& list) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53, kFar = 1024;
  if (next <= kExact || next > std::numeric_limits<std::int64_t>::max() - kFar) return std::nullopt;
  for (std::int64_t near = next - kFar; near <= next + kFar; ++near) {
    const auto seq = cursors.decode(near);
    if (seq && list.find(*seq) != nullptr) return near;
  }
  return std::nullopt;
}

Finding unknown_next(std::int64_t next, std::optional<std::int64_t> meant) {
  std::string got = std::to_string(next);
  if (meant) {
    got += fmt::format(
        ", which is {} rounded: Next went through a double (the setting next_bits, at 53 or less, "
        "keeps it exact)",
        *meant);
  }
  return {RuleId::kQueryNext, "/Next", "0 or the Next that this list returned", std::move(got)};
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
  const CursorCodec cursors = tenant.cursors(request.list);

  const std::lock_guard lock(tenant.mutex());
  if (auto unregistered = check_registered(tenant, request.list.owner, request.list.peer,
                                           reply.rules_checked, RuleId::kQueryUserRegistered)) {
    return std::move(reply).refused(profile, *unregistered);
  }
  MessageList* list = tenant.find_list(request.list);
  std::int64_t after = 0;
  if (request.next != 0) {
    reply.rules_checked.add(RuleId::kQueryNext);
    after = cursors.decode(request.next).value_or(-1);
    if (list == nullptr || list->find(after) == nullptr) {
      const auto meant =
          list == nullptr ? std::nullopt : before_rounding(request.next, cursors, *list);
      return std::move(reply).refused(profile, unknown_next(request.next, meant));
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

}  // namespace zimmock::mock
