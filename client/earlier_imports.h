#pragma once

// What a list already has of this migration though the journal knows nothing of it: put there by a
// run whose journal is lost, or that had an earlier export of the same history.

#include <cstdint>
#include <map>
#include <optional>

#include "client/importer.h"
#include "client/landing.h"

namespace zimmock {

struct EarlierImports {
  std::map<std::uint32_t, Landed> found;  // into plan.records
  std::optional<ApiStatus> refused;       // the service does not give the list
  std::optional<Error> error;             // it could not be read
  bool interrupted = false;
};

// Reads the whole list, or with `first_only` until one is found, and knows the lane's records again
// by their tags, deleted ones included if the service gives their Payload. Finds nothing in a plan
// without tags. Blocks; makes the lane's tags (100 bytes each) once the list has any tag at all.
EarlierImports look_for_earlier(const RunContext& context, ZimApi& api, CallSite& site, Lane lane,
                                bool first_only);

// What a journal has to take over so that the lane goes on after the last that was found, of which
// there must be one: the found ones
// as recovered, and those before it that are not in the list as quarantined, because sent now they
// would come out of order.
std::vector<ImportEntry> entries_of(const MigrationPlan& plan, Lane lane,
                                    const EarlierImports& earlier);

}  // namespace zimmock
