#include "client/import/earlier_imports.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "client/api/list_reader.h"
#include "client/plan/record_tag.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr const char* kPassedOver =
    "not in its list, though later messages of this migration are: deleted there, or left out by "
    "an earlier run";

std::unordered_map<std::string, std::uint32_t> tags_of(const MigrationPlan& plan, Lane lane) {
  std::unordered_map<std::string, std::uint32_t> out;
  const Conversation& conversation = plan.conversation(lane);
  for (std::uint32_t i = conversation.first; i < conversation.end; ++i) {
    const PlannedRecord& record = plan.records[i];
    if (plan.has(lane, record)) out.emplace(plan.tag(lane, record), i);
  }
  return out;
}

ImportEntry entry_of(const RunContext& context, Lane lane, std::uint32_t number) {
  const PlannedRecord& record = context.plan.records[number];
  ImportEntry out;
  out.intent.key = out.result.key = {lane, number};
  out.intent.line = record.place.line;
  out.intent.view = context.plan.view(lane, record);
  return out;
}

void quarantine(const RunContext& context, std::string why, ImportEntry& entry) {
  const PlannedRecord& record = context.plan.records[entry.intent.key.record];
  entry.result.outcome = ImportOutcome::kQuarantined;
  entry.result.why = std::move(why);
  entry.intent.name = name_at(context.source, record.place);
}

// Takes a list item by item, newest first.
class ListSearch {
 public:
  ListSearch(const RunContext& context, Lane lane, const LanePosition& position, bool first_only,
             EarlierImports& out)
      : context_(context), lane_(lane), position_(position), first_only_(first_only), out_(out) {}

  // False if nothing that follows can be unknown to the journal.
  bool take(const QueryItem& item) {
    if (ends_below_ms_ && is_time(item.msg_time_ms) && item.msg_time_ms < *ends_below_ms_)
      return false;
    const auto record = record_of(item);
    if (!record) {
      if (!out_.newest_other_ms && is_time(item.msg_time_ms))
        out_.newest_other_ms = item.msg_time_ms;
      return !is_past_position(item);
    }
    if (*record >= position_.next) out_.found[*record] = Landed{item.msg_id, item.msg_seq};
    if (position_.is_before(*record)) {
      out_.unknown = true;
      return !first_only_;
    }
    if (!position_.newest || *record > *position_.newest) return true;
    // The order of messages of one time is not documented: they are all read.
    if (!is_time(item.msg_time_ms)) return false;
    if (!ends_below_ms_) ends_below_ms_ = item.msg_time_ms;
    return true;
  }

 private:
  // The lane's record that the item is, by its tag.
  std::optional<std::uint32_t> record_of(const QueryItem& item) {
    const std::string tag = tag_of(item.payload);
    if (tag.empty()) return std::nullopt;
    const MigrationPlan& plan = context_.plan;
    if (position_.newest && tag == plan.tag(lane_, plan.records[*position_.newest]))
      return position_.newest;
    if (tags_.empty()) tags_ = tags_of(plan, lane_);
    const auto known = tags_.find(tag);
    if (known == tags_.end()) return std::nullopt;
    return known->second;
  }

  // What another run placed may have another time shift, so its times say nothing.
  bool is_past_position(const QueryItem& item) const {
    return position_.newest && !context_.profile.msg_time_is_arrival && !context_.adopt_from_ms &&
           is_long_before(item, context_.plan.records[*position_.newest].time_ms);
  }

  const RunContext& context_;
  Lane lane_;
  const LanePosition& position_;
  bool first_only_;
  EarlierImports& out_;
  std::unordered_map<std::string, std::uint32_t> tags_;
  std::optional<std::int64_t> ends_below_ms_;  // set by the first item that the journal knows of
};

}  // namespace

EarlierImports look_for_earlier(const RunContext& context, ZimApi& api, CallSite& site, Lane lane,
                                const LanePosition& position, bool first_only) {
  EarlierImports out;
  if (!context.plan.tagged) return out;
  ListSearch search(context, lane, position, first_only, out);
  const ListRead read =
      read_list(api, site, context.plan.list_id(lane),
                [&](const QueryItem& item) -> Result<bool> { return search.take(item); });
  out.interrupted = read.interrupted;
  out.refused = read.refused;
  out.error = read.error;
  return out;
}

std::vector<ImportEntry> entries_of(const RunContext& context, Lane lane, std::uint32_t next,
                                    const EarlierImports& earlier) {
  const MigrationPlan& plan = context.plan;
  std::vector<ImportEntry> out;
  const std::uint32_t last = earlier.found.rbegin()->first;
  for (std::uint32_t i = next; i <= last; ++i) {
    if (!plan.has(lane, plan.records[i])) continue;
    ImportEntry& entry = out.emplace_back(entry_of(context, lane, i));
    const auto found = earlier.found.find(i);
    if (found == earlier.found.end()) {
      quarantine(context, kPassedOver, entry);
    } else {
      entry.result.outcome = ImportOutcome::kRecovered;
      entry.result.msg_id = found->second.msg_id;
      entry.result.msg_seq = found->second.msg_seq;
    }
  }
  return out;
}

std::vector<ImportEntry> too_late_of(const RunContext& context, Lane lane, std::uint32_t next,
                                     const EarlierImports& earlier) {
  std::vector<ImportEntry> out;
  // A time of arrival says nothing about the order of times of sending.
  if (!context.keep_order || !earlier.newest_other_ms || context.profile.msg_time_is_arrival)
    return out;
  const MigrationPlan& plan = context.plan;
  const Conversation& conversation = plan.conversation(lane);
  for (std::uint32_t i = next; i < conversation.end; ++i) {
    const PlannedRecord& record = plan.records[i];
    if (record.time_ms >= *earlier.newest_other_ms) break;
    if (!plan.has(lane, record)) continue;
    quarantine(context,
               fmt::format("older than the newest message of its list, of {}: imports go from the "
                           "oldest to the newest",
                           iso_time(*earlier.newest_other_ms)),
               out.emplace_back(entry_of(context, lane, i)));
  }
  return out;
}

}  // namespace zimmock::client
