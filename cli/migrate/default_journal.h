#pragma once

#include <cstdint>
#include <string>

#include "client/plan/plan.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

struct DefaultJournal {
  std::string file;  // in the current folder
  std::string note;  // what to tell the user of it, or ""
};

// Where the journal of a migration is unless --journal says it: FILE.SERVICE.APP.journal, so that a
// trial does not stand in the way of the real run; of a shard, FILE.SERVICE.APP.I-of-N.journal.
// `service` is Endpoint's. With `look`, a journal under the name that earlier releases gave it,
// FILE.journal, is taken if it is of the same service and App and the new one is not there; the
// Error says that it could not be read.
Result<DefaultJournal> default_journal(const std::string& file, const client::Shard& shard,
                                       const std::string& service, std::uint32_t app_id, bool look);

}  // namespace zimmock::cli
