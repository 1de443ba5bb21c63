#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/files.h"
#include "cli/mock/client_environment.h"
#include "cli/mock/ready_line.h"
#include "cli/output.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

struct EnvOptions {
  ControlOptions control;
  std::string ready_file;
  bool as_json = false;
};

// For a POSIX shell: nothing within single quotes is special but the quote itself.
std::string shell_quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Result<int> print_environment(const ControlClient& client, bool as_json) {
  // First, because whoever may not ask for it does not learn from health where the mock is.
  const auto tenant = client.get(client.tenant_path());
  if (!tenant) return tl::unexpected(tenant.error());
  const auto health = client.get("/health");
  if (!health) return tl::unexpected(health.error());
  auto ready = parse_ready_line(json_line(*health), client.url());
  if (!ready) return tl::unexpected(ready.error());
  ready->app_id = tenant->value("app_id", ready->app_id);
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  std::string script;
  for (const Variable& one : client_environment(*ready, tenant->value("server_secret", ""))) {
    object[one.name] = one.value ? nlohmann::ordered_json(*one.value) : nlohmann::ordered_json();
    script += one.value ? fmt::format("export {}={}\n", one.name, shell_quote(*one.value))
                        : fmt::format("unset {}\n", one.name);
  }
  if (as_json) script = object.dump() + "\n";
  print_exact(script);
  return kOk;
}

int env(EnvOptions& options) {
  if (!options.ready_file.empty()) {
    const auto text = read_small_file(options.ready_file);
    if (!text) return complain(kUsage, text.error().message);
    const auto ready = parse_ready_line(*text, options.ready_file);
    if (!ready) return complain(kUsage, ready.error().message);
    options.control.url = ready->control_url;
    if (options.control.app_id.empty()) options.control.app_id = std::to_string(ready->app_id);
  }
  return run_control(options.control, [&](const ControlClient& client) {
    return print_environment(client, options.as_json);
  });
}

}  // namespace

Run setup_env(CLI::App& app) {
  auto options = std::make_shared<EnvOptions>();
  app.add_option("--ready-file", options->ready_file,
                 "Read the file of `zimmock serve --ready-file` instead of asking --control");
  app.add_flag("--json", options->as_json, "One JSON object; null: not to be set");
  add_tenant_control_options(app, options->control);
  app.footer(
      "In a shell: eval \"$(zimmock env)\". The variables are those of `zimmock exec`; to reach\n"
      "the mock by the vendor's name it needs serve --proxy-listen.");
  return [options] { return env(*options); };
}

}  // namespace zimmock::cli
