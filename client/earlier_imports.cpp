#include "client/earlier_imports.h"

#include <string>
#include <unordered_map>

#include "client/record_tag.h"
#include "client/verifier.h"

namespace zimmock {
namespace {

constexpr const char* kPassedOver =
    "not in its list, though later messages of this migration are: deleted there, or left out by "
    "an earlier run";

std::unordered_map<std::string, std::uint32_t> tags_of(const MigrationPlan& plan, Lane lane) {
  std::unordered_map<std::string, std::uint32_t> out;
  const Conversation& conversation = plan.conversations[lane.conversation];
  for (std::uint32_t i = conversation.first; i < conversation.end; ++i) {
    const PlannedRecord& record = plan.records[i];
    if (plan.has(lane, record)) out.emplace(plan.tag(lane, record), i);
  }
  return out;
}

}  // namespace

EarlierImports look_for_earlier(const RunContext& context, ZimApi& api, CallSite& site, Lane lane,
                                bool first_only) {
  EarlierImports out;
  if (!context.plan.tagged) return out;
  std::unordered_map<std::string, std::uint32_t> tags;
  const ListRead read = read_list(api, site, context.plan.viewer(lane), context.plan.peer(lane),
                                  [&](const QueryItem& item) -> Result<bool> {
                                    const std::string tag = tag_of(item.payload);
                                    if (tag.empty()) return true;
                                    if (tags.empty()) tags = tags_of(context.plan, lane);
                                    const auto known = tags.find(tag);
                                    if (known == tags.end()) return true;
                                    out.found[known->second] = Landed{item.msg_id, item.msg_seq};
                                    return !first_only;
                                  });
  out.interrupted = read.interrupted;
  out.refused = read.refused;
  out.error = read.error;
  return out;
}

std::vector<ImportEntry> entries_of(const MigrationPlan& plan, Lane lane,
                                    const EarlierImports& earlier) {
  std::vector<ImportEntry> out;
  const std::uint32_t last = earlier.found.rbegin()->first;
  for (std::uint32_t i = plan.conversations[lane.conversation].first; i <= last; ++i) {
    const PlannedRecord& record = plan.records[i];
    if (!plan.has(lane, record)) continue;
    ImportEntry& entry = out.emplace_back();
    entry.intent.key = entry.result.key = {lane, i};
    entry.intent.line = record.place.line;
    entry.intent.to_sender = plan.is_senders(lane, record);
    const auto found = earlier.found.find(i);
    if (found == earlier.found.end()) {
      entry.result.outcome = ImportOutcome::kQuarantined;
      entry.result.why = kPassedOver;
    } else {
      entry.result.outcome = ImportOutcome::kRecovered;
      entry.result.msg_id = found->second.msg_id;
      entry.result.msg_seq = found->second.msg_seq;
    }
  }
  return out;
}

}  // namespace zimmock
