#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/formats/format.h"
#include "contracts/rules/rules.h"

namespace zimmock::client {

// What a finding means for the run.
enum class Weight {
  kBad,     // the record cannot be imported
  kTooOld,  // the record does not fit the retention window
  kNote,    // worth knowing; the record is imported
};

struct RecordFinding {
  std::uint32_t line = 0;
  RecordName record;
  std::string pointer;  // into the source's record; "" for the record itself
  std::string expected;
  std::string got;
};

// All findings for one reason.
struct FindingGroup {
  Weight weight = Weight::kBad;
  std::string_view reason;              // a rule's id, or one of the plan's own, "plan.same-id"
  std::string_view statement;           // one sentence
  std::uint64_t count = 0;              // records that have it
  std::vector<RecordFinding> examples;  // the first of them
};

// The plan's own reasons, beside the contract's rules.
enum class PlanReason {
  kSource,
  kSameId,
  kSameRecord,
  kExpires,
  kSameTime,
  kEmptied,
  kTagTooLong,
  kOnlyInOne
};

// Groups findings by reason as they come.
class FindingLog {
 public:
  // A record that cannot be imported; what is known of it, for a later attempt.
  struct Bad {
    const SourceRecord* record = nullptr;  // nullptr if it cannot be read again
    std::string_view format;               // the source's
  };
  // Gets every finding of weight kBad, as it comes. Those of one record come one after the other.
  using BadSink = std::function<void(std::string_view reason, const RecordFinding&, const Bad&)>;

  // Keeps `max_examples` a group; 0: all. The source, which must outlive it, is read again for the
  // names of records that are given by their place.
  FindingLog(const SourceReader& source, std::size_t max_examples, BadSink on_bad = {})
      : source_(source), max_examples_(max_examples), on_bad_(std::move(on_bad)) {}

  // Takes one record after the other: a group counts records that have it, not their findings.
  void add(Weight weight, const SourceRecord& record, const Finding& finding);
  void add(Weight weight, PlanReason reason, const SourceRecord& record, SourceProblem finding);

  // For a record that can be read again. A finding that is costly to word is worded if it is kept.
  using Wording = std::function<SourceProblem()>;
  void add(Weight weight, const RecordPlace& place, const Finding& finding);
  void add(Weight weight, RuleId broken, const RecordPlace& place, const Wording& finding);
  void add(Weight weight, PlanReason reason, const RecordPlace& place, SourceProblem finding);
  void add(Weight weight, PlanReason reason, const RecordPlace& place, const Wording& finding);

  // Bad first, then too old, then notes; within these, most frequent first.
  std::vector<FindingGroup> take();

 private:
  struct Reason {
    std::string_view id;
    std::string_view statement;
  };
  // `record` is nullptr for one that can be read again.
  void add(Weight weight, Reason reason, const RecordPlace& place, const SourceRecord* record,
           const Wording& finding);
  static Reason words_of(PlanReason reason);
  static Reason words_of(RuleId broken);

  const SourceReader& source_;
  std::size_t max_examples_;
  BadSink on_bad_;
  std::vector<FindingGroup> groups_;
  std::vector<std::optional<std::uint64_t>> last_offsets_;  // of each group's last record
};

}  // namespace zimmock::client
