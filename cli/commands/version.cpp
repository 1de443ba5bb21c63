#include "cli/command.h"
#include "cli/output.h"

namespace zimmock::cli {

Run setup_version(CLI::App&) {
  return [] {
    print_text("zimmock {}\n", ZIMMOCK_VERSION);
    return static_cast<int>(kOk);
  };
}

}  // namespace zimmock::cli
