#pragma once

// A planned migration as one call: set up, import, read back, compare, and say what came of it.
// `zimmock migrate --execute` is this call and what it prints.

#include <optional>

#include "client/balance.h"
#include "client/expected_list.h"
#include "client/importer.h"
#include "client/journal.h"
#include "client/registrar.h"
#include "client/setup.h"
#include "client/verdict.h"
#include "client/verifier.h"
#include "contracts/api/result.h"

namespace zimmock {

// Is told what a migration does, while it does it, by the thread that called; mismatch() is told by
// the threads that read, one at a time. Whatever is not overridden is passed over.
class MigrationObserver {
 public:
  virtual ~MigrationObserver() = default;

  // A phase that begins, with what there is to do, and its end. RunContext::board has the numbers
  // in between.
  virtual void begins(Phase /*phase*/, std::uint64_t /*total*/) {}
  virtual void ended(Phase /*phase*/) {}

  virtual void registered(const RegisterReport& /*report*/) {}
  virtual void imported(const MigrationPlan& /*plan*/, const ImportReport& /*report*/) {}
  virtual void mismatch(const Mismatch& /*mismatch*/) {}
  virtual void compared(const VerifyReport& /*report*/) {}

  // All that will not be in its list, once nothing more is sent. An Error (it could not be kept)
  // makes the migration not verified.
  virtual Result<void> quarantined(const Quarantine& /*quarantine*/) { return {}; }
  virtual void balance(const Balance& /*balance*/) {}
};

struct MigrationResult {
  Verdict verdict;
  std::optional<Balance> balance;  // nothing where nothing was sent, or the journal is not readable
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

}  // namespace zimmock
