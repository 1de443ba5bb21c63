#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/formats/format.h"
#include "client/journal.h"
#include "client/patience.h"
#include "client/plan.h"
#include "client/zim_api.h"

namespace zimmock {

// Makes one Transport for one thread.
using TransportFactory = std::function<Result<std::unique_ptr<Transport>>()>;

// Everything a run works with. All of it must outlive the run.
struct RunContext {
  const MigrationPlan& plan;
  const SourceReader& source;
  TransportFactory transports;
  Credentials credentials;
  const Clock& clock;
  Waiter& waiter;
  ProgressBoard& board;
  std::int64_t calls_per_second = 20;  // of each operation; 0: no limit
  int threads = 4;                     // lanes in flight
};

// Why a run ended before its end.
enum class Stop { kNone, kCredentials, kNoConnection, kInterrupted, kError };

// Imports that the service refused with one code.
struct RefusalGroup {
  ApiStatus status;  // of the first
  std::uint64_t count = 0;
  std::vector<std::uint32_t> lines;  // the first five, ascending
};

struct InDoubt {
  Lane lane;
  std::uint32_t line = 0;
  std::string why;
};

// imported + refused + in_doubt.size() + not_sent is the plan's imports.
struct ImportReport {
  std::uint64_t imported = 0;
  std::uint64_t refused = 0;
  std::uint64_t not_sent = 0;
  std::vector<RefusalGroup> refusals;
  std::vector<InDoubt> in_doubt;  // never sent again; the rest of their lanes is not sent
  Stop stop = Stop::kNone;
  std::string stop_message;
  std::int64_t duration_ms = 0;
};

// Imports the plan, every lane oldest first with one call at a time, several lanes at once. Blocks
// until all is done or the run is stopped; calls under way are always waited for.
//  - refused: counted, the lane goes on
//  - in doubt (no usable answer, or a code that may mean applied): counted, the lane stops
//  - credentials, no connection after 5 tries, the source or the journal failing, an interruption:
//    everything stops
ImportReport run_import(const RunContext& context, ImportJournal& journal);

}  // namespace zimmock
