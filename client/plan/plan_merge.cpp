// Two people's exports of one conversation are two views of one history: each lacks what its owner
// has deleted, and each numbers and dates the messages in its own way. What both have is one
// message, known by its sender, its content and its time as far as both exports tell it; equal ones
// are counted, the first with the first. The record whose time is told most exactly stands for it.
//
// A message that only one has is
// - one that the other person deleted, if the other person's export covers its time: it goes into
//   the list of the one who has it. An edited text, which each has in another version, comes out
//   right with this, too: each sees their own;
// - outside the other export, if not: it goes where its record says, usually both lists.
// A medium that one export lacks, and has a placeholder for, is that of the other one by the same
// person at the same time.
// Exports of a whole service (Format::is_personal is false) are parts of one history: by the same
// id, or without ids by content and time, a record is one that was exported twice, and what only
// one has is just in the other part.

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "client/formats/chat_name.h"
#include "client/formats/message_parts.h"
#include "client/plan/message_identity.h"
#include "client/plan/plan_steps.h"
#include "contracts/api/clock.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::int64_t kMillisPerMinute = 60 * kMillisPerSecond;

class HistoryMerge {
 public:
  HistoryMerge(const SourceReader& source, const PlanOptions& options, MigrationPlan& plan,
               FindingLog& log)
      : source_(source), options_(options), plan_(plan), log_(log), gone_(plan.records.size()) {}

  Result<std::vector<bool>> run() {
    std::map<std::uint32_t, std::vector<std::uint32_t>> records;
    for (const SharedConversation& shared : plan_.shared) records[shared.conversation];
    for (std::uint32_t i = 0; i < plan_.records.size(); ++i) {
      note_precision(plan_.records[i]);
      const auto found = records.find(plan_.records[i].conversation);
      if (found != records.end()) found->second.push_back(i);
    }
    for (const SharedConversation& shared : plan_.shared) {
      if (auto done = merge(shared, records[shared.conversation]); !done)
        return tl::unexpected(done.error());
    }
    return std::move(gone_);
  }

 private:
  struct Entry {
    std::string_view format;
    std::string known_by;  // sender and content, or id
    std::int64_t slot_ms = 0;
    std::uint32_t input = 0;
    std::uint32_t record = 0;
    bool personal = false;
    std::string sender;
    bool has_medium = false;
    bool lacks_medium = false;  // there is a placeholder for it

    auto alike() const { return std::tie(format, known_by, slot_ms); }
  };
  // What one input has of the conversation.
  struct Part {
    std::string_view format;
    std::int64_t first_ms = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ms = std::numeric_limits<std::int64_t>::min();
    std::string owner;                // a ZIM user; "": not known
    std::set<std::uint32_t> matched;  // inputs that have a message of it
  };

  // A phone that exports no seconds has none in any message.
  void note_precision(const PlannedRecord& record) {
    std::int64_t& precision =
        precision_.try_emplace(source_.input_of(record.place), kMillisPerMinute).first->second;
    while (record.time_ms % precision != 0)
      precision = precision == kMillisPerMinute ? kMillisPerSecond : 1;
  }

  Result<void> merge(const SharedConversation& shared, const std::vector<std::uint32_t>& records) {
    shared_ = &shared;
    parts_.clear();
    auto read = read_entries(records);
    if (!read) return tl::unexpected(read.error());
    std::vector<Entry> entries = *std::move(read);
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::tuple_cat(a.alike(), std::tie(a.input, a.record)) <
             std::tuple_cat(b.alike(), std::tie(b.input, b.record));
    });
    std::vector<const Entry*> single;
    for (std::size_t i = 0; i < entries.size();) {
      std::size_t end = i + 1;
      while (end < entries.size() && entries[end].alike() == entries[i].alike()) ++end;
      match({&entries[i], end - i}, single);
      i = end;
    }
    return place_single(single);
  }

  Result<std::vector<Entry>> read_entries(const std::vector<std::uint32_t>& records) {
    std::int64_t coarsest = 1;
    for (const std::uint32_t input : shared_->numbers)
      coarsest = std::max(coarsest, precision_.at(input));
    std::vector<Entry> out;
    for (const std::uint32_t number : records) {
      const PlannedRecord& planned = plan_.records[number];
      auto record = source_.read_at(planned.place);
      if (!record) return tl::unexpected(record.error());
      Entry& entry = out.emplace_back();
      entry.format = source_.format_of(planned.place);
      entry.input = source_.input_of(planned.place);
      entry.record = number;
      const Format* format = find_format(entry.format);
      entry.personal = format != nullptr && format->is_personal;
      const bool coarse = entry.personal || record->id.empty();
      entry.slot_ms = coarse ? floor_to(planned.time_ms, coarsest) : planned.time_ms;
      note_part(entry, *record);
      const Message& message = record->message;
      entry.sender = message.from_user_id;
      entry.lacks_medium = message.content.body.find(kMissingFile) != std::string::npos;
      entry.has_medium = is_media(message.content.type) && !entry.lacks_medium;
      // What is answered to is named by that export's own ids.
      if (entry.personal) record->message.content.extended_data.clear();
      entry.known_by =
          (entry.personal ? "" : record->id + "\n") + message_identity(record->message);
    }
    return out;
  }

  static std::int64_t floor_to(std::int64_t time_ms, std::int64_t precision) {
    return time_ms - ((time_ms % precision) + precision) % precision;
  }

  void note_part(const Entry& entry, const SourceRecord& record) {
    Part& part = parts_[entry.input];
    if (part.format.empty()) {
      part.format = entry.format;
      part.owner = owner_of(entry.input, record);
    }
    part.first_ms = std::min(part.first_ms, entry.slot_ms);
    part.last_ms = std::max(part.last_ms, entry.slot_ms);
  }

  std::string owner_of(std::uint32_t input, const SourceRecord& record) const {
    const std::string name = source_.input_name(input);
    const auto told = options_.exported_by.find(name);
    if (told != options_.exported_by.end()) return told->second;
    const bool with_sender = is_chat_with(name, record.source_users[0]);
    const bool with_receiver = is_chat_with(name, record.source_users[1]);
    if (with_sender == with_receiver) return "";
    return with_sender ? record.message.to_user_id : record.message.from_user_id;
  }

  // Records that are alike, by input: the first of each are one message, and so on.
  void match(std::span<const Entry> alike, std::vector<const Entry*>& single) {
    std::vector<std::vector<const Entry*>> messages;
    std::map<std::uint32_t, std::size_t> seen;
    for (const Entry& entry : alike) {
      const std::size_t number = seen[entry.input]++;
      if (messages.size() <= number) messages.emplace_back();
      messages[number].push_back(&entry);
    }
    for (const auto& message : messages) {
      if (message.size() == 1) {
        single.push_back(message.front());
      } else {
        unite(message, most_exact(message));
      }
    }
  }

  const Entry* most_exact(const std::vector<const Entry*>& message) const {
    return *std::min_element(message.begin(), message.end(),
                             [this](const Entry* a, const Entry* b) {
                               return std::tuple(precision_.at(a->input), a->input) <
                                      std::tuple(precision_.at(b->input), b->input);
                             });
  }

  void unite(const std::vector<const Entry*>& message, const Entry* best) {
    PlannedRecord& kept = plan_.records[best->record];
    for (const Entry* entry : message) {
      kept.lists |= plan_.records[entry->record].lists;
      if (entry != best) gone_[entry->record] = true;
      for (const Entry* other : message) parts_[entry->input].matched.insert(other->input);
    }
  }

  // True if the part is perhaps another person's, and has the time.
  bool other_covers(const Entry& entry, std::uint32_t input) const {
    const Part& own = parts_.at(entry.input);
    const Part& other = parts_.at(input);
    const bool same_person = !own.owner.empty() && own.owner == other.owner;
    return input != entry.input && other.format == own.format && !same_person &&
           other.first_ms <= entry.slot_ms && entry.slot_ms <= other.last_ms;
  }

  static bool are_of_two_people(const Entry& a, const Entry& b) {
    return a.personal && b.personal && a.input != b.input && a.format == b.format;
  }

  // Takes out the media that one export has and the other has a placeholder for.
  void unite_media(std::vector<const Entry*>& single) {
    using SenderAndTime = std::pair<std::string_view, std::int64_t>;  // a view into its Entry
    std::multimap<SenderAndTime, const Entry**> media;
    for (const Entry*& entry : single) {
      if (entry->has_medium) media.emplace(SenderAndTime(entry->sender, entry->slot_ms), &entry);
    }
    for (const Entry*& lacks : single) {
      if (lacks == nullptr || !lacks->lacks_medium) continue;
      auto [at, end] = media.equal_range(SenderAndTime(lacks->sender, lacks->slot_ms));
      while (at != end && !are_of_two_people(**at->second, *lacks)) ++at;
      if (at == end) continue;
      unite({*at->second, lacks}, *at->second);
      *at->second = lacks = nullptr;
      media.erase(at);
    }
    std::erase(single, nullptr);
  }

  // How many messages two inputs have alike but for one and the same distance in time.
  struct Shifted {
    std::uint64_t messages = 0;
    std::int64_t by_ms = 0;
  };
  static Shifted shifted(const std::vector<const Entry*>& one,
                         const std::vector<const Entry*>& other) {
    std::map<std::string_view, std::vector<std::int64_t>> times;
    for (const Entry* entry : other) times[entry->known_by].push_back(entry->slot_ms);
    std::map<std::string_view, std::size_t> seen;
    std::map<std::int64_t, std::uint64_t> distances;
    for (const Entry* entry : one) {
      const auto found = times.find(entry->known_by);
      if (found == times.end()) continue;
      const std::size_t number = seen[entry->known_by]++;
      if (number < found->second.size()) ++distances[found->second[number] - entry->slot_ms];
    }
    Shifted out;
    for (const auto& [by_ms, messages] : distances) {
      if (messages > out.messages) out = {messages, by_ms};
    }
    return out;
  }

  // Phones with other time zones or clocks would have every message twice.
  Result<void> refuse_shifted(const std::vector<const Entry*>& single) const {
    constexpr std::uint64_t kEnough = 3;
    std::map<std::uint32_t, std::vector<const Entry*>> by_input;
    for (const Entry* entry : single) by_input[entry->input].push_back(entry);
    for (const auto& [a, of_a] : by_input) {
      for (const auto& [b, of_b] : by_input) {
        if (b <= a || !are_of_two_people(*of_a.front(), *of_b.front())) continue;
        const Shifted found = shifted(of_a, of_b);
        if (found.messages < kEnough || 2 * found.messages < std::min(of_a.size(), of_b.size()))
          continue;
        return fail(
            ErrorKind::kUsage,
            fmt::format("--merge: {} and {} have {} messages of {} and {} alike, but {} s apart: "
                        "expected two exports in one time zone, by clocks that agree; migrate one "
                        "of them alone",
                        quote(source_.input_name(a)), quote(source_.input_name(b)), found.messages,
                        quote(shared_->users[0]), quote(shared_->users[1]),
                        std::abs(found.by_ms) / kMillisPerSecond));
      }
    }
    return {};
  }

  Result<void> place_single(std::vector<const Entry*>& single) {
    unite_media(single);
    if (auto apart = refuse_shifted(single); !apart) return apart;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> lacking;  // (has, has not)
    for (const Entry* entry : single) {
      for (const auto& [input, part] : parts_) {
        if (entry->personal && other_covers(*entry, input)) ++lacking[{entry->input, input}];
      }
    }
    for (const auto& [pair, count] : lacking) {
      const auto [has, has_not] = pair;
      if (lacking.contains({has_not, has}) && !parts_[has].matched.contains(has_not))
        return nothing_in_common(has, has_not);
    }
    for (const Entry* entry : single) {
      const bool lacks = std::any_of(parts_.begin(), parts_.end(), [&](const auto& part) {
        return entry->personal && other_covers(*entry, part.first);
      });
      if (!lacks) continue;
      if (auto done = give_to_owner(*entry, single.size()); !done) return done;
    }
    return {};
  }

  Result<void> give_to_owner(const Entry& entry, std::size_t single) {
    const std::string& owner = parts_[entry.input].owner;
    const auto side = std::find(shared_->users.begin(), shared_->users.end(), owner);
    if (side == shared_->users.end()) {
      const std::string name = source_.input_name(entry.input);
      return fail(ErrorKind::kUsage,
                  fmt::format("--merge: {} of the messages of {} and {} are not in all of their "
                              "exports: expected --exported-by {}=USER with one of the two, whose "
                              "export it is, got {}",
                              single, quote(shared_->users[0]), quote(shared_->users[1]),
                              shell_word(name), owner.empty() ? "nothing" : quote(owner)));
    }
    PlannedRecord& record = plan_.records[entry.record];
    record.lists = side == shared_->users.begin() ? 1 : 2;
    ++plan_.counts.only_in_one;
    log_.add(Weight::kNote, PlanReason::kOnlyInOne, record.place, [&] {
      return SourceProblem{"", "a message that both exports have",
                           fmt::format("one of {} only", quote(owner))};
    });
    return {};
  }

  Result<void> nothing_in_common(std::uint32_t a, std::uint32_t b) const {
    return fail(ErrorKind::kUsage,
                fmt::format("--merge: {} and {} have no message of {} and {} in common, though "
                            "they are of one time: expected two exports of one history in one time "
                            "zone; correct --users or --tz, or migrate one of them alone",
                            quote(source_.input_name(a)), quote(source_.input_name(b)),
                            quote(shared_->users[0]), quote(shared_->users[1])));
  }

  const SourceReader& source_;
  const PlanOptions& options_;
  MigrationPlan& plan_;
  FindingLog& log_;
  std::vector<bool> gone_;
  std::map<std::uint32_t, std::int64_t> precision_;  // ms, by input
  const SharedConversation* shared_ = nullptr;
  std::map<std::uint32_t, Part> parts_;  // of the shared conversation, by input
};

}  // namespace

Result<std::vector<bool>> merge_histories(const SourceReader& source, const PlanOptions& options,
                                          MigrationPlan& plan, FindingLog& log) {
  return HistoryMerge(source, options, plan, log).run();
}

}  // namespace zimmock::client
