#pragma once

// What a migration will do, worked out before anything is sent: one pass over the source, of which
// only a small entry a record is kept.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/formats/format.h"
#include "client/plan/people.h"
#include "client/plan/plan_findings.h"
#include "contracts/api/list_id.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"

namespace zimmock::client {

enum class TooOldPolicy { kStop, kSkip, kClamp };
enum class BadPolicy { kStop, kQuarantine };

// How all times are moved, keeping the gaps between them.
struct TimeShift {
  enum class Kind { kNone, kNewestIsNow, kNewestIs, kBy };
  Kind kind = Kind::kNone;
  std::int64_t ms = 0;  // kNewestIs: Unix milliseconds; kBy: how far
};

// "newest=now", "newest=ISO-TIME", "+30d", "-90s". An Error (kUsage) for anything else.
Result<TimeShift> parse_time_shift(std::string_view text);

// One part of a migration that several workers share: the conversations whose users hash to it.
struct Shard {
  std::uint32_t number = 1;  // from 1
  std::uint32_t of = 1;

  bool has(std::string_view user, std::string_view other) const;
};

// "2/8". An Error (kUsage) for anything else.
Result<Shard> parse_shard(std::string_view text);

struct PlanOptions {
  std::int64_t now_ms = 0;
  std::int64_t retention_ms = 0;
  std::int64_t calls_per_second = 20;  // of each operation; 0: no limit
  // By which it is decided what expires and how far is clamped, if not calls_per_second: a run that
  // goes on at another rate has the plan of the first.
  std::optional<std::int64_t> decided_calls_per_second;
  TimeShift shift;
  TooOldPolicy too_old = TooOldPolicy::kStop;
  BadPolicy bad = BadPolicy::kStop;
  UserMap users;       // that the source is read with, for MigrationPlan::people
  bool names = true;   // users are registered with what the source knows of them
  bool tagged = true;  // every message carries a tag: see record_tag.h
  Shard shard;
  bool merge = false;  // inputs that share a conversation become one history: see plan_merge.cpp
  std::map<std::string, std::string, std::less<>> exported_by;  // input -> ZIM user, for merge
  std::size_t max_examples = 5;                                 // of each reason; 0: all
  FindingLog::BadSink on_bad;  // what keeps a record from being imported, as it is found
};

struct PlannedRecord {
  RecordPlace place;
  std::uint32_t conversation = 0;
  std::uint64_t identity = 0;    // record_identity(), or content_identity() without tags
  std::uint32_t occurrence = 0;  // among those of one list that have the same identity
  std::uint32_t content = 0;     // content_mark()
  std::int64_t time_ms = 0;      // as it is sent: shifted, and clamped if it was
  std::uint32_t sender = 0;      // into plan.users
  std::uint8_t lists = 0;        // bit i: it goes into list i of its conversation
  bool left_out = false;
};

// Its records are plan.records[first, end), oldest first, ties in the file's order.
struct Conversation {
  std::uint32_t first_list = 0;  // its lists are plan.lists[first_list, end_list)
  std::uint32_t end_list = 0;
  std::uint32_t first = 0;
  std::uint32_t end = 0;
};

// One list of a conversation. Two users have two: first the list of the one first seen as a sender.
struct PlannedList {
  std::uint32_t conversation = 0;
  std::uint32_t owner = 0;  // into plan.users, as the next
  std::uint32_t peer = 0;
  std::uint32_t imports = 0;
};

// A conversation that several inputs have messages of.
struct SharedConversation {
  std::array<std::string, 2> users;
  std::vector<std::string> inputs;     // their names, two at least
  std::uint32_t conversation = 0;      // into plan.conversations
  std::vector<std::uint32_t> numbers;  // of the inputs, as `inputs`
};

// A list as the importer goes along it: in order, one call at a time.
struct Lane {
  std::uint32_t list = 0;  // into plan.lists

  auto operator<=>(const Lane&) const = default;
};

// Whose list an import goes into, seen from its message. The numbers stand in journals, so a later
// release may add one and change none.
enum class View : std::uint8_t { kReceiver = 0, kSender = 1 };
inline constexpr std::array kAllViews{View::kReceiver, View::kSender};

template <typename T>
struct ByView {
  std::array<T, kAllViews.size()> all{};  // by the number of a View
  T& operator[](View view) { return all[static_cast<std::size_t>(view)]; }
  const T& operator[](View view) const { return all[static_cast<std::size_t>(view)]; }
};

struct PlanCounts {
  std::uint64_t records = 0;        // in the file, broken ones too; not the recalled and deleted
  std::uint64_t bad = 0;            // cannot be imported
  std::uint64_t too_old = 0;        // outside the window, now or when their turn comes
  std::uint64_t expires = 0;        // of these: they fit now, but not when their turn comes
  std::uint64_t clamped = 0;        // moved by TooOldPolicy::kClamp, to keep the order included
  std::uint64_t left_out = 0;       // not in the plan: bad, or too old and not clamped
  std::uint64_t skipped = 0;        // in the file, but no message to import: SourceFacts says what
  std::uint64_t other_shards = 0;   // other shards', the broken and deleted ones too
  std::uint64_t out_of_order = 0;   // older than an earlier one of the same user's list
  std::uint64_t same_time = 0;      // with the timestamp of the one before in the same user's list
  std::uint64_t one_sided = 0;      // in one user's list only
  std::uint64_t merged = 0;         // that another input has too; not among `records`
  std::uint64_t only_in_one = 0;    // one_sided, as the other person's export does not have them
  std::uint64_t users = 0;          // in a conversation with anything to import
  std::uint64_t conversations = 0;  // with anything to import
  std::uint64_t imports = 0;
  ByView<std::uint64_t> imports_to{};  // of the imports
  ByView<std::uint64_t> not_for{};     // planned records that this user does not see
  std::int64_t oldest_ms = 0;          // of the planned records' times as they are sent
  std::int64_t newest_ms = 0;
};

// Calls, and how long they take at the rate; the service's own latency comes on top.
struct Estimate {
  std::uint64_t registrations = 0;
  std::uint64_t imports = 0;
  std::uint64_t queries = 0;     // at least: pages may be short
  std::int64_t duration_ms = 0;  // 0 without a limit
};

// The window moves while the run runs; the oldest message is sent first. At the rate, as Estimate.
struct WindowOutlook {
  std::int64_t deadline_ms = 0;     // when the oldest planned message leaves it
  std::int64_t last_import_ms = 0;  // when the last import is sent
  std::int64_t spare_ms = 0;        // from a message's turn to when it leaves, at the least
  std::uint64_t late = 0;           // records that leave it before their turn, and are not clamped

  bool in_time() const { return spare_ms >= 0 && late == 0; }
};

struct MigrationPlan {
  std::vector<std::string> users;  // of all records that could be read
  std::vector<Conversation> conversations;
  std::vector<PlannedList> lists;  // conversation after conversation
  std::vector<PlannedRecord> records;
  std::vector<FindingGroup> findings;
  PlanCounts counts;
  Estimate estimate;
  WindowOutlook outlook;  // meaningful if there are imports
  std::int64_t now_ms = 0;
  std::int64_t retention_ms = 0;
  std::int64_t shift_ms = 0;
  // Of all that could be read, as in the source; other shards' too, so that all are moved alike.
  std::int64_t source_newest_ms = 0;
  bool tagged = true;
  SourceFacts facts;
  People people;     // of all shards
  KnownNames names;  // of users_to_register(), with PlanOptions::names
  std::vector<SharedConversation> shared;

  // True if the policies forbid to execute it.
  bool blocked = false;

  // Those who are in a conversation with anything to import, in the order of `users`.
  std::vector<std::string> users_to_register() const;

  // The same, with the names and avatars that are known.
  std::vector<RegisterUser> registrations() const;

  std::span<const PlannedList> lists_of(const Conversation& one) const {
    return std::span(lists).subspan(one.first_list, one.end_list - one.first_list);
  }
  bool has_imports(const Conversation& one) const;
  ListId list_id(Lane lane) const;
  const std::string& owner(Lane lane) const { return users[lists[lane.list].owner]; }
  const std::string& peer(Lane lane) const { return users[lists[lane.list].peer]; }
  const Conversation& conversation(Lane lane) const {
    return conversations[lists[lane.list].conversation];
  }
  const std::string& sender(const PlannedRecord& record) const;
  // The list's bit in the records of its conversation.
  std::uint8_t bit(Lane lane) const {
    return static_cast<std::uint8_t>(1U << (lane.list - conversation(lane).first_list));
  }
  // The record must be of the list's conversation.
  bool has(Lane lane, const PlannedRecord& record) const {
    return !record.left_out && (record.lists & bit(lane)) != 0;
  }
  View view(Lane lane, const PlannedRecord& record) const {
    return lists[lane.list].owner == record.sender ? View::kSender : View::kReceiver;
  }
  // Calls `visit` with each Lane that the record goes into, left out or not.
  template <typename Visit>
  void each_lane(const PlannedRecord& record, const Visit& visit) const {
    const Conversation& all = conversations[record.conversation];
    for (std::uint32_t list = all.first_list; list < all.end_list; ++list) {
      if ((record.lists & bit({list})) != 0) visit(Lane{list});
    }
  }
  std::string tag(Lane lane, const PlannedRecord& record) const;  // see record_tag.h

  // plan.records[record] as it is sent into that list. The Error is the source's. Safe from several
  // threads, as the source's read_at() is. The record's name goes to `name`, if given.
  Result<Message> outgoing(const SourceReader& source, Lane lane, std::uint32_t record,
                           RecordName* name = nullptr) const;
};

// Reads the source to its end. The Error is the source's.
Result<MigrationPlan> make_plan(SourceReader& source, const PlanOptions& options);

// What has left the window and is still to be imported.
struct Expired {
  std::int64_t now_ms = 0;  // when it was looked at
  std::uint64_t records = 0;
  std::uint64_t imports = 0;
  std::int64_t oldest_ms = 0;
};

// At that time; `settled` says of an import that nothing will be sent for it any more.
Expired expired_at(const MigrationPlan& plan, std::int64_t now_ms,
                   const std::function<bool(Lane, std::uint32_t record)>& settled);

}  // namespace zimmock::client
