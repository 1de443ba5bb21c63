#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "client/plan/plan_steps.h"
#include "client/plan/record_tag.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

class PlanScan {
 public:
  PlanScan(SourceReader& source, const PlanOptions& options, MigrationPlan& plan, FindingLog& log)
      : source_(source), options_(options), plan_(plan), log_(log), people_(options.users) {}

  Result<void> run() {
    while (true) {
      auto record = source_.next();
      if (!record) return tl::unexpected(record.error());
      if (!*record) break;
      if (plan_.records.size() == std::numeric_limits<std::uint32_t>::max()) {
        return fail(ErrorKind::kInput, "more than 4294967295 records in one file");
      }
      take(**record);
    }
    if (auto joined = join_histories(); !joined) return tl::unexpected(joined.error());
    if (auto searched = find_same_ids(); !searched) return tl::unexpected(searched.error());
    count_occurrences();
    sort_records();
    plan_.facts = source_.facts();
    plan_.people = people_.take();
    for (const auto& [kind, count] : plan_.facts.skipped) plan_.counts.skipped += count;
    return {};
  }

 private:
  // For finding repeated Ids after the pass, without keeping them. An Id counts within its
  // conversation.
  struct IdMark {
    std::size_t hash;
    std::uint32_t record;
  };

  // The newest record so far of one user's list.
  struct Newest {
    std::int64_t time_ms = std::numeric_limits<std::int64_t>::min();
    RecordPlace place;
  };

  void take(const SourceRecord& record) {
    const Message& message = record.message;
    people_.add(record);
    // Of all shards, so that all are moved alike.
    if (record.emptied == Emptied::kNo && record.ok())
      plan_.source_newest_ms = std::max(plan_.source_newest_ms, message.send_time_ms);
    // A record too broken to name its users is one shard's all the same.
    if (!options_.shard.has(message.from_user_id, message.to_user_id)) {
      ++plan_.counts.records;
      ++plan_.counts.other_shards;
      return;
    }
    if (record.emptied != Emptied::kNo) {
      ++plan_.counts.skipped;
      log_.add(Weight::kNote, PlanReason::kEmptied, record,
               {"", "a message that is still there",
                record.emptied == Emptied::kRecalled ? "a recalled one" : "a deleted one"});
      return;
    }
    ++plan_.counts.records;
    for (const Finding& finding : record.findings.warnings) {
      log_.add(Weight::kNote, record, finding);
    }
    for (const Finding& finding : record.findings.refusals) {
      log_.add(Weight::kBad, record, finding);
    }
    if (record.problem) log_.add(Weight::kBad, PlanReason::kSource, record, *record.problem);
    if (!record.ok()) {
      ++plan_.counts.bad;
      return;
    }
    if (plan_.tagged && !has_room_for_tag(record)) {
      ++plan_.counts.bad;
      return;
    }
    add(record);
  }

  bool has_room_for_tag(const SourceRecord& record) {
    const std::string& own = record.message.content.extended_data;
    const std::size_t bytes = with_tag(own, record_tag(0, 0, "", "", "")).size();
    if (bytes <= kMaxExtendedDataBytes) return true;
    log_.add(Weight::kBad, PlanReason::kTagTooLong, record,
             {"/ExtendedData",
              fmt::format("at most {} bytes, {} of them the tag's", kMaxExtendedDataBytes,
                          bytes - own.size()),
              fmt::format("{} bytes of its own", own.size())});
    return false;
  }

  void add(const SourceRecord& record) {
    const Message& message = record.message;
    const std::uint32_t from = user(message.from_user_id);
    const std::uint32_t index = conversation(from, user(message.to_user_id));
    PlannedRecord& planned = plan_.records.emplace_back();
    planned.place = record.place;
    planned.conversation = index;
    planned.identity = plan_.tagged ? record_identity(source_.format_of(record.place), record)
                                    : content_identity(record);
    planned.content = content_mark(record);
    planned.time_ms = message.send_time_ms;
    planned.sender = from;
    const bool sender_first = plan_.lists_of(plan_.conversations[index]).front().owner == from;
    const unsigned senders = sender_first ? 1 : 2, receivers = sender_first ? 2 : 1;
    planned.lists = static_cast<std::uint8_t>((record.sender_sees ? senders : 0) |
                                              (record.receiver_sees ? receivers : 0));
    note_input(planned);
    note_order(planned);
    if (!record.id.empty()) {
      const std::string known_by =
          fmt::format("{} {} {}", index, id_scope(record.place), record.id);
      id_marks_.push_back({std::hash<std::string>{}(known_by),
                           static_cast<std::uint32_t>(plan_.records.size() - 1)});
    }
  }

  // Within which an id is one message's: a format, or one person's export.
  std::string id_scope(const RecordPlace& place) const {
    const std::string_view name = source_.format_of(place);
    const Format* format = find_format(name);
    if (format == nullptr || !format->is_personal) return std::string(name);
    return fmt::format("{} {}", name, source_.input_of(place));
  }

  void note_input(const PlannedRecord& record) {
    const std::uint32_t input = source_.input_of(record.place);
    std::vector<std::uint32_t>& inputs = inputs_[record.conversation];
    if (std::find(inputs.begin(), inputs.end(), input) != inputs.end()) return;
    inputs.push_back(input);
    const Conversation& all = plan_.conversations[record.conversation];
    for (std::uint32_t list = all.first_list; list < all.end_list; ++list)
      newest_[list] = {};  // each input has an order of its own
  }

  Result<void> join_histories() {
    for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].size() < 2) continue;
      const PlannedList& list = plan_.lists_of(plan_.conversations[i]).front();
      SharedConversation& shared = plan_.shared.emplace_back();
      shared.users = {plan_.users[list.owner], plan_.users[list.peer]};
      shared.conversation = i;
      shared.numbers = inputs_[i];
      for (const std::uint32_t input : inputs_[i])
        shared.inputs.push_back(source_.input_name(input));
    }
    if (plan_.shared.empty() || !options_.merge) return {};
    auto merged = merge_histories(source_, options_, plan_, log_);
    if (!merged) return tl::unexpected(merged.error());
    leave_out(*merged);
    return {};
  }

  // Records that are gone, with what else is known of them by their numbers.
  void leave_out(const std::vector<bool>& gone) {
    auto& records = plan_.records;
    std::vector<std::uint32_t> numbers(records.size());
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < records.size(); ++i) {
      numbers[i] = kept;
      if (!gone[i]) records[kept++] = records[i];
    }
    plan_.counts.records -= records.size() - kept;
    plan_.counts.merged = records.size() - kept;
    records.resize(kept);
    std::erase_if(id_marks_, [&](const IdMark& mark) { return gone[mark.record]; });
    for (IdMark& mark : id_marks_) mark.record = numbers[mark.record];
  }

  std::uint32_t user(const std::string& id) {
    const auto [found, added] =
        user_numbers_.try_emplace(id, static_cast<std::uint32_t>(plan_.users.size()));
    if (added) plan_.users.push_back(id);
    return found->second;
  }

  std::uint32_t conversation(std::uint32_t from, std::uint32_t to) {
    const std::uint64_t key = (std::uint64_t{std::min(from, to)} << 32) | std::max(from, to);
    const auto [found, added] = conversation_numbers_.try_emplace(
        key, static_cast<std::uint32_t>(plan_.conversations.size()));
    if (added) {
      Conversation& conversation = plan_.conversations.emplace_back();
      conversation.first_list = static_cast<std::uint32_t>(plan_.lists.size());
      plan_.lists.push_back({found->second, from, to, 0});
      plan_.lists.push_back({found->second, to, from, 0});
      conversation.end_list = static_cast<std::uint32_t>(plan_.lists.size());
      newest_.resize(plan_.lists.size());
      inputs_.emplace_back();
    }
    return found->second;
  }

  // Order is a matter of one user's list: a file may hold one list after the other.
  void note_order(const PlannedRecord& record) {
    std::optional<Newest> newer;
    plan_.each_lane(record, [&](Lane lane) {
      Newest& newest = newest_[lane.list];
      if (record.time_ms >= newest.time_ms) {
        newest = {record.time_ms, record.place};
      } else {
        newer = newest;
      }
    });
    if (!newer) return;
    ++plan_.counts.out_of_order;
    log_.add(Weight::kNote, RuleId::kImportOrder, record.place, [&] {
      return SourceProblem{"/SendMessageTime",
                           fmt::format("at least {} ({} of the same conversation)", newer->time_ms,
                                       text_of(newer->place)),
                           std::to_string(record.time_ms)};
    });
  }

  std::string text_of(const RecordPlace& place) const {
    return place_text(place.line, name_at(source_, place));
  }

  Result<void> find_same_ids() {
    std::sort(id_marks_.begin(), id_marks_.end(), [](const IdMark& a, const IdMark& b) {
      return std::tie(a.hash, a.record) < std::tie(b.hash, b.record);
    });
    for (std::size_t i = 0; i < id_marks_.size();) {
      std::size_t end = i + 1;
      while (end < id_marks_.size() && id_marks_[end].hash == id_marks_[i].hash) ++end;
      if (end - i > 1) {
        if (auto compared = compare_ids({&id_marks_[i], end - i}); !compared)
          return tl::unexpected(compared.error());
      }
      i = end;
    }
    id_marks_ = {};
    return {};
  }

  // A record that keeps its Id.
  struct Kept {
    const PlannedRecord* planned;
    SourceRecord record;
  };

  // Ids with one hash, in the file's order, are read again to see whether they are really the same.
  // A dump of import bodies has one record a side with the same Id, which is no repetition.
  Result<void> compare_ids(std::span<const IdMark> marks) {
    std::vector<Kept> kept;  // two of an Id at most
    for (const IdMark& mark : marks) {
      PlannedRecord& planned = plan_.records[mark.record];
      auto record = source_.read_at(planned.place);
      if (!record) return tl::unexpected(record.error());
      const auto earlier = std::find_if(kept.begin(), kept.end(), [&](const Kept& one) {
        return one.record.id == record->id && share_a_list(*one.planned, planned) &&
               id_scope(one.planned->place) == id_scope(planned.place);
      });
      if (earlier == kept.end()) {
        kept.push_back({&planned, *std::move(record)});
        continue;
      }
      planned.left_out = true;
      ++plan_.counts.bad;
      note_same_id(earlier->record, *record);
    }
    return {};
  }

  void note_same_id(const SourceRecord& earlier, const SourceRecord& record) {
    const bool same = has_content_of(earlier.message, record.message);
    log_.add(Weight::kBad, same ? PlanReason::kSameRecord : PlanReason::kSameId, record,
             {"/Id", "an Id of its own in the conversation",
              fmt::format("{}, as in {}, {}", quote(record.id),
                          place_text(earlier.place.line, earlier.name()),
                          same ? "with the same content" : "which is another message")});
  }

  static bool has_content_of(const Message& a, const Message& b) {
    const auto said = [](const Message& message) {
      const MessageContent& content = message.content;
      return std::tie(message.from_user_id, message.to_user_id, message.send_time_ms, content.type,
                      content.sub_type, content.body, content.extended_data);
    };
    return said(a) == said(b);
  }

  static bool share_a_list(const PlannedRecord& a, const PlannedRecord& b) {
    return a.conversation == b.conversation && (a.lists & b.lists) != 0;
  }

  // Of records that share a list and are alike, in the file's order.
  void count_occurrences() {
    auto& records = plan_.records;
    std::vector<std::uint32_t> order(records.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&records](std::uint32_t a, std::uint32_t b) {
      return std::tie(records[a].conversation, records[a].identity, a) <
             std::tie(records[b].conversation, records[b].identity, b);
    });
    std::vector<std::uint32_t> seen(plan_.lists.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      PlannedRecord& record = records[order[i]];
      const PlannedRecord* before = i == 0 ? nullptr : &records[order[i - 1]];
      const bool alike = before != nullptr && before->conversation == record.conversation &&
                         before->identity == record.identity;
      if (!alike) {
        const Conversation& all = plan_.conversations[record.conversation];
        std::fill(seen.begin() + all.first_list, seen.begin() + all.end_list, 0U);
      }
      if (record.left_out) continue;
      plan_.each_lane(record, [&](Lane lane) {
        record.occurrence = std::max(record.occurrence, seen[lane.list]);
      });
      plan_.each_lane(record, [&](Lane lane) { seen[lane.list] = record.occurrence + 1; });
    }
  }

  void sort_records() {
    auto& records = plan_.records;
    std::sort(records.begin(), records.end(), [](const PlannedRecord& a, const PlannedRecord& b) {
      return std::tie(a.conversation, a.time_ms, a.place.offset, a.place.part) <
             std::tie(b.conversation, b.time_ms, b.place.offset, b.place.part);
    });
    std::vector<const PlannedRecord*> before(plan_.lists.size());  // in each list
    for (std::uint32_t i = 0; i < records.size(); ++i) {
      const PlannedRecord& record = records[i];
      Conversation& conversation = plan_.conversations[record.conversation];
      if (conversation.end == 0) conversation.first = i;
      conversation.end = i + 1;
      if (!record.left_out) note_tie(record, before);
    }
  }

  void note_tie(const PlannedRecord& record, std::vector<const PlannedRecord*>& before) {
    const PlannedRecord* tied = nullptr;
    plan_.each_lane(record, [&](Lane lane) {
      const PlannedRecord* last = std::exchange(before[lane.list], &record);
      if (last == nullptr || last->time_ms != record.time_ms) return;
      if (last->place.offset != record.place.offset) tied = last;  // not parts of one record
    });
    if (tied == nullptr) return;
    ++plan_.counts.same_time;
    log_.add(Weight::kNote, PlanReason::kSameTime, record.place, [&] {
      return SourceProblem{"/SendMessageTime", "a time of its own",
                           fmt::format("{}, as in {}", record.time_ms, text_of(tied->place))};
    });
  }

  SourceReader& source_;
  const PlanOptions& options_;
  MigrationPlan& plan_;
  FindingLog& log_;
  PeopleLog people_;
  std::unordered_map<std::string, std::uint32_t> user_numbers_;
  std::unordered_map<std::uint64_t, std::uint32_t> conversation_numbers_;
  std::vector<Newest> newest_;                      // by list
  std::vector<std::vector<std::uint32_t>> inputs_;  // by conversation
  std::vector<IdMark> id_marks_;
};

}  // namespace

Result<void> scan_source(SourceReader& source, const PlanOptions& options, MigrationPlan& plan,
                         FindingLog& log) {
  return PlanScan(source, options, plan, log).run();
}

}  // namespace zimmock::client
