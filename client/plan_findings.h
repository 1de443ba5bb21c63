#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/rules/rules.h"

namespace zimmock {

// What a finding means for the run.
enum class Weight {
  kBad,     // the record cannot be imported
  kTooOld,  // the record does not fit the retention window
  kNote,    // worth knowing; the record is imported
};

struct RecordFinding {
  std::uint32_t line = 0;
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
enum class PlanReason { kSource, kSameId, kExpires, kSameTime, kEmptied, kTagTooLong };

// Groups findings by reason as they come.
class FindingLog {
 public:
  // Gets every finding of weight kBad, as it comes.
  using BadSink = std::function<void(std::string_view reason, const RecordFinding&)>;

  // Keeps `max_examples` a group; 0: all.
  explicit FindingLog(std::size_t max_examples, BadSink on_bad = {})
      : max_examples_(max_examples), on_bad_(std::move(on_bad)) {}

  void add(Weight weight, std::uint32_t line, const Finding& finding);
  void add(Weight weight, PlanReason reason, RecordFinding finding);

  // Bad first, then too old, then notes; within these, most frequent first.
  std::vector<FindingGroup> take();

 private:
  void add(Weight weight, std::string_view reason, std::string_view statement,
           RecordFinding finding);

  std::size_t max_examples_;
  BadSink on_bad_;
  std::vector<FindingGroup> groups_;
  std::vector<std::uint32_t> last_lines_;
};

}  // namespace zimmock
