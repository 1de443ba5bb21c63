#pragma once

#include <functional>
#include <memory>

#include "cli/migrate/migrate_job.h"
#include "client/import/importer.h"
#include "client/journal/journal.h"
#include "contracts/api/http.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

// Wraps the journal and the connections of a migration, and changes how it settles. The chaos test
// ends the process there; `zimmock` itself leaves all of it empty.
struct MigrateDoors {
  std::function<std::unique_ptr<client::ImportJournal>(client::ImportJournal&)> journal{};
  std::function<Result<std::unique_ptr<Transport>>(std::unique_ptr<Transport>)> transport{};
  std::function<void(client::SettlePolicy&)> settle{};
};

// Plans, and carries out or verifies what the options say; prints as it goes. With a journal that
// an earlier run began (run_verify() only), what that run decided is taken from it. Returns the
// exit code.
int run_migrate(const MigrateOptions& options, const MigrateDoors& doors = {});
int run_verify(MigrateOptions options);

}  // namespace zimmock::cli
