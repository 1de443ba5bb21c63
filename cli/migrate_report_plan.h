#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/plan.h"

namespace zimmock::cli {

// Records that a report names of one reason; it counts the others.
inline constexpr std::size_t kMaxReportLines = 1000;

// The records that cannot be imported, by reason, as the plan finds them.
class BadLines {
 public:
  // What passes through `next` is noted. This must not move meanwhile.
  FindingLog::BadSink noting(FindingLog::BadSink next);

  // The first kMaxReportLines, each once; empty for a reason that it was not told.
  const std::vector<NamedRecord>& of(std::string_view reason) const;

 private:
  std::map<std::string, std::vector<NamedRecord>, std::less<>> records_;
};

// What a journal keeps of the plan for its report, as the note "plan": JSON with the members
// `counts`, `bad` ([{"reason", "statement", "records", "lines", "places"}]), `no_message` ({kind:
// count}) and `shift_ms`.
std::string plan_note(const MigrationPlan& plan, const BadLines& bad);

}  // namespace zimmock::cli
