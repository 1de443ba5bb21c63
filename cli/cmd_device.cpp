#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control_client.h"
#include "cli/table.h"
#include "contracts/api/http.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

struct Options {
  ControlOptions control;
  std::string user;
  std::vector<std::string> versions;
  bool none = false;
  std::optional<std::int64_t> type;
  bool as_json = false;
};

Result<int> set(const ControlClient& client, const Options& options) {
  if (options.none != options.versions.empty()) {
    return fail(ErrorKind::kUsage,
                "device set: expected SDK versions like 2.8.0, or --none and no version");
  }
  const auto done = client.put(client.tenant_path("/devices/" + url_encode(options.user)),
                               {{"sdk_versions", options.versions}});
  if (!done) return tl::unexpected(done.error());
  return kOk;
}

Result<int> print_devices(const ControlClient& client, const Options& options) {
  const auto answer = client.get(client.tenant_path("/devices"));
  if (!answer) return tl::unexpected(answer.error());
  const auto rows = client.list(*answer, "devices");
  if (!rows) return tl::unexpected(rows.error());
  if (options.as_json) {
    fmt::print("{}\n", json_line(*rows));
  } else {
    print_table(*rows, {"user_id", "sdk_versions"}, Heading::kNames);
  }
  return kOk;
}

Result<int> print_summary(const ControlClient& client, const Options& options) {
  std::string path = client.tenant_path("/devices/summary");
  if (options.type) path += fmt::format("?type={}", *options.type);
  const auto answer = client.get(path);
  if (!answer) return tl::unexpected(answer.error());
  const auto types = client.list(*answer, "types");
  if (!types) return tl::unexpected(types.error());
  if (options.as_json) {
    fmt::print("{}\n", json_line(*answer));
    return kOk;
  }
  const std::string known = cell(*answer, "users_known");
  if (options.type) {
    for (const json& type : *types) {
      fmt::print("of {} users with known versions, {} would not see type {} ({})\n", known,
                 cell(type, "would_not_see"), cell(type, "type"), cell(type, "name"));
    }
    return kOk;
  }
  fmt::print("users with known versions: {}\n", known);
  print_table(*types,
              {"type", "name", "receives_all", "receives_some", "would_not_see", "undocumented"},
              Heading::kNames);
  return kOk;
}

Run run_with(const std::shared_ptr<Options>& options,
             Result<int> (*act)(const ControlClient& client, const Options& options)) {
  return [options, act] {
    return run_control(options->control,
                       [&](const ControlClient& client) { return act(client, *options); });
  };
}

Run declare_set(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("USER", options->user, "The user id")->required();
  app.add_option("VERSION", options->versions, "The SDK version of each of the user's devices");
  app.add_flag("--none", options->none, "The user has no device that is known");
  add_tenant_control_options(app, options->control);
  return run_with(options, set);
}

Run declare_list(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("--json", options->as_json, "One JSON array instead of a table");
  add_tenant_control_options(app, options->control);
  return run_with(options, print_devices);
}

Run declare_summary(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--type", options->type, "Only this MessageType, such as 200");
  app.add_flag("--json", options->as_json, "One JSON object instead of a table");
  add_tenant_control_options(app, options->control);
  return run_with(options, print_summary);
}

constexpr Command kSubcommands[] = {
    {"set", "Say which SDK versions a user is logged in with, instead of those before",
     declare_set},
    {"list", "Print whose versions are known", declare_list},
    {"summary", "Print how many users would not see each type of message", declare_summary},
};

}  // namespace

Run setup_device(CLI::App& app) { return setup_subcommands(app, kSubcommands); }

}  // namespace zimmock::cli
