#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {

Run setup_healthcheck(CLI::App& app) {
  struct Options {
    ControlOptions control;
    bool as_json = false;
  };
  auto options = std::make_shared<Options>();
  app.add_flag("--json", options->as_json,
               "The answer: where the mock listens, its version and CA");
  add_control_options(app, options->control);
  app.footer("Exit codes: 0 it answers; 1 it reports a fault; 5 nothing answers");
  return [options] {
    constexpr std::int64_t kTimeoutMs = 5'000;
    const auto ask = [&](const ControlClient& client) -> Result<int> {
      const auto health = client.get("/health");
      if (!health) return tl::unexpected(health.error());
      const std::string status = cell(*health, "status");
      if (options->as_json) {
        print_json(json_line(*health));
      } else {
        const std::string version = cell(*health, "version");
        print_text("{}: zimmock {}{}at {}\n", status, version, version.empty() ? "" : " ",
                   client.url());
      }
      return status == "ok" ? kOk : kFailed;
    };
    return run_control(options->control, ask, kTimeoutMs);
  };
}

}  // namespace zimmock::cli
