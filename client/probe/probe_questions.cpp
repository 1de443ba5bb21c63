#include <algorithm>
#include <cstdlib>
#include <span>

#include <fmt/format.h>

#include "client/import/importer.h"
#include "client/plan/record_tag.h"
#include "client/probe/probe.h"
#include "contracts/api/codes.h"
#include "contracts/api/returned_body.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using nlohmann::json;
using enum ProbeVerdict;

// What there is to judge by, and where what differs goes.
struct Bench {
  const ProbeEvidence& seen;
  const Profile& assumed;
  Profile& observed;
};

struct Judgment {
  std::string assumed;
  std::string observed;
  ProbeVerdict verdict = kUnknown;
};

struct Question {
  std::string_view id;
  std::string_view text;
  Judgment (*judge)(Bench& bench);
  std::string_view meaning;  // of an answer that is not as assumed
};

ProbeVerdict verdict_if(bool as_assumed) { return as_assumed ? kAsAssumed : kOtherwise; }

std::string seconds(std::int64_t ms) {
  return fmt::format("{:.3f} s", static_cast<double>(ms) / 1000.0);
}

// Notes a setting as observed, and how it compares.
ProbeVerdict set(bool Profile::*member, bool value, Bench& bench) {
  bench.observed.*member = value;
  return verdict_if(value == bench.assumed.*member);
}

// Notes the code of a refusal that the profile has another code for.
void note_code(RuleId rule, const ApiStatus& status, Bench& bench) {
  if (status.code > 0 && bench.assumed.code(rule) != status.code)
    bench.observed.codes[rule] = status.code;
}

std::string refused_with(const ApiStatus& status) { return "refused with " + status.line(); }

// --- times ---

enum class TimeMeaning { kSent, kSeconds, kArrival, kOther };

TimeMeaning time_meaning(const ProbeImport& import, const QueryItem& item) {
  constexpr std::int64_t kLeewayMs = 15 * 60 * kMillisPerSecond;  // a clock that is taken at all
  const std::int64_t sent_ms = import.request.message.send_time_ms, got_ms = item.msg_time_ms;
  if (got_ms == sent_ms) return TimeMeaning::kSent;
  if (got_ms == sent_ms / kMillisPerSecond * kMillisPerSecond) return TimeMeaning::kSeconds;
  const bool arrival =
      got_ms > import.sent_ms - kLeewayMs && got_ms < import.answered_ms + kLeewayMs;
  return arrival ? TimeMeaning::kArrival : TimeMeaning::kOther;
}

Judgment judge_time(Bench& bench) {
  static constexpr std::string_view kNames[] = {
      "SendMessageTime, to the millisecond", "SendMessageTime, cut to seconds",
      "the time of arrival", "neither SendMessageTime nor the time of arrival"};
  const auto name = [](TimeMeaning meaning) {
    return std::string(kNames[static_cast<std::size_t>(meaning)]);
  };
  const TimeMeaning assumed =
      bench.assumed.msg_time_is_arrival ? TimeMeaning::kArrival : TimeMeaning::kSent;
  std::optional<TimeMeaning> all;
  for (const ProbeImport& import : bench.seen.timed) {
    const QueryItem* item = bench.seen.item(import);
    if (item == nullptr) continue;
    const TimeMeaning one = time_meaning(import, *item);
    all = !all || *all == one ? one : TimeMeaning::kOther;
  }
  if (!all) return {name(assumed), "none of the messages was in its list", kUnknown};
  bench.observed.msg_time_is_arrival = *all == TimeMeaning::kArrival;
  return {name(assumed), name(*all), verdict_if(*all == assumed)};
}

Judgment judge_lag(Bench& bench) {
  const std::int64_t settle_ms = SettlePolicy{}.settle_ms;
  const auto& lags = bench.seen.lags;
  const std::string assumed = fmt::format("within {}", seconds(settle_ms));
  const auto lost =
      std::count_if(lags.begin(), lags.end(), [](const ReadLag& one) { return !one.found; });
  if (lost > 0)
    return {assumed, fmt::format("{} of {} not within a minute", lost, lags.size()), kOtherwise};
  const auto longest = std::max_element(
      lags.begin(), lags.end(), [](const ReadLag& a, const ReadLag& b) { return a.ms < b.ms; });
  const bool first_look =
      std::all_of(lags.begin(), lags.end(), [](const ReadLag& one) { return one.looks == 1; });
  return {assumed,
          fmt::format("{}, {} after the answer at most, in {} tries",
                      first_look ? "always in the first look" : "not always in the first look",
                      seconds(longest->ms), lags.size()),
          verdict_if(longest->ms <= settle_ms)};
}

Judgment judge_ties(Bench& bench) {
  static constexpr std::string_view kNames[] = {"the earlier import first",
                                                "the later import first"};
  const std::string assumed(kNames[bench.assumed.tie_later_import_first ? 1 : 0]);
  const QueryItem* first = bench.seen.item(bench.seen.tied[0]);
  const QueryItem* second = bench.seen.item(bench.seen.tied[1]);
  if (first == nullptr || second == nullptr)
    return {assumed, "the two messages were not both in the list", kUnknown};
  if (first->msg_time_ms != second->msg_time_ms)
    return {assumed, "the two messages have different times there", kUnknown};
  const bool later_first = second < first;  // of one vector, newest first
  return {assumed, std::string(kNames[later_first ? 1 : 0]),
          set(&Profile::tie_later_import_first, later_first, bench)};
}

Judgment judge_clock(Bench& bench) {
  const std::int64_t settle_ms = SettlePolicy{}.settle_ms;
  const std::string assumed = fmt::format("less than {}", seconds(settle_ms));
  const auto offset = bench.seen.clock_offset();
  if (!offset) return {assumed, "the answers have no Date, and no message its time", kUnknown};
  const std::int64_t off_ms = offset->middle_ms();
  return {assumed,
          fmt::format("the service's is {} {} (±{}, by {})", seconds(std::abs(off_ms)),
                      off_ms < 0 ? "behind" : "ahead",
                      seconds((offset->most_ms - offset->least_ms) / 2),
                      bench.seen.date ? "the header Date" : "a message's MsgTime"),
          verdict_if(std::abs(off_ms) < settle_ms)};
}

// --- what is taken ---

// A call that is `taken` or refused, by a setting that says so.
Judgment judge_refusal(const ApiStatus& status, bool refused, bool Profile::*member, RuleId rule,
                       Bench& bench) {
  const auto name = [](bool one) { return std::string(one ? "refused" : "taken"); };
  if (refused && bench.assumed.*member != refused) note_code(rule, status, bench);
  return {name(bench.assumed.*member), refused ? refused_with(status) : name(false),
          set(member, refused, bench)};
}

Judgment judge_late(Bench& bench) {
  const ApiStatus& status = bench.seen.late.status;
  const bool refused = !status.ok() && bench.seen.item(bench.seen.late) == nullptr;
  return judge_refusal(status, refused, &Profile::refuse_out_of_order_import, RuleId::kImportOrder,
                       bench);
}

Judgment judge_nonce(Bench& bench) {
  const ApiStatus& status = bench.seen.nonce_again;
  return judge_refusal(status, !status.ok(), &Profile::refuse_reused_nonce, RuleId::kNonceFresh,
                       bench);
}

Judgment judge_hyphen(Bench& bench) {
  const ApiStatus& status = bench.seen.hyphen;
  const bool refused = !status.ok() && status.known_code() != kCodeNotRegistered;
  return judge_refusal(status, refused, &Profile::refuse_hyphen_in_query, RuleId::kQueryHyphen,
                       bench);
}

Judgment judge_equal(Bench& bench) {
  const std::string assumed = "both are kept";
  const ProbeImport& first = bench.seen.equal[0];
  const ProbeImport& second = bench.seen.equal[1];
  if (!first.status.ok()) return {assumed, "the first was " + refused_with(first.status), kUnknown};
  const auto& list = bench.seen.lists[0];
  const auto kept = std::count_if(list.begin(), list.end(), [&](const QueryItem& one) {
    return one.msg_body == first.request.message.content.body;
  });
  if (!second.status.ok()) {
    return {assumed,
            fmt::format("the second was {}, {} in the list", refused_with(second.status), kept),
            kOtherwise};
  }
  if (kept == 0) return {assumed, "neither was in the list", kUnknown};
  const bool one_id = first.answer.msg_id == second.answer.msg_id;
  return {assumed, fmt::format("{} in the list, {}", kept, one_id ? "one MsgId" : "two MsgIds"),
          verdict_if(kept == 2 && !one_id)};
}

Judgment judge_extended(Bench& bench) {
  const std::string assumed = "byte for byte";
  std::size_t same = 0, missing = 0;
  std::string example;
  for (const ProbeImport& import : bench.seen.extended) {
    const QueryItem* item = import.status.ok() ? bench.seen.item(import) : nullptr;
    const std::string& sent = import.request.message.content.extended_data;
    if (item == nullptr) {
      ++missing;
    } else if (item->payload == sent) {
      ++same;
    } else if (example.empty()) {
      example = fmt::format(", as {} for {}", quote(item->payload), quote(sent));
      if (!tag_of(sent).empty() && tag_of(item->payload) == tag_of(sent))
        example += ", the tag readable";
    }
  }
  const std::size_t all = bench.seen.extended.size();
  const std::string lost =
      missing == 0 ? "" : fmt::format(", {} refused or not in the list", missing);
  std::string observed = fmt::format("{} of {} the same{}{}", same, all, example, lost);
  if (same == all) return {assumed, "byte for byte", kAsAssumed};
  return {assumed, std::move(observed), same + missing == all ? kUnknown : kOtherwise};
}

// What a verification of media would say of the image.
Judgment judge_image(Bench& bench) {
  const std::string assumed = "what was sent; md5 and sizes may be filled in";
  const ProbeImport& import = bench.seen.image;
  if (!import.status.ok()) return {assumed, refused_with(import.status), kOtherwise};
  const QueryItem* item = bench.seen.item(import);
  if (item == nullptr) return {assumed, "it was not in the list", kUnknown};
  const MessageContent& sent = import.request.message.content;
  const BodyComparison body = compare_returned_body(sent.type, sent.body, item->msg_body);
  std::vector<std::string> parts;
  for (const BodyDifference& one : body.with_changed_urls())
    parts.push_back(fmt::format("MsgBody{} {} for {}", one.pointer, one.got, one.expected));
  if (!parts.empty()) return {assumed, fmt::format("{}", fmt::join(parts, "; ")), kOtherwise};
  for (std::size_t i = 0; i < kBodyNoteCount; ++i) {
    if (body.notes[i]) parts.emplace_back(statement(static_cast<BodyNote>(i)));
  }
  if (parts.empty()) return {assumed, "what was sent", kAsAssumed};
  return {assumed, fmt::format("what was sent; {}", fmt::join(parts, ", ")), kAsAssumed};
}

// --- what is given ---

Judgment judge_seqs(Bench& bench) {
  const std::string assumed = "1 more with each import of a list";
  std::optional<std::int64_t> least, most;
  for (const auto& seqs : bench.seen.seqs) {
    for (std::size_t i = 1; i < seqs.size(); ++i) {
      const std::int64_t step = seqs[i] - seqs[i - 1];
      least = std::min(least.value_or(step), step);
      most = std::max(most.value_or(step), step);
    }
  }
  if (!least) return {assumed, "too few imports were taken", kUnknown};
  const std::string steps =
      *least == *most ? std::to_string(*least) : fmt::format("{} to {}", *least, *most);
  const bool ones = *least == 1 && *most == 1;
  return {assumed, ones ? assumed : fmt::format("{} more", steps), verdict_if(ones)};
}

Judgment judge_pages(Bench& bench) {
  static constexpr std::string_view kNames[] = {"all are full", "some are shorter than Limit"};
  constexpr std::int64_t kEnough = 20;
  const std::string assumed(kNames[bench.assumed.short_pages ? 1 : 0]);
  const std::int64_t pages = bench.seen.full_pages + bench.seen.short_pages;
  const bool some = bench.seen.short_pages > 0;
  if (!some && pages < kEnough) return {assumed, fmt::format("only {} pages", pages), kUnknown};
  return {assumed, fmt::format("{} of {} shorter", bench.seen.short_pages, pages),
          set(&Profile::short_pages, some, bench)};
}

Judgment judge_window(Bench& bench) {
  const std::int64_t assumed_s = bench.assumed.timestamp_window_s;
  const std::int64_t taken_s = bench.seen.taken_age_s, refused_s = bench.seen.refused_age_s;
  const std::int64_t code = bench.assumed.code(RuleId::kTimestampFresh);
  constexpr std::int64_t kLongestWindowS = 86'400;  // of the profile
  std::string assumed = fmt::format("taken up to {} s, then code {}", assumed_s, code);
  if (refused_s == 0) {
    bench.observed.timestamp_window_s = std::min(taken_s, kLongestWindowS);
    return {std::move(assumed), fmt::format("taken at {} s", taken_s), kOtherwise};
  }
  std::string observed = fmt::format("taken at {} s, at {} s {}", taken_s, refused_s,
                                     refused_with(bench.seen.expired));
  const bool window_holds = taken_s <= assumed_s && assumed_s < refused_s;
  // What may not be taken any more must not be counted on: so the youngest refused.
  if (!window_holds) bench.observed.timestamp_window_s = std::max<std::int64_t>(refused_s - 1, 1);
  note_code(RuleId::kTimestampFresh, bench.seen.expired, bench);
  return {std::move(assumed), std::move(observed),
          verdict_if(window_holds && bench.seen.expired.code == code)};
}

constexpr Question kQuestions[] = {
    {"msg-time", "what MsgTime of an import is", judge_time,
     "verification compares MsgTime with SendMessageTime: with the time of arrival it needs this "
     "profile, and users see all their history as of today; cut to seconds, every time differs"},
    {"read-lag", "how soon an import is in the list", judge_lag,
     "an import in doubt is looked for after --settle: give it more than that, and `migrate "
     "verify JOURNAL` once more some time after the run"},
    {"ties", "which of two messages with one time comes first", judge_ties,
     "users see messages of one millisecond in the other order; nothing is lost"},
    {"late-import", "an import older than the list's newest", judge_late,
     "what was left out cannot be added later, nor history once users write there: import before "
     "they do, and keep --gap stop"},
    {"nonce", "a SignatureNonce for the second time", judge_nonce,
     "nothing: every call has a nonce of its own"},
    {"hyphen", "a viewer with a hyphen in QueryPeerMsg", judge_hyphen,
     "the lists of users with a hyphen in their ids cannot be read back: map the ids (--users)"},
    {"equal", "the same import twice", judge_equal,
     "a message that was said twice is there once, unless its tag differs: keep --tag on"},
    {"extended-data", "ExtendedData, read back as Payload", judge_extended,
     "messages cannot be known again by their tags: --tag off is needed"},
    {"image", "an image, read back", judge_image,
     "media read back are compared by what was sent: URLs that all change in one way are noted, "
     "any other change is a difference (exit 1), and a refused type is quarantined"},
    {"msg-seq", "MsgSeq of a list's imports", judge_seqs,
     "nothing: no decision is built on MsgSeq"},
    {"pages", "pages before the last", judge_pages, "nothing: lists are followed by Next alone"},
    {"timestamp", "how old a Timestamp may be", judge_window,
     "a call whose answer was lost can land that long: without this profile a message may be sent "
     "again too early, or --sign-skew be too much"},
    {"clock", "how far the clocks are apart", judge_clock,
     "set this machine's clock, or give --settle more than that: signatures, and when they "
     "expire, go by both"},
};

}  // namespace

std::vector<ProbeAnswer> judge_probe(const ProbeEvidence& evidence, const Profile& assumed,
                                     Profile& observed) {
  observed = assumed;
  Bench bench{evidence, assumed, observed};
  std::vector<ProbeAnswer> out;
  for (const Question& row : kQuestions) {
    Judgment one = row.judge(bench);
    out.push_back({row.id, row.text, std::move(one.assumed), std::move(one.observed), one.verdict,
                   one.verdict == kOtherwise ? row.meaning : std::string_view()});
  }
  return out;
}

std::string_view to_string(ProbeVerdict verdict) {
  switch (verdict) {
    case kAsAssumed:
      return "as-assumed";
    case kOtherwise:
      return "otherwise";
    case kUnknown:
      return "unknown";
  }
  return "";
}

}  // namespace zimmock::client
