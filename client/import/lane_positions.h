#pragma once

// Where each lane of a plan goes on, by what the journal has of it.

#include <cstdint>
#include <map>
#include <optional>

#include "client/import/run_context.h"
#include "client/journal/journal.h"
#include "client/plan/plan.h"

namespace zimmock::client {

struct LanePosition {
  std::uint32_t next = 0;  // into plan.records: to be sent next, or settled if it may be applied
  // The last that the list has, or may have: imported, recovered or in doubt. Nothing: none.
  std::optional<std::uint32_t> newest;

  // True for a record that the list cannot have if the journal is as new as the list.
  bool is_before(std::uint32_t record) const {
    return record >= next && (!newest || record > *newest);
  }
};

// Filled with the journal's entries, then only read, by any number of threads.
class LanePositions {
 public:
  LanePositions(const MigrationPlan& plan, GapPolicy gap);

  // The next entry by lane and record. False if the plan has no such import.
  bool take(const ImportEntry& entry);

  const LanePosition& of(Lane lane) const { return positions_[lane.list]; }

  // The lanes that cannot just go on, and the entry at which: in doubt, or quarantined where gaps
  // are to stop it.
  const std::map<Lane, ImportEntry>& halted() const { return halted_; }

  // True if the lane has none after it.
  bool is_last(const ImportKey& key) const;

 private:
  bool is_planned(const ImportKey& key) const;
  bool halts(const ImportEntry& entry) const;

  const MigrationPlan& plan_;
  GapPolicy gap_;
  std::vector<LanePosition> positions_;
  std::map<Lane, ImportEntry> halted_;
};

}  // namespace zimmock::client
