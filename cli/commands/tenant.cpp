#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/control/control_client.h"
#include "cli/files.h"
#include "cli/mock/app_setting_flags.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

// Of `tenant create`: "" or nothing is left to the mock.
struct NewTenant {
  std::string app_id;
  std::string secret_file;
  AppSettingFlags settings;
  std::string seed_file;
};

struct TenantFlags {
  ControlOptions control;
  NewTenant wanted;
  bool as_json = false;
};

void print_tenant(const json& tenant, bool as_json) {
  if (as_json) {
    print_json(json_line(tenant));
  } else {
    print_members(tenant);
  }
}

Result<json> to_body(const NewTenant& wanted) {
  auto body_or_error = to_json(wanted.settings);
  if (!body_or_error) return body_or_error;
  json body = *std::move(body_or_error);
  if (!wanted.app_id.empty()) {
    const auto app_id = parse_app_id(wanted.app_id);
    if (!app_id) return tl::unexpected(app_id.error());
    body["app_id"] = *app_id;
  }
  if (!wanted.secret_file.empty()) {
    const auto secret = read_small_file(wanted.secret_file);
    if (!secret) return tl::unexpected(secret.error());
    if (trim(*secret).empty()) {
      return fail(
          ErrorKind::kUsage,
          fmt::format("{}: expected the server secret, got an empty file", wanted.secret_file));
    }
    body["server_secret"] = trim(*secret);
    warn_of_readers(wanted.secret_file);
  }
  return body;
}

// With the seed, or not at all.
Result<int> create(const ControlClient& client, const TenantFlags& options) {
  const auto body = to_body(options.wanted);
  if (!body) return tl::unexpected(body.error());
  std::string seed;
  if (!options.wanted.seed_file.empty()) {
    auto document = read_input(options.wanted.seed_file);
    if (!document) return tl::unexpected(document.error());
    seed = *std::move(document);
  }
  const auto tenant = client.post("/tenants", *body);
  if (!tenant) return tl::unexpected(tenant.error());
  if (!options.wanted.seed_file.empty()) {
    const std::string path = "/tenants/" + cell(*tenant, "app_id");
    const auto seeded = client.send_document("POST", path + "/state", std::move(seed));
    if (!seeded) {
      static_cast<void>(client.del(path));  // the seed's Error is the one to tell
      return tl::unexpected(seeded.error());
    }
  }
  print_tenant(*tenant, options.as_json);
  return kOk;
}

Result<int> print_tenants(const ControlClient& client, const TenantFlags& options) {
  const auto answer = client.get("/tenants");
  if (!answer) return tl::unexpected(answer.error());
  const auto rows = client.list(*answer, "tenants");
  if (!rows) return tl::unexpected(rows.error());
  if (options.as_json) {
    print_json(json_line(*rows));
  } else {
    print_table(*rows, {"app_id", "users", "messages", "requests", "clock"}, Heading::kNames);
  }
  return kOk;
}

Result<int> show(const ControlClient& client, const TenantFlags& options) {
  const auto tenant = client.get(client.tenant_path());
  if (!tenant) return tl::unexpected(tenant.error());
  print_tenant(*tenant, options.as_json);
  return kOk;
}

Result<int> remove(const ControlClient& client, const TenantFlags&) {
  const auto done = client.del(client.tenant_path());
  if (!done) return tl::unexpected(done.error());
  return kOk;
}

Run declare_tenant_create(CLI::App& app) {
  auto options = std::make_shared<TenantFlags>();
  NewTenant& wanted = options->wanted;
  app.add_option("--app-id", wanted.app_id, "Its AppId (default: a free one)");
  app.add_option("--secret-file", wanted.secret_file, "File with its secret (default: a new one)");
  add_app_setting_flags(app, wanted.settings, false);
  app.add_option("--seed", wanted.seed_file,
                 "Its first state, as for `zimmock state import`; - is stdin");
  app.add_flag("--json", options->as_json, "One JSON object");
  add_control_options(app, options->control);
  return control_run(options, create, kStateTimeoutMs);
}

Run declare_tenant_list(CLI::App& app) {
  auto options = std::make_shared<TenantFlags>();
  app.add_flag("--json", options->as_json, "One JSON array instead of a table");
  add_control_options(app, options->control);
  return control_run(options, print_tenants, kStateTimeoutMs);
}

Run declare_tenant_show(CLI::App& app) {
  auto options = std::make_shared<TenantFlags>();
  app.add_flag("--json", options->as_json, "One JSON object");
  add_tenant_control_options(app, options->control);
  return control_run(options, show, kStateTimeoutMs);
}

Run declare_tenant_delete(CLI::App& app) {
  auto options = std::make_shared<TenantFlags>();
  add_tenant_control_options(app, options->control);
  return control_run(options, remove, kStateTimeoutMs);
}

constexpr Command kTenantCommands[] = {
    {"create", "Add an App with a world of its own, and print its AppId and secret",
     declare_tenant_create},
    {"list", "Print the Apps and their counts", declare_tenant_list},
    {"show", "Print an App's settings, secret and clock", declare_tenant_show},
    {"delete", "Remove an App and everything in it", declare_tenant_delete},
};

}  // namespace

Run setup_tenant(CLI::App& app) { return setup_subcommands(app, kTenantCommands); }

}  // namespace zimmock::cli
