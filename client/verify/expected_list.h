#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/api/url_changes.h"
#include "client/api/zim_api.h"
#include "client/formats/format.h"
#include "client/journal/journal.h"
#include "client/plan/plan.h"
#include "contracts/api/result.h"
#include "contracts/api/returned_body.h"

namespace zimmock::client {

// One line of a comparison between a plan and a list.
struct Mismatch {
  // '+' missing: in the plan, not in the list. '-' extra: in the list, not in the plan.
  // '*' differs: in both, but not the same. '!' the list could not be read to its end.
  char mark = '!';
  ListId list;
  std::uint32_t line = 0;  // of the source; 0 if it is not in the plan
  std::string what;        // one line of ASCII
  RecordName name{};       // of the record; empty without a line
};

// How many messages came back with each BodyNote, by its number.
using BodyNoteCounts = std::array<std::uint64_t, kBodyNoteCount>;

// How one list compares. same + missing + differs + unread + moved.size() is the number planned for
// it.
struct ListComparison {
  std::uint64_t same = 0;
  std::uint64_t missing = 0;
  std::uint64_t differs = 0;
  std::uint64_t unread = 0;  // planned, in a list that could not be read to its end
  std::uint64_t extra = 0;
  std::uint64_t emptied = 0;    // deleted or recalled ones that are not in the plan: no mismatch
  std::uint64_t misplaced = 0;  // items with a later MsgTime than the one before them
  std::uint64_t ties_reordered = 0;  // of equal MsgTime, not with the later import first (assumed)
  std::uint64_t repeated = 0;        // came again on a later page: no mismatch; set by the reader
  BodyNoteCounts notes{};            // of those that are the same, and of `moved`
  UrlChanges urls;                   // of all that were compared
  // Those that are as planned but for URLs that moved: the same if all URLs of the run moved so,
  // else each differs. A few hundred bytes each.
  std::vector<Mismatch> moved;
  std::vector<Mismatch> mismatches;
};

// One lane of a plan, to be compared with what QueryPeerMsg returns for it: sender, type, content,
// ExtendedData and time; k equal messages need k equal ones. Keeps a few bytes a record; the texts
// are read again from the source. Used by one thread; plan and source must outlive it.
class ExpectedList {
 public:
  // The Error is the source's.
  static Result<ExpectedList> make(const MigrationPlan& plan, const SourceReader& source,
                                   const Quarantine& quarantine, Lane lane);

  // The next item of the list, newest first. The Error is the source's.
  Result<void> see(const QueryItem& item);

  // What is left over on both sides is paired and reported. With `unreadable`, the list ended early
  // for that reason, and nothing is said to be missing.
  Result<ListComparison> finish(const std::optional<std::string>& unreadable = std::nullopt);

 private:
  struct Digest {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Digest&) const = default;
  };
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const { return digest.low; }
  };
  struct Expected {
    std::uint32_t record;  // into plan.records
    Digest content;        // of its message_identity()
    bool seen = false;
  };
  // What an item is equal to, but for notes and moved URLs.
  struct Equal {
    std::size_t index;  // into expected_
    BodyComparison body;
  };
  // An item that nothing in the plan is equal to.
  struct Stray {
    std::string sender;
    std::string msg_id;
    std::string preview;  // quoted
    std::string media;    // the body, of a type that is compared member by member
    std::int64_t time_ms;
    std::int64_t type, sub_type, is_empty;
    Digest content, body, payload;
  };

  ExpectedList(const MigrationPlan& plan, const SourceReader& source, Lane lane)
      : plan_(plan), source_(source), lane_(lane) {}

  static Digest digest(std::string_view bytes);
  static Digest with_time(const Digest& content, std::int64_t time_ms);

  const PlannedRecord& planned(std::size_t index) const;
  Result<std::optional<Equal>> find_equal(const QueryItem& item, const Digest& content);
  void take_equal(const Equal& equal, const QueryItem& item);
  void note_order(std::int64_t time_ms, std::optional<std::size_t> index);
  template <typename Fits>
  Result<void> pair_strays(Fits fits, ListComparison& out);
  Result<void> pair_by_content(ListComparison& out);
  Result<std::string> difference(const Expected& expected, const Stray& stray,
                                 UrlChanges& urls) const;
  Result<void> report_pair(Expected& expected, const Stray& stray, ListComparison& out);
  Result<void> report_missing(ListComparison& out) const;
  void report_extra(ListComparison& out) const;
  // `record` is nullptr for what is not in the plan.
  Mismatch mismatch(char mark, const PlannedRecord* record, std::string what) const;

  const MigrationPlan& plan_;
  const SourceReader& source_;
  Lane lane_;
  std::vector<Expected> expected_;                                                // oldest first
  std::unordered_map<Digest, std::vector<std::uint32_t>, DigestHash> by_digest_;  // into expected_
  std::vector<std::optional<Stray>> strays_;                                      // nothing: paired
  ListComparison counts_;
  std::optional<std::int64_t> time_before_ms_;
  std::optional<std::size_t> index_before_;
};

}  // namespace zimmock::client
