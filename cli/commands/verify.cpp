#include <memory>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/control/request_filters.h"

namespace zimmock::cli {
namespace {

struct VerifyOptions {
  ControlOptions control;
  RequestFilters filters;
  std::optional<std::int64_t> count;
  std::optional<std::int64_t> at_least;
  std::optional<std::int64_t> at_most;
  bool chronological = false;
  bool no_findings = false;
  bool as_json = false;
};

Result<int> run(const ControlClient& client, const VerifyOptions& options) {
  nlohmann::json wanted = options.filters.members();
  const std::size_t filters = wanted.size();
  if (options.count) wanted["count"] = *options.count;
  if (options.at_least) wanted["at_least"] = *options.at_least;
  if (options.at_most) wanted["at_most"] = *options.at_most;
  if (options.chronological) wanted["chronological"] = true;
  if (options.no_findings) wanted["no_findings"] = true;
  if (wanted.size() == filters) {
    return fail(ErrorKind::kUsage,
                "verify: expected --count, --at-least, --at-most, --chronological or "
                "--no-findings, got nothing to verify");
  }
  return print_verdict(client, client.post(client.tenant_path("/verify"), wanted), options.as_json);
}

}  // namespace

Run setup_verify(CLI::App& app) {
  auto options = std::make_shared<VerifyOptions>();
  options->filters.add_to(app);
  auto* count = app.add_option("--count", options->count, "Exactly so many requests match")
                    ->check(CLI::NonNegativeNumber);
  app.add_option("--at-least", options->at_least, "So many or more")
      ->check(CLI::NonNegativeNumber)
      ->excludes(count);
  app.add_option("--at-most", options->at_most, "So many or fewer")
      ->check(CLI::NonNegativeNumber)
      ->excludes(count);
  app.add_flag("--chronological", options->chronological,
               "The imports of each list go from oldest to newest");
  app.add_flag("--no-findings", options->no_findings, "None of them broke a rule");
  app.add_flag("--json", options->as_json, "One JSON object instead of a report");
  add_tenant_control_options(app, options->control);
  app.footer("Exit codes: 0 as expected; 1 not as expected; 2 usage; 5 nothing answers");
  return [options] {
    return run_control(options->control,
                       [&](const ControlClient& client) { return run(client, *options); });
  };
}

}  // namespace zimmock::cli
