#pragma once

// Carries out a planned migration in one call: sets up, imports, reads back, compares, and returns
// a verdict. `zimmock migrate --execute` makes this call and prints what it hears.

#include <optional>

#include "client/api/registrar.h"
#include "client/import/importer.h"
#include "client/import/setup.h"
#include "client/journal/balance.h"
#include "client/journal/journal.h"
#include "client/verify/expected_list.h"
#include "client/verify/verdict.h"
#include "client/verify/verifier.h"
#include "contracts/api/result.h"

namespace zimmock::client {

// Hears what a migration does, while it does it. The calling thread calls all functions but
// mismatch(), which the reading threads call, one at a time. The default is to ignore what is
// heard.
class MigrationObserver {
 public:
  virtual ~MigrationObserver() = default;

  // A phase begins, with `total` things to do, or has ended. RunContext::board counts in between.
  virtual void begins(Phase /*phase*/, std::uint64_t /*total*/) {}
  virtual void ended(Phase /*phase*/) {}

  virtual void registered(const RegisterReport& /*report*/) {}
  virtual void imported(const MigrationPlan& /*plan*/, const ImportReport& /*report*/) {}
  virtual void mismatch(const Mismatch& /*mismatch*/) {}
  virtual void compared(const VerifyReport& /*report*/) {}

  // After the last call: the imports that were refused. An Error (they could not be kept) makes the
  // migration not verified.
  virtual Result<void> quarantined(const Quarantine& /*quarantine*/) { return {}; }
  virtual void balance(const Balance& /*balance*/) {}
};

struct MigrationResult {
  Verdict verdict;
  std::optional<Balance>
      balance;  // nothing if nothing was sent, or if the journal could not be read
};

// Does what the journal does not have yet; see run_import() for what stops it. The journal must
// have been begun with the plan, or matched to it. `allow_extra`: messages that the plan does not
// have are no fault. Blocks until all is done or the run is stopped. The Error is the journal's:
// what earlier runs quarantined could not be read, and nothing was sent.
Result<MigrationResult> run_migration(const RunContext& context, ImportJournal& journal,
                                      bool allow_extra, MigrationObserver& observer);

// Only reads back and compares. Without a journal (nullptr) all of the plan is expected.
Result<MigrationResult> verify_migration(const RunContext& context, ImportJournal* journal,
                                         bool allow_extra, MigrationObserver& observer);

}  // namespace zimmock::client
