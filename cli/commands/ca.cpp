#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/mock/ca_store.h"
#include "cli/output.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {

Run setup_ca(CLI::App& app) {
  struct Options {
    std::string dir = default_ca_dir().string();
    bool path = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("--ca-dir", options->dir, "The CA's folder; created at first use")
      ->capture_default_str();
  app.add_flag("--path", options->path, "Print the certificate's path instead of the certificate");
  return [options] {
    const SystemClock clock;
    const auto stored = load_or_make_ca(options->dir, clock);
    if (!stored) return complain(kFailed, stored.error().message);
    if (options->path) {
      print_exact(stored->certificate_path.string() + "\n");
    } else {
      print_exact(stored->ca.certificate_pem);
    }
    return static_cast<int>(kOk);
  };
}

}  // namespace zimmock::cli
