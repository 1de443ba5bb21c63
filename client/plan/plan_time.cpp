#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "client/plan/plan_steps.h"
#include "contracts/api/clock.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::int64_t kClampMarginMs = 10 * 60 * kMillisPerSecond;

// When each record's turn comes, in the order in which the importer takes them: oldest first.
class Schedule {
 public:
  Schedule(const MigrationPlan& plan, std::int64_t calls_per_second) : rate_(calls_per_second) {
    if (rate_ <= 0) return;
    order_.resize(plan.records.size());
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      const PlannedRecord &x = plan.records[a], &y = plan.records[b];
      return std::tie(x.time_ms, x.place.offset) < std::tie(y.time_ms, y.place.offset);
    });
    sent_at_ms_.resize(order_.size());
    const auto per_call_ms = [&](std::uint64_t calls) {
      return static_cast<std::int64_t>(calls) * kMillisPerSecond / rate_;
    };
    std::uint64_t calls = 0;
    const std::int64_t start_ms =
        plan.now_ms + per_call_ms((plan.users.size() + kMaxRegisterUsers - 1) / kMaxRegisterUsers);
    for (const std::uint32_t index : order_) {
      if (!plan.records[index].left_out)
        calls += static_cast<std::uint64_t>(std::popcount(plan.records[index].lists));
      sent_at_ms_[index] = start_ms + per_call_ms(calls);
    }
  }

  std::int64_t sent_at_ms(std::size_t index, std::int64_t now_ms) const {
    return sent_at_ms_.empty() ? now_ms : sent_at_ms_[index];
  }

 private:
  std::int64_t rate_;
  std::vector<std::uint32_t> order_;
  std::vector<std::int64_t> sent_at_ms_;
};

// The first record of a conversation that is too old moves to the window's edge; those after it
// keep at least a millisecond from the one before them, as they had.
void clamp_conversation(const Conversation& conversation, std::int64_t edge_ms,
                        MigrationPlan& plan) {
  std::int64_t before_ms = 0, before_moved_ms = edge_ms;
  bool first = true;
  for (std::uint32_t i = conversation.first; i < conversation.end; ++i) {
    PlannedRecord& record = plan.records[i];
    if (record.left_out) continue;
    const std::int64_t source_ms = record.time_ms;
    const std::int64_t apart_ms = first || source_ms == before_ms ? 0 : 1;
    const std::int64_t least_ms = std::min(before_moved_ms + apart_ms, plan.now_ms);
    if (source_ms < least_ms) {
      record.time_ms = least_ms;
      ++plan.counts.clamped;
    }
    before_ms = source_ms;
    before_moved_ms = record.time_ms;
    first = false;
  }
}

void leave_out(PlannedRecord& record, MigrationPlan& plan, bool bad) {
  record.left_out = true;
  if (bad) ++plan.counts.bad;
}

// What does not fit the window, as a finding; nothing if it does.
struct Misfit {
  Weight weight;
  Finding finding;
  bool expires;  // fits now, but not when its turn comes
};

std::optional<Misfit> misfit(std::int64_t time_ms, const MigrationPlan& plan,
                             std::int64_t sent_at_ms) {
  Findings now;
  check_send_time(time_ms, {plan.now_ms, plan.retention_ms}, now);
  if (time_ms == 0) {
    return Misfit{Weight::kBad,
                  {RuleId::kImportTimeNegative, "/SendMessageTime", "a time after 1970", "0"},
                  false};
  }
  if (!now.ok()) {
    const Finding& finding = now.refusals.front();
    const bool too_old = finding.rule_id == RuleId::kImportTimeTooOld;
    return Misfit{too_old ? Weight::kTooOld : Weight::kBad, finding, false};
  }
  Findings then;
  check_send_time(time_ms, {sent_at_ms, plan.retention_ms}, then);
  if (!then.ok()) return Misfit{Weight::kTooOld, then.refusals.front(), true};
  return std::nullopt;
}

}  // namespace

Result<TimeShift> parse_time_shift(std::string_view text) {
  constexpr std::string_view kNewest = "newest=";
  if (text.starts_with(kNewest)) {
    const std::string_view when = text.substr(kNewest.size());
    if (when == "now") return TimeShift{TimeShift::Kind::kNewestIsNow, 0};
    if (const auto time_ms = parse_iso_time(when)) {
      return TimeShift{TimeShift::Kind::kNewestIs, *time_ms};
    }
  } else if (const auto by_ms = parse_duration_ms(text)) {
    return TimeShift{TimeShift::Kind::kBy, *by_ms};
  }
  return fail(ErrorKind::kUsage,
              fmt::format("time shift: expected newest=now, newest=2026-10-01T12:00:00Z or a "
                          "duration like +30d, got {}",
                          quote(text)));
}

void shift_times(const TimeShift& shift, MigrationPlan& plan) {
  if (plan.records.empty()) return;
  switch (shift.kind) {
    case TimeShift::Kind::kNone:
      return;
    case TimeShift::Kind::kNewestIsNow:
      plan.shift_ms = plan.now_ms - plan.source_newest_ms;
      break;
    case TimeShift::Kind::kNewestIs:
      plan.shift_ms = shift.ms - plan.source_newest_ms;
      break;
    case TimeShift::Kind::kBy:
      plan.shift_ms = shift.ms;
      break;
  }
  for (PlannedRecord& record : plan.records) {
    if (__builtin_add_overflow(record.time_ms, plan.shift_ms, &record.time_ms)) {
      record.time_ms = plan.shift_ms > 0 ? std::numeric_limits<std::int64_t>::max() : 0;
    }
  }
}

void fit_window(const PlanOptions& options, MigrationPlan& plan, FindingLog& log) {
  const std::int64_t calls_per_second =
      options.decided_calls_per_second.value_or(options.calls_per_second);
  const Schedule schedule(plan, calls_per_second);
  std::vector<bool> to_clamp(plan.conversations.size(), false);
  for (std::size_t i = 0; i < plan.records.size(); ++i) {
    PlannedRecord& record = plan.records[i];
    if (record.left_out) continue;
    const std::int64_t sent_at_ms = schedule.sent_at_ms(i, plan.now_ms);
    const auto found = misfit(record.time_ms, plan, sent_at_ms);
    if (!found) continue;
    if (found->expires) {
      ++plan.counts.expires;
      log.add(Weight::kTooOld, PlanReason::kExpires, record.place,
              {found->finding.pointer,
               fmt::format("{} at {}", found->finding.expected, iso_time(sent_at_ms)),
               found->finding.got});
    } else {
      log.add(found->weight, record.place, found->finding);
    }
    const bool too_old = found->weight == Weight::kTooOld;
    if (too_old) ++plan.counts.too_old;
    if (too_old && options.too_old == TooOldPolicy::kClamp) {
      to_clamp[record.conversation] = true;
    } else {
      leave_out(record, plan, !too_old);
    }
  }
  if (options.too_old != TooOldPolicy::kClamp) return;
  const std::int64_t duration_ms = estimate_of(plan, calls_per_second).duration_ms;
  const std::int64_t edge_ms =
      std::min(plan.now_ms - plan.retention_ms + duration_ms + kClampMarginMs, plan.now_ms);
  for (std::size_t i = 0; i < plan.conversations.size(); ++i) {
    if (to_clamp[i]) clamp_conversation(plan.conversations[i], edge_ms, plan);
  }
}

WindowOutlook outlook_of(const MigrationPlan& plan, std::int64_t calls_per_second) {
  const Schedule schedule(plan, calls_per_second);
  WindowOutlook out;
  bool first = true;
  for (std::size_t i = 0; i < plan.records.size(); ++i) {
    const PlannedRecord& record = plan.records[i];
    if (record.left_out) continue;
    const std::int64_t leaves_ms = record.time_ms + plan.retention_ms;
    const std::int64_t sent_at_ms = schedule.sent_at_ms(i, plan.now_ms);
    const std::int64_t spare_ms = leaves_ms - sent_at_ms;
    out.deadline_ms = first ? leaves_ms : std::min(out.deadline_ms, leaves_ms);
    out.last_import_ms = first ? sent_at_ms : std::max(out.last_import_ms, sent_at_ms);
    out.spare_ms = first ? spare_ms : std::min(out.spare_ms, spare_ms);
    first = false;
  }
  return out;
}

Expired expired_at(const MigrationPlan& plan, std::int64_t now_ms,
                   const std::function<bool(Lane, std::uint32_t record)>& settled) {
  Expired out;
  out.now_ms = now_ms;
  for (std::uint32_t i = 0; i < plan.records.size(); ++i) {
    const PlannedRecord& record = plan.records[i];
    if (record.left_out || record.time_ms >= now_ms - plan.retention_ms) continue;
    std::uint64_t imports = 0;
    plan.each_lane(record, [&](Lane lane) {
      if (!settled(lane, i)) ++imports;
    });
    if (imports == 0) continue;
    out.oldest_ms = out.records == 0 ? record.time_ms : std::min(out.oldest_ms, record.time_ms);
    ++out.records;
    out.imports += imports;
  }
  return out;
}

}  // namespace zimmock::client
