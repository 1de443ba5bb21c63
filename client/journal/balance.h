#pragma once

// The numbers of a migration, which must add up: for the senders' lists and for the receivers'.

#include <algorithm>
#include <cstdint>

#include "client/journal/journal.h"
#include "client/plan/plan.h"

namespace zimmock::client {

// All that was read from the source, by what became of it in one kind of list.
struct ViewBalance {
  std::uint64_t read = 0;
  std::uint64_t imported = 0;     // answered with success
  std::uint64_t recovered = 0;    // found in its list: the answer was lost, or an earlier run's
                                  // was adopted
  std::uint64_t quarantined = 0;  // bad records, and what the service refuses
  std::uint64_t skipped = 0;      // no message, too old, of another shard, not seen by that user
  std::uint64_t unresolved = 0;   // may have been applied
  std::uint64_t waiting = 0;      // not sent yet

  std::uint64_t sum() const {
    return imported + recovered + quarantined + skipped + unresolved + waiting;
  }
};

struct Balance {
  ByView<ViewBalance> views;

  bool holds() const {
    return std::all_of(views.all.begin(), views.all.end(),
                       [](const ViewBalance& one) { return one.read == one.sum(); });
  }
};

// What is read comes from the plan's counts, what is skipped and waiting from its records, the rest
// from the journal's entries: three sources that must agree. Reads the whole journal. The Error is
// its.
Result<Balance> balance_of(const MigrationPlan& plan, ImportJournal& journal);

}  // namespace zimmock::client
