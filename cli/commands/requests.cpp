#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/control/request_filters.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

struct RequestsOptions {
  ControlOptions control;
  RequestFilters filters;
  std::optional<std::int64_t> limit;
  bool count = false;
  bool unmatched = false;
  bool clear = false;
  bool as_json = false;
};

Result<int> print_requests(const ControlClient& client, const json& answer,
                           const RequestsOptions& options) {
  const auto rows = client.list(answer, "requests");
  if (!rows) return tl::unexpected(rows.error());
  for (const json& entry : *rows) {
    if (options.as_json) {
      print_json(json_line(entry));
    } else {
      print_text("{}\n", cell(entry, "line"));
    }
  }
  const auto matched = parse_int64(cell(answer, "matched"));
  if (matched && *matched > static_cast<std::int64_t>(rows->size())) {
    tell_line("zimmock: the newest {} of {}", rows->size(), *matched);
  }
  const auto dropped = parse_int64(cell(answer, "dropped"));
  if (dropped && *dropped > 0) {
    tell_line("zimmock: {} older requests are no longer kept", *dropped);
  }
  return kOk;
}

Result<int> print_count(const ControlClient& client, const RequestsOptions& options) {
  const std::string query = options.filters.query();
  const auto answer = client.get(
      client.tenant_path(query.empty() ? "/requests/count" : "/requests/count?" + query));
  if (!answer) return tl::unexpected(answer.error());
  if (options.as_json) {
    print_json(json_line(*answer));
  } else {
    print_text("{}\n", cell(*answer, "count"));
  }
  return kOk;
}

Result<int> clear(const ControlClient& client) {
  const auto done = client.del(client.tenant_path("/requests"));
  if (!done) return tl::unexpected(done.error());
  return kOk;
}

Result<int> run(const ControlClient& client, const RequestsOptions& options) {
  if ((options.clear || options.unmatched) && (!options.filters.empty() || options.limit)) {
    return fail(ErrorKind::kUsage,
                fmt::format("requests: expected no filter and no --limit beside {}",
                            options.clear ? "--clear, which forgets all" : "--unmatched"));
  }
  if (options.clear) return clear(client);
  if (options.count) return print_count(client, options);
  std::string path = "/unmatched";
  if (!options.unmatched) {
    std::string query = options.filters.query();
    if (options.limit) {
      query += fmt::format("{}limit={}", query.empty() ? "" : "&", *options.limit);
    }
    path = client.tenant_path(query.empty() ? "/requests" : "/requests?" + query);
  }
  const auto answer = client.get(path);
  if (!answer) return tl::unexpected(answer.error());
  return print_requests(client, *answer, options);
}

}  // namespace

Run setup_requests(CLI::App& app) {
  auto options = std::make_shared<RequestsOptions>();
  options->filters.add_to(app);
  auto* limit = app.add_option("--limit", options->limit, "Only the newest so many")
                    ->check(CLI::NonNegativeNumber);
  auto* count = app.add_flag("--count", options->count, "Only how many");
  auto* unmatched =
      app.add_flag("--unmatched", options->unmatched,
                   "Show the requests of no App instead: unknown AppId, path or operation");
  app.add_flag("--clear", options->clear, "Forget the requests of the App")
      ->excludes(count)
      ->excludes(unmatched);
  count->excludes(unmatched)->excludes(limit);
  app.add_flag("--json", options->as_json, "Print whole entries, one JSON object per line");
  add_tenant_control_options(app, options->control);
  return [options] {
    return run_control(options->control,
                       [&](const ControlClient& client) { return run(client, *options); });
  };
}

}  // namespace zimmock::cli
