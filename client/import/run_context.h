#pragma once

// What a run of a migration works with, and why it ended: import and verification share it.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "client/api/patience.h"
#include "client/api/zim_api.h"
#include "client/formats/format.h"
#include "client/journal/journal.h"
#include "client/plan/plan.h"

namespace zimmock::client {

// Makes one Transport for one thread.
using TransportFactory = std::function<Result<std::unique_ptr<Transport>>()>;

// What a lane does after a message that the service refuses for itself.
enum class GapPolicy { kStop, kContinue };

// How an import that may have been applied is settled. A call cannot be applied any more once its
// signature has expired (docs/zim-api.md section 1: documented for when it arrives, assumed for
// when it takes effect); so after one look that does not find it, the second waits for that.
struct SettlePolicy {
  std::int64_t settle_ms = 5000;  // before a look; and how far the service's clock may be off ours
  std::int64_t sign_skew_s = 0;   // imports are signed with a Timestamp so much before now
  std::int64_t window_s = 600;    // for so long after its Timestamp a signature is taken
  int max_sends = 5;              // of one import that end in doubt: then its lane is unresolved
  int max_failed_looks = 5;       // in a row, each with the tries of one call

  // After so long a call that was sent just now cannot take effect any more, by the service's clock
  // too, which counts in seconds.
  std::int64_t lands_within_ms() const {
    return (window_s - sign_skew_s + 1) * kMillisPerSecond + settle_ms;
  }
};

// Everything a run works with. All of it must outlive the run.
struct RunContext {
  const MigrationPlan& plan;
  const SourceReader& source;
  TransportFactory transports;
  Credentials credentials;
  const Clock& clock;
  Waiter& waiter;
  ProgressBoard& board;
  Quarantine& quarantine;  // filled by run_import(); not looked for by run_verification()
  CallLimits& limits;
  int threads = 4;  // calls under way at once
  GapPolicy gap = GapPolicy::kStop;
  SettlePolicy settle{};
  Profile profile{};  // its codes, and what MsgTime is
  // What lists have of this migration though the journal knows nothing of it counts as imported,
  // and nothing is sent before that wall time, when no call of the earlier run can take effect any
  // more. Nothing: it stops the run.
  std::optional<std::int64_t> adopt_from_ms{};
  // Quarantine what is older than the newest message that others wrote into its list. Needs tags.
  bool keep_order = false;
};

// Why a run ended before its end.
enum class Stop {
  kNone,
  kCredentials,
  kNoConnection,
  kInterrupted,
  kJournal,         // it cannot be written: nothing more is sent
  kEarlierImports,  // RunContext::adopt_from_ms
  kError
};

}  // namespace zimmock::client
