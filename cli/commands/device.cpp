#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

struct DeviceOptions {
  ControlOptions control;
  std::string user;
  std::string peer;
  std::vector<std::string> versions;
  bool none = false;
  std::optional<std::int64_t> type;
  bool as_json = false;
};

Result<int> set(const ControlClient& client, const DeviceOptions& options) {
  if (options.none != options.versions.empty()) {
    return fail(ErrorKind::kUsage,
                "device set: expected SDK versions like 2.8.0, or --none and no version");
  }
  const auto done = client.put(client.tenant_path("/devices/" + url_encode(options.user)),
                               {{"sdk_versions", options.versions}});
  if (!done) return tl::unexpected(done.error());
  return kOk;
}

Result<int> print_devices(const ControlClient& client, const DeviceOptions& options) {
  const auto answer = client.get(client.tenant_path("/devices"));
  if (!answer) return tl::unexpected(answer.error());
  const auto rows = client.list(*answer, "devices");
  if (!rows) return tl::unexpected(rows.error());
  if (options.as_json) {
    print_json(json_line(*rows));
  } else {
    print_table(*rows, {"user_id", "sdk_versions"}, Heading::kNames);
  }
  return kOk;
}

Result<int> print_summary(const ControlClient& client, const DeviceOptions& options) {
  std::string path = client.tenant_path("/devices/summary");
  if (options.type) path += fmt::format("?type={}", *options.type);
  const auto answer = client.get(path);
  if (!answer) return tl::unexpected(answer.error());
  const auto types = client.list(*answer, "types");
  if (!types) return tl::unexpected(types.error());
  if (options.as_json) {
    print_json(json_line(*answer));
    return kOk;
  }
  const std::string known = cell(*answer, "users_known");
  if (options.type) {
    for (const json& type : *types) {
      print_text("of {} users with known versions, {} would not see type {} ({})\n", known,
                 cell(type, "would_not_see"), cell(type, "type"), cell(type, "name"));
    }
    return kOk;
  }
  print_text("users with known versions: {}\n", known);
  print_table(*types,
              {"type", "name", "receives_all", "receives_some", "would_not_see", "undocumented"},
              Heading::kNames);
  return kOk;
}

// "2.6.0: 3 delivered, 1 absent; 0 deleted or recalled", and below it each message.
void print_device(const json& device) {
  const json counts = device.value("counts", json::object());
  print_text("{}: {} delivered, {} unknown, {} absent, {} undocumented; {} deleted or recalled\n",
             cell(device, "sdk_version"), cell(counts, "delivered"), cell(counts, "unknown"),
             cell(counts, "absent"), cell(counts, "undocumented"), cell(counts, "emptied"));
  print_table(device.value("messages", json::array()),
              {"msg_seq", "sender", "type", "delivery", "rule", "mark"}, Heading::kNames);
}

Result<int> print_view(const ControlClient& client, const DeviceOptions& options) {
  const auto answer = client.get(client.tenant_path(
      fmt::format("/view?user={}&peer={}", url_encode(options.user), url_encode(options.peer))));
  if (!answer) return tl::unexpected(answer.error());
  const auto devices = client.list(*answer, "devices");
  if (!devices) return tl::unexpected(devices.error());
  if (options.as_json) {
    print_json(json_line(*answer));
    return kOk;
  }
  for (const json& device : *devices) print_device(device);
  if (devices->empty()) {
    print_text("no version of a device of {} is known; see `zimmock device set`\n",
               printable_line(options.user));
  }
  return kOk;
}

Run declare_device_set(CLI::App& app) {
  auto options = std::make_shared<DeviceOptions>();
  app.add_option("USER", options->user, "The user id")->required();
  app.add_option("VERSION", options->versions, "The SDK version of each device of the user");
  app.add_flag("--none", options->none, "Forget the user's devices");
  add_tenant_control_options(app, options->control);
  return control_run(options, set);
}

Run declare_device_list(CLI::App& app) {
  auto options = std::make_shared<DeviceOptions>();
  app.add_flag("--json", options->as_json, "One JSON array instead of a table");
  add_tenant_control_options(app, options->control);
  return control_run(options, print_devices);
}

Run declare_device_summary(CLI::App& app) {
  auto options = std::make_shared<DeviceOptions>();
  app.add_option("--type", options->type, "Only this MessageType, such as 200");
  app.add_flag("--json", options->as_json, "One JSON object instead of a table");
  add_tenant_control_options(app, options->control);
  return control_run(options, print_summary);
}

Run declare_device_view(CLI::App& app) {
  auto options = std::make_shared<DeviceOptions>();
  app.add_option("USER", options->user, "Whose devices")->required();
  app.add_option("PEER", options->peer, "The other user of the conversation")->required();
  app.add_flag("--json", options->as_json, "One JSON object instead of tables");
  add_tenant_control_options(app, options->control);
  return control_run(options, print_view);
}

constexpr Command kDeviceCommands[] = {
    {"set", "Set the SDK versions that a user is logged in with", declare_device_set},
    {"list", "Print the users whose versions are known", declare_device_list},
    {"view", "Print what each of a user's devices gets of a conversation", declare_device_view},
    {"summary", "Print how many users would not see each type of message", declare_device_summary},
};

}  // namespace

Run setup_device(CLI::App& app) { return setup_subcommands(app, kDeviceCommands); }

}  // namespace zimmock::cli
