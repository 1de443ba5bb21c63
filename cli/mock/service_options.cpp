#include "cli/mock/service_options.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include <fmt/format.h>

#include "cli/files.h"
#include "cli/output.h"
#include "contracts/api/text.h"
#include "mock_server/tenant/state_document.h"

namespace zimmock::cli {
namespace {

// "12345:secret". The secret is not repeated in the error.
Result<AppCredentials> parse_app(std::string_view text, std::string_view where) {
  const auto colon = text.find(':');
  const auto id = parse_int64(text.substr(0, colon));
  if (colon == std::string_view::npos || colon + 1 == text.size() || !id || *id < 0 ||
      *id > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorKind::kUsage, fmt::format("{}: expected ID:SECRET, with an ID from 0 to "
                                               "4294967295",
                                               where));
  }
  return AppCredentials{static_cast<std::uint32_t>(*id), std::string(text.substr(colon + 1))};
}

Result<std::vector<AppCredentials>> read_apps(const ServiceOptions& options) {
  std::vector<AppCredentials> out;
  for (const std::string& text : options.apps) {
    auto app = parse_app(text, "--app");
    if (!app) return tl::unexpected(app.error());
    out.push_back(std::move(*app));
  }
  if (options.app_file.empty()) return out;
  auto text = read_small_file(options.app_file);
  if (!text) return tl::unexpected(text.error());
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view entry = trim(line);
    if (entry.empty() || entry.front() == '#') continue;
    auto app = parse_app(entry, fmt::format("{}:{}", options.app_file, number));
    if (!app) return tl::unexpected(app.error());
    out.push_back(std::move(*app));
  }
  return out;
}

Result<std::vector<mock::Fault>> read_faults(const ServiceOptions& options) {
  std::vector<mock::Fault> out;
  for (const std::string& spec : options.faults) {
    auto fault = mock::parse_fault(spec);
    if (!fault) return fail(ErrorKind::kUsage, "--" + fault.error().message);
    out.push_back(*std::move(fault));
  }
  return out;
}

Result<void> plant_seed(mock::Tenant& tenant, const SeedOptions& options,
                        std::vector<std::string>& notes) {
  auto seed = read_seed(options);
  if (!seed) return tl::unexpected(seed.error());
  const auto counts = import_state(tenant, seed->document, mock::StateMode::kAdd);
  if (!counts) {
    return fail(counts.error().kind, fmt::format("{}: {}", options.file, counts.error().message));
  }
  notes = std::move(seed->notes);
  if (!counts->left_out.empty()) notes.push_back(mock_lacks(counts->left_out));
  return {};
}

}  // namespace

void add_service_options(CLI::App& app, ServiceOptions& options) {
  app.add_option("--app", options.apps,
                 fmt::format("An App, as ID:SECRET; repeatable. {}:{} is always there",
                             mock::kDefaultAppId, mock::kDefaultServerSecret));
  app.add_option("--app-file", options.app_file, "Apps, one ID:SECRET a line; # starts a comment");
  add_app_setting_flags(app, options.settings, true);
  app.add_option("--fault", options.faults,
                 "A fault for these Apps, such as drop-reply,action=ImportPeerMsg,nth=2; "
                 "repeatable (see `zimmock list faults`)")
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--journal",
         [&options](const std::string& text) {
           if (options.settings.contains("keep_requests"))
             throw CLI::ValidationError("--journal", "expected --keep-requests alone, got both");
           tell_line(
               "zimmock: --journal is now --keep-requests; the old name goes with the next "
               "release");
           options.settings["keep_requests"] = text;
         },
         "")
      ->group("");
  app.add_option("--seed", options.seed.file,
                 "The first state of the first App: users, devices and messages as JSON Lines, or "
                 "a chat history of any format that migrate reads");
  add_seed_options(app, options.seed);
}

Result<mock::TenantOptions> tenant_options(const ServiceOptions& options) {
  mock::TenantOptions out;
  if (auto read = read_app_setting_flags(options.settings, out); !read)
    return tl::unexpected(read.error());
  return out;
}

Result<AppCredentials> add_tenants(mock::Service& service, const ServiceOptions& options,
                                   std::vector<std::string>& notes) {
  const auto tenant = tenant_options(options);
  if (!tenant) return tl::unexpected(tenant.error());
  const auto faults = read_faults(options);
  if (!faults) return tl::unexpected(faults.error());
  auto apps = read_apps(options);
  if (!apps) return tl::unexpected(apps.error());
  const AppCredentials standard{mock::kDefaultAppId, std::string(mock::kDefaultServerSecret)};
  const AppCredentials first = apps->empty() ? standard : apps->front();
  const bool default_given = std::any_of(apps->begin(), apps->end(), [](const AppCredentials& app) {
    return app.id == mock::kDefaultAppId;
  });
  if (!default_given) apps->push_back(standard);
  for (const AppCredentials& app : *apps) {
    const auto added = service.add_tenant(app.id, app.server_secret, *tenant);
    if (!added) return tl::unexpected(added.error());
    for (const mock::Fault& fault : *faults) (*added)->faults().add(fault);
  }
  if (options.seed.file.empty() && options.seed.converts()) {
    return fail(ErrorKind::kUsage,
                "--users, --media-map, --tz, --date-order, --bad: expected --seed with a chat "
                "history");
  }
  if (!options.seed.file.empty()) {
    auto planted = plant_seed(*service.find_tenant(first.id), options.seed, notes);
    if (!planted) return tl::unexpected(planted.error());
  }
  return first;
}

std::string secret_origin(const ServiceOptions& options, const AppCredentials& first) {
  if (first.id == mock::kDefaultAppId && first.server_secret == mock::kDefaultServerSecret) {
    return "the vendor's published example";
  }
  return "from " + (options.apps.empty() ? options.app_file : "--app");
}

}  // namespace zimmock::cli
