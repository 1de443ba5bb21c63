#include "cli/migrate_hooks.h"

namespace zimmock::cli {

MigrateHooks& migrate_hooks() {
  static MigrateHooks hooks;
  return hooks;
}

}  // namespace zimmock::cli
