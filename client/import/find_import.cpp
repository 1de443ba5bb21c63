#include "client/import/find_import.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/api/list_reader.h"
#include "client/plan/message_identity.h"
#include "client/plan/record_tag.h"

namespace zimmock::client {
namespace {

// A service may cut a time to the second.
constexpr std::int64_t kTimeSlackMs = 1000;

constexpr std::int64_t kLeastTimeMs = 1'000'000'000'000;  // 2001

// True if their times do not tell the two apart.
bool is_one_time(const RunContext& context, std::int64_t a_ms, std::int64_t b_ms) {
  return context.profile.msg_time_is_arrival || a_ms == b_ms;
}

// An import without a tag, looked for in its list by its identity.
class UntaggedImport {
 public:
  enum class Match { kNo, kYes, kPerhaps };

  // The Error is the source's.
  static Result<UntaggedImport> make(const RunContext& context, const ImportKey& key,
                                     const Message& message) {
    UntaggedImport out(context, message);
    const MigrationPlan& plan = context.plan;
    for (std::uint32_t i = key.record; i-- > plan.conversation(key.lane).first;) {
      const PlannedRecord& earlier = plan.records[i];
      if (!is_one_time(context, earlier.time_ms, message.send_time_ms)) break;
      if (!plan.has(key.lane, earlier) || context.quarantine.has(key.lane, i)) continue;
      const auto other = plan.outgoing(context.source, key.lane, i);
      if (!other) return tl::unexpected(other.error());
      if (message_identity(*other) != out.identity_) continue;
      if (is_same_body(message, *other)) {
        ++out.to_pass_;
      } else {
        out.others_.push_back({*other, earlier.place.line});
      }
    }
    return out;
  }

  // The next item of the list. Yes, once the list has more messages equal to it than were sent
  // before it: which of equal ones is found does not matter. Never more than perhaps where MsgTime
  // does not tell it from an equal one that somebody else wrote.
  Match match(const QueryItem& item) {
    if (item.is_empty != 0 || !is_one_time(context_, item.msg_time_ms, message_.send_time_ms) ||
        message_identity(item) != identity_)
      return Match::kNo;
    if (!others_.empty() && !is_same_body(message_, item)) {
      const bool is_own = is_given_back(message_, item) && !is_others(is_same_body, item);
      if (is_own == is_others(is_given_back, item)) return Match::kPerhaps;
      if (!is_own) return Match::kNo;
    }
    if (to_pass_-- != 0) return Match::kNo;
    return context_.profile.msg_time_is_arrival ? Match::kPerhaps : Match::kYes;
  }

  std::string why_perhaps(const QueryItem& item) const {
    if (others_.empty()) {
      return fmt::format(
          "MsgId {} is equal to it, and may be somebody else's: without a tag and with MsgTime as "
          "the time of arrival nothing tells",
          item.msg_id);
    }
    return fmt::format(
        "MsgId {} has its time, sender and file name, and may be it or line {}: without a tag "
        "nothing else tells",
        item.msg_id, others_.front().line);
  }

 private:
  // Sent before it, of its identity and with another body.
  struct Other {
    Message message;
    std::uint32_t line;
  };

  using BodyTest = bool(const Message& sent, const QueryItem& item);

  bool is_others(BodyTest is_body_of, const QueryItem& item) const {
    return std::any_of(others_.begin(), others_.end(),
                       [&](const Other& other) { return is_body_of(other.message, item); });
  }

  UntaggedImport(const RunContext& context, const Message& message)
      : context_(context), message_(message), identity_(message_identity(message)) {}

  const RunContext& context_;
  const Message& message_;
  std::string identity_;
  std::int64_t to_pass_ = 0;  // equal ones that were sent before it
  std::vector<Other> others_;
};

}  // namespace

bool is_time(std::int64_t time_ms) { return time_ms >= kLeastTimeMs; }

bool is_long_before(const QueryItem& item, std::int64_t time_ms) {
  return is_time(item.msg_time_ms) && item.msg_time_ms < time_ms - kTimeSlackMs;
}

Look find_import(const RunContext& context, ZimApi& api, CallSite& site, const ImportKey& key) {
  Look out;
  const auto message = context.plan.outgoing(context.source, key.lane, key.record);
  if (!message) {
    out.error = message.error();
    return out;
  }
  const std::string tag = context.plan.tagged ? tag_of(message->content.extended_data) : "";
  std::optional<UntaggedImport> untagged;
  if (tag.empty()) {
    auto made = UntaggedImport::make(context, key, *message);
    if (!made) {
      out.error = made.error();
      return out;
    }
    untagged.emplace(*std::move(made));
  }
  using Match = UntaggedImport::Match;
  const ListRead read = read_list(
      api, site, context.plan.list_id(key.lane), [&](const QueryItem& item) -> Result<bool> {
        const Match match = untagged                      ? untagged->match(item)
                            : tag_of(item.payload) == tag ? Match::kYes
                                                          : Match::kNo;
        if (match == Match::kYes) {
          out.landed = Landed{item.msg_id, item.msg_seq};
          return false;
        }
        if (match == Match::kPerhaps) out.ambiguous = untagged->why_perhaps(item);
        const bool same_time = item.msg_time_ms == message->send_time_ms;
        if (item.is_empty != 0 && same_time && item.payload.empty()) {
          out.ambiguous =
              fmt::format("a deleted message of its time may be it, MsgId {}", item.msg_id);
        }
        return context.profile.msg_time_is_arrival || !is_long_before(item, message->send_time_ms);
      });
  out.interrupted = read.interrupted;
  out.refused = read.refused;
  out.error = read.error;
  if (out.landed || out.refused || out.error || out.interrupted) out.ambiguous.reset();
  return out;
}

}  // namespace zimmock::client
