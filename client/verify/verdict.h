#pragma once

#include <string>

#include "client/import/importer.h"
#include "client/plan/plan.h"
#include "client/verify/verifier.h"

namespace zimmock::client {

enum class Outcome {
  kVerified,
  kVerifiedInPart,  // all that was planned is there, but records were left out of the plan
  kNotVerified,
  kStopped,     // a retry may help
  kUnresolved,  // lists that did not come to their end
  kFatal,       // credentials
  kInterrupted,
};

// The one sentence a run ends with, and what it means.
struct Verdict {
  Outcome outcome = Outcome::kNotVerified;
  std::string line;
};

// Of a run that ended before its lists were read back; `done` of the plan's imports were made.
Verdict stopped_verdict(const MigrationPlan& plan, Stop stop, const std::string& message,
                        std::uint64_t done);

// Of a run whose lists were read back, or should have been. `import` is nullptr if nothing was
// sent.
Verdict verdict_of(const MigrationPlan& plan, const VerifyReport& report,
                   const ImportReport* import, const Quarantine& quarantine, bool extra_allowed);

}  // namespace zimmock::client
