#pragma once

#include <functional>
#include <memory>

#include "client/importer.h"
#include "client/journal.h"
#include "contracts/api/http.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

// Where a test stands between `zimmock migrate` and its journal and connections: the chaos test
// ends the process there. Empty in the program itself. Set before main() runs the command, and not
// changed after.
struct MigrateHooks {
  std::function<std::unique_ptr<ImportJournal>(ImportJournal&)> journal;
  std::function<Result<std::unique_ptr<Transport>>(std::unique_ptr<Transport>)> transport;
  std::function<void(SettlePolicy&)> settle;
};

MigrateHooks& migrate_hooks();

}  // namespace zimmock::cli
