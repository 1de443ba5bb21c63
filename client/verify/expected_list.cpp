#include "client/verify/expected_list.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "client/plan/message_identity.h"
#include "contracts/api/http.h"
#include "contracts/api/message_body.h"
#include "contracts/api/returned_body.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

std::string_view emptied_how(std::int64_t is_empty) {
  return is_empty == 2 ? "recalled" : "deleted or expired";
}

std::string sub_type_text(std::int64_t type, std::int64_t sub_type) {
  return type == kCustom ? fmt::format("{}/{}", type, sub_type) : std::to_string(type);
}

// `MsgBody/file_name: expected "a", got "b"` of each member, changed URLs included.
void add_differences(const BodyComparison& body, std::vector<std::string>& parts) {
  for (const BodyDifference& one : body.with_changed_urls()) {
    parts.push_back(
        fmt::format("MsgBody{}: expected {}, got {}", one.pointer, one.expected, one.got));
  }
}

// The start of a returned body, quoted.
std::string preview(std::int64_t type, std::string_view body) {
  return is_media(type) ? quote(url_decode(body), 40) : quote(body, 40);
}

// `2026-10-01T12:00:00.000Z "a" custom "text"`, for a line of the report.
std::string described(std::int64_t time_ms, std::string_view sender, std::int64_t type,
                      std::string_view quoted_text) {
  return fmt::format("{} {} {} {}", iso_time(time_ms), quote(sender), message_type_name(type),
                     quoted_text);
}

}  // namespace

ExpectedList::Digest ExpectedList::digest(std::string_view bytes) {
  const std::string hex = md5_hex(bytes);
  Digest out;
  std::from_chars(hex.data(), hex.data() + 16, out.high, 16);
  std::from_chars(hex.data() + 16, hex.data() + 32, out.low, 16);
  return out;
}

ExpectedList::Digest ExpectedList::with_time(const Digest& content, std::int64_t time_ms) {
  const auto mixed = static_cast<std::uint64_t>(time_ms) * 0x9E3779B97F4A7C15U;
  return {content.high ^ mixed, content.low + mixed};
}

const PlannedRecord& ExpectedList::planned(std::size_t index) const {
  return plan_.records[expected_[index].record];
}

Result<ExpectedList> ExpectedList::make(const MigrationPlan& plan, const SourceReader& source,
                                        const Quarantine& quarantine, Lane lane) {
  ExpectedList list(plan, source, lane);
  const Conversation& conversation = plan.conversation(lane);
  for (std::uint32_t i = conversation.first; i < conversation.end; ++i) {
    const PlannedRecord& record = plan.records[i];
    if (!plan.has(lane, record) || quarantine.has(lane, i)) continue;
    const auto message = plan.outgoing(source, lane, i);
    if (!message) return tl::unexpected(message.error());
    const Digest content = digest(message_identity(*message));
    list.by_digest_[with_time(content, record.time_ms)].push_back(
        static_cast<std::uint32_t>(list.expected_.size()));
    list.expected_.push_back({i, content});
  }
  return list;
}

// Takes the newest of equal messages first, as the list goes. Media of one identity are equal if
// what the import determines is, those with unchanged URLs before those whose URLs moved.
Result<std::optional<ExpectedList::Equal>> ExpectedList::find_equal(const QueryItem& item,
                                                                    const Digest& content) {
  const auto found = by_digest_.find(with_time(content, item.msg_time_ms));
  if (found == by_digest_.end()) return std::nullopt;
  auto& left = found->second;
  while (!left.empty() && expected_[left.back()].seen) left.pop_back();
  std::optional<Equal> moved;
  for (auto at = left.rbegin(); at != left.rend(); ++at) {
    if (expected_[*at].seen) continue;
    if (!is_media(item.msg_type)) return Equal{*at, {}};
    const auto message = plan_.outgoing(source_, lane_, expected_[*at].record);
    if (!message) return tl::unexpected(message.error());
    BodyComparison body =
        compare_returned_body(message->content.type, message->content.body, item.msg_body);
    if (!body.differences.empty()) continue;
    if (body.urls_unchanged()) return Equal{*at, std::move(body)};
    if (!moved && urls_moved_at_most(body)) moved = Equal{*at, std::move(body)};
  }
  return moved;
}

void ExpectedList::take_equal(const Equal& equal, const QueryItem& item) {
  Expected& expected = expected_[equal.index];
  expected.seen = true;
  counts_.urls.add(equal.body);
  for (std::size_t i = 0; i < kBodyNoteCount; ++i) counts_.notes[i] += equal.body.notes[i] ? 1 : 0;
  if (equal.body.urls_unchanged()) {
    ++counts_.same;
    return;
  }
  std::vector<std::string> parts;
  add_differences(equal.body, parts);
  counts_.moved.push_back(
      mismatch('*', &plan_.records[expected.record],
               fmt::format("{}; MsgId {}", fmt::join(parts, "; "), item.msg_id)));
}

void ExpectedList::note_order(std::int64_t time_ms, std::optional<std::size_t> index) {
  if (time_before_ms_ && time_ms > *time_before_ms_) ++counts_.misplaced;
  const bool tie = time_before_ms_ && time_ms == *time_before_ms_;
  if (tie && index && index_before_ && *index > *index_before_) ++counts_.ties_reordered;
  time_before_ms_ = time_ms;
  index_before_ = index;
}

Result<void> ExpectedList::see(const QueryItem& item) {
  const Digest content = digest(message_identity(item));
  std::optional<Equal> equal;
  if (item.is_empty == 0) {
    auto found = find_equal(item, content);
    if (!found) return tl::unexpected(found.error());
    equal = *std::move(found);
  }
  // An emptied one may have lost its time.
  if (item.is_empty == 0 || item.msg_time_ms != 0)
    note_order(item.msg_time_ms, equal ? std::optional(equal->index) : std::nullopt);
  if (equal) {
    take_equal(*equal, item);
    return {};
  }
  strays_.push_back(Stray{item.sender, item.msg_id, preview(item.msg_type, item.msg_body),
                          is_media(item.msg_type) ? item.msg_body : "", item.msg_time_ms,
                          item.msg_type, item.sub_msg_type, item.is_empty, content,
                          digest(item.msg_body), digest(item.payload)});
  return {};
}

Mismatch ExpectedList::mismatch(char mark, const PlannedRecord* record, std::string what) const {
  Mismatch out{mark, plan_.list_id(lane_), 0, std::move(what)};
  if (record == nullptr) return out;
  out.line = record->place.line;
  out.name = name_at(source_, record->place);
  return out;
}

// What the stray has otherwise than planned, member by member.
Result<std::string> ExpectedList::difference(const Expected& expected, const Stray& stray,
                                             UrlChanges& urls) const {
  const PlannedRecord& record = plan_.records[expected.record];
  const auto outgoing = plan_.outgoing(source_, lane_, expected.record);
  if (!outgoing) return tl::unexpected(outgoing.error());
  const MessageContent& content = outgoing->content;
  if (stray.is_empty != 0) {
    return fmt::format("IsEmpty: expected 0, got {} ({}), MsgId {}", stray.is_empty,
                       emptied_how(stray.is_empty), stray.msg_id);
  }
  std::vector<std::string> parts;
  const auto note = [&](std::string_view name, const std::string& wanted, const std::string& got) {
    if (wanted != got) parts.push_back(fmt::format("{}: expected {}, got {}", name, wanted, got));
  };
  note("Sender", quote(outgoing->from_user_id), quote(stray.sender));
  note("MsgType", sub_type_text(content.type, content.sub_type),
       sub_type_text(stray.type, stray.sub_type));
  note("MsgTime", iso_time(record.time_ms), iso_time(stray.time_ms));
  const std::string body = returned_body(content.type, content.body);
  if (is_media(content.type) && stray.type == content.type) {
    const BodyComparison compared = compare_returned_body(content.type, content.body, stray.media);
    if (expected.content == stray.content) urls.add(compared);  // else it may be another message
    add_differences(compared, parts);
  } else if (digest(body) != stray.body) {
    parts.push_back(
        fmt::format("MsgBody: expected {}, got {}", preview(content.type, body), stray.preview));
  }
  if (digest(content.extended_data) != stray.payload) {
    parts.push_back(
        fmt::format("Payload: expected {}, got another", quote(content.extended_data, 40)));
  }
  return fmt::format("{}; MsgId {}", fmt::join(parts, "; "), stray.msg_id);
}

Result<void> ExpectedList::report_pair(Expected& expected, const Stray& stray,
                                       ListComparison& out) {
  auto what = difference(expected, stray, out.urls);
  if (!what) return tl::unexpected(what.error());
  expected.seen = true;
  ++out.differs;
  out.mismatches.push_back(mismatch('*', &plan_.records[expected.record], *std::move(what)));
  return {};
}

// Pairs every stray with an expected one of the same time that `fits`.
template <typename Fits>
Result<void> ExpectedList::pair_strays(Fits fits, ListComparison& out) {
  for (auto& stray : strays_) {
    if (!stray) continue;
    const auto older = [&](const Expected& expected, std::int64_t time_ms) {
      return plan_.records[expected.record].time_ms < time_ms;
    };
    auto at = std::lower_bound(expected_.begin(), expected_.end(), stray->time_ms, older);
    for (; at != expected_.end() && plan_.records[at->record].time_ms == stray->time_ms; ++at) {
      if (at->seen || !fits(*at, *stray)) continue;
      if (auto reported = report_pair(*at, *stray, out); !reported)
        return tl::unexpected(reported.error());
      stray.reset();
      break;
    }
  }
  return {};
}

// Pairs a stray with an expected one of the same content and another time.
Result<void> ExpectedList::pair_by_content(ListComparison& out) {
  std::unordered_map<Digest, std::vector<std::uint32_t>, DigestHash> left;
  for (std::uint32_t i = 0; i < expected_.size(); ++i) {
    if (!expected_[i].seen) left[expected_[i].content].push_back(i);
  }
  for (auto& stray : strays_) {
    const auto found = stray && stray->is_empty == 0 ? left.find(stray->content) : left.end();
    if (found == left.end() || found->second.empty()) continue;
    if (auto done = report_pair(expected_[found->second.back()], *stray, out); !done)
      return tl::unexpected(done.error());
    found->second.pop_back();
    stray.reset();
  }
  return {};
}

Result<void> ExpectedList::report_missing(ListComparison& out) const {
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    if (expected_[i].seen) continue;
    const auto again = source_.read_at(planned(i).place);
    if (!again) return tl::unexpected(again.error());
    ++out.missing;
    out.mismatches.push_back(
        mismatch('+', &planned(i),
                 described(planned(i).time_ms, again->message.from_user_id,
                           again->message.content.type, quote(again->message.content.body, 40))));
  }
  return {};
}

void ExpectedList::report_extra(ListComparison& out) const {
  for (const auto& stray : strays_) {
    if (!stray) continue;
    if (stray->is_empty != 0) {
      ++out.emptied;
      continue;
    }
    ++out.extra;
    const auto same = by_digest_.find(with_time(stray->content, stray->time_ms));
    const std::string again = same == by_digest_.end() || expected_.empty()
                                  ? ""
                                  : ", a repetition of one that is planned";
    out.mismatches.push_back(
        mismatch('-', nullptr,
                 fmt::format("{}, MsgId {}{}",
                             described(stray->time_ms, stray->sender, stray->type, stray->preview),
                             stray->msg_id, again)));
  }
}

Result<ListComparison> ExpectedList::finish(const std::optional<std::string>& unreadable) {
  ListComparison out = std::move(counts_);
  const auto same_identity = [](const Expected& expected, const Stray& stray) {
    return stray.is_empty == 0 && expected.content == stray.content;
  };
  const auto same_sender = [&](const Expected& expected, const Stray& stray) {
    return plan_.sender(plan_.records[expected.record]) == stray.sender;
  };
  const auto any = [](const Expected&, const Stray& stray) { return stray.is_empty == 0; };
  if (auto paired = pair_strays(same_identity, out); !paired) return tl::unexpected(paired.error());
  if (auto paired = pair_strays(same_sender, out); !paired) return tl::unexpected(paired.error());
  if (auto paired = pair_strays(any, out); !paired) return tl::unexpected(paired.error());
  if (auto paired = pair_by_content(out); !paired) return tl::unexpected(paired.error());
  if (unreadable) {
    out.unread = static_cast<std::uint64_t>(std::count_if(
        expected_.begin(), expected_.end(), [](const auto& one) { return !one.seen; }));
    out.mismatches.push_back(mismatch('!', nullptr, *unreadable));
  } else if (auto reported = report_missing(out); !reported) {
    return tl::unexpected(reported.error());
  }
  report_extra(out);
  return out;
}

}  // namespace zimmock::client
