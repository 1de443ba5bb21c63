#pragma once

// What a list already has of this migration though the journal knows nothing of it: put there by a
// run whose journal is lost, or is newer than this one, or that had an earlier export of the same
// history.

#include <cstdint>
#include <map>
#include <optional>

#include "client/import/find_import.h"
#include "client/import/lane_positions.h"
#include "client/import/run_context.h"

namespace zimmock::client {

struct EarlierImports {
  std::map<std::uint32_t, Landed> found;        // into plan.records, from the position's `next` on
  bool unknown = false;                         // one of these the journal knows nothing of
  std::optional<std::int64_t> newest_other_ms;  // the time of the newest that is not of this plan
  std::optional<ApiStatus> refused;             // the service does not give the list
  std::optional<Error> error;                   // it could not be read
  bool interrupted = false;
};

// Reads the list from its newest message back to one that the journal knows of, or to its end if
// the journal knows of none; with `first_only` no further than to one that it knows nothing of.
// Knows the lane's records again by their tags, deleted ones included if the service gives their
// Payload; what others wrote is passed over. Finds nothing in a plan without tags. Blocks; makes
// the lane's tags (100 bytes each) once the list has a tag that is not the newest position's.
EarlierImports look_for_earlier(const RunContext& context, ZimApi& api, CallSite& site, Lane lane,
                                const LanePosition& position, bool first_only);

// What a journal has to take over so that the lane goes on after the last that was found, of which
// there must be one: from `next` on the found ones as recovered, and those before the last that are
// not in the list as quarantined, because sent now they would come out of order.
std::vector<ImportEntry> entries_of(const RunContext& context, Lane lane, std::uint32_t next,
                                    const EarlierImports& earlier);

// With RunContext::keep_order, what a journal has to take over as quarantined before anything is
// sent into the lane: the records that are older than what others wrote there. Empty if none are.
std::vector<ImportEntry> too_late_of(const RunContext& context, Lane lane, std::uint32_t next,
                                     const EarlierImports& earlier);

}  // namespace zimmock::client
