#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/import/run_context.h"
#include "client/journal/journal.h"
#include "client/plan/plan.h"

namespace zimmock::client {

// Imports that the service refused with one code.
struct RefusalGroup {
  ApiStatus status;  // of the first
  std::uint64_t count = 0;
  std::vector<NamedRecord> records;  // the first five in the source
};

// A lane that did not come to its end, though the run did.
struct StoppedLane {
  Lane lane;
  NamedRecord record;  // that it stopped at
  bool gap = false;    // at a quarantined record; otherwise at one that may have been applied
  std::string why;
};

// imported + recovered + quarantined + unresolved + not_sent is the plan's imports; all but the
// last two count earlier runs of the same journal too.
struct ImportReport {
  std::uint64_t imported = 0;     // answered with success
  std::uint64_t recovered = 0;    // found in its list: the answer was lost, or it was adopted
  std::uint64_t quarantined = 0;  // refused for itself
  std::uint64_t unresolved = 0;   // may have been applied
  std::uint64_t not_sent = 0;
  std::uint64_t before = 0;   // of the imported, recovered and quarantined: by earlier runs
  std::uint64_t adopted = 0;  // of the recovered: an earlier run's, which had another journal
  std::uint64_t passed_over =
      0;  // of the quarantined: not there though later ones were adopted; or by keep_order
  std::uint64_t looks = 0;       // at a list for an import in doubt
  std::uint64_t sent_again = 0;  // imports, after two looks that did not find them
  std::vector<RefusalGroup> refusals;
  std::vector<StoppedLane> stopped_lanes;
  Stop stop = Stop::kNone;
  std::string stop_message;
  std::int64_t duration_ms = 0;

  std::uint64_t done() const { return imported + recovered + quarantined; }
};

// Imports what the journal does not have yet, every lane oldest first with one call at a time,
// several lanes at once. Blocks until all is done or the run is stopped; calls under way are always
// waited for.
//  - refused: quarantined; the lane goes on or stops, by GapPolicy
//  - in doubt (no usable answer, or a code that may mean applied; or so says the journal): the lane
//    waits, the others go on; it is looked for in its list, and sent again only after two looks
//  - before a lane's first import of this run its list is read, from the newest message back to one
//    that the journal knows of: what it has of the lane beyond is adopted, or stops everything, by
//    adopt_from_ms. With keep_order, what is older than the list's newest is quarantined.
//  - credentials, no connection after 5 tries, the source or the journal failing, an interruption:
//    everything stops, and another run with the same journal goes on
ImportReport run_import(const RunContext& context, ImportJournal& journal);

}  // namespace zimmock::client
