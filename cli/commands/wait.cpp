#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/control/request_filters.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

struct WaitOptions {
  ControlOptions control;
  RequestFilters filters;
  std::int64_t count = 1;
  std::string timeout = "10s";
  bool as_json = false;
};

int run(const WaitOptions& options) {
  constexpr std::int64_t kLongestMs = 24 * 3600 * 1000;
  constexpr std::int64_t kForTheAnswerMs = 10'000;  // beyond what the mock itself waits
  const auto timeout_ms = parse_duration_ms(options.timeout);
  if (!timeout_ms || *timeout_ms < 0 || *timeout_ms > kLongestMs) {
    return complain(kUsage, fmt::format("--timeout: expected a duration like 500ms or 10s, at most "
                                        "24h, got {}",
                                        quote(options.timeout)));
  }
  const auto wait = [&](const ControlClient& client) {
    nlohmann::json wanted = options.filters.members();
    wanted["count"] = options.count;
    wanted["timeout"] = options.timeout;
    return print_verdict(client, client.post(client.tenant_path("/wait"), wanted), options.as_json);
  };
  return run_control(options.control, wait, *timeout_ms + kForTheAnswerMs);
}

}  // namespace

Run setup_wait(CLI::App& app) {
  auto options = std::make_shared<WaitOptions>();
  options->filters.add_to(app);
  app.add_option("--count", options->count,
                 "Wait for this many matching requests; earlier ones count")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--timeout", options->timeout, "Give up after this time: 500ms, 10s, 2m")
      ->capture_default_str();
  app.add_flag("--json", options->as_json, "One JSON object instead of a report");
  add_tenant_control_options(app, options->control);
  app.footer("Exit codes: 0 the requests arrived; 1 timed out; 2 usage; 5 nothing answers");
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
