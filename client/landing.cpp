#include "client/landing.h"

#include <fmt/format.h>

#include "client/record_tag.h"
#include "client/verifier.h"
#include "contracts/api/message_body.h"

namespace zimmock {
namespace {

// A service may cut a time to the second.
constexpr std::int64_t kTimeSlackMs = 1000;

constexpr std::int64_t kLeastTimeMs = 1'000'000'000'000;  // 2001

// True for a list's item that has all that the message has.
bool is_alike(const QueryItem& item, const ImportPeerMsg& message) {
  const bool custom = message.message_type == kCustom;
  return item.is_empty == 0 && item.msg_type == message.message_type &&
         item.sender == message.from_user_id && item.msg_time_ms == message.send_time_ms &&
         (!custom || item.sub_msg_type == message.sub_msg_type) &&
         item.payload == message.extended_data &&
         same_returned_body(message.message_type,
                            returned_body(message.message_type, message.message), item.msg_body);
}

// How many of the lane's records before this one are like it. The Error is the source's.
Result<std::uint64_t> alike_before(const RunContext& context, const ImportKey& key,
                                   const ImportPeerMsg& message) {
  const MigrationPlan& plan = context.plan;
  std::uint64_t count = 0;
  for (std::uint32_t i = key.record; i-- > plan.conversations[key.lane.conversation].first;) {
    const PlannedRecord& earlier = plan.records[i];
    if (earlier.time_ms != message.send_time_ms) break;
    if (!plan.has(key.lane, earlier) || context.quarantine.has(key.lane, i)) continue;
    const auto other = plan.outgoing(context.source, key.lane, i);
    if (!other) return tl::unexpected(other.error());
    const bool alike = other->from_user_id == message.from_user_id &&
                       other->message_type == message.message_type &&
                       other->sub_msg_type == message.sub_msg_type &&
                       other->message == message.message &&
                       other->extended_data == message.extended_data;
    if (alike) ++count;
  }
  return count;
}

}  // namespace

bool is_time(std::int64_t time_ms) { return time_ms >= kLeastTimeMs; }

bool is_long_before(const QueryItem& item, std::int64_t time_ms) {
  return is_time(item.msg_time_ms) && item.msg_time_ms < time_ms - kTimeSlackMs;
}

Look look_for(const RunContext& context, ZimApi& api, CallSite& site, const ImportKey& key) {
  Look out;
  const auto message = context.plan.outgoing(context.source, key.lane, key.record);
  if (!message) {
    out.error = message.error();
    return out;
  }
  const std::string tag = context.plan.tagged ? tag_of(message->extended_data) : "";
  std::uint64_t to_pass = 0;
  if (tag.empty()) {
    const auto before = alike_before(context, key, *message);
    if (!before) {
      out.error = before.error();
      return out;
    }
    to_pass = *before;
  }
  const ListRead read = read_list(
      api, site, context.plan.viewer(key.lane), context.plan.peer(key.lane),
      [&](const QueryItem& item) -> Result<bool> {
        const bool is_it = tag.empty() ? is_alike(item, *message) : tag_of(item.payload) == tag;
        if (is_it && to_pass-- == 0) {
          out.landed = Landed{item.msg_id, item.msg_seq};
          return false;
        }
        const bool same_time = item.msg_time_ms == message->send_time_ms;
        if (item.is_empty != 0 && same_time && item.payload.empty()) {
          out.ambiguous =
              fmt::format("a deleted message of its time may be it, MsgId {}", item.msg_id);
        }
        return context.msg_time_is_arrival || !is_long_before(item, message->send_time_ms);
      });
  out.interrupted = read.interrupted;
  out.refused = read.refused;
  out.error = read.error;
  if (out.landed || out.refused || out.error || out.interrupted) out.ambiguous.reset();
  return out;
}

}  // namespace zimmock
