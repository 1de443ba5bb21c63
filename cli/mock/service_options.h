#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/migrate/seed_document.h"
#include "cli/mock/app_setting_flags.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"
#include "mock_server/service/service.h"

namespace zimmock::cli {

// What decides how the mock behaves, as given on the command line.
struct ServiceOptions {
  std::vector<std::string> apps;  // ID:SECRET
  std::string app_file;
  AppSettingFlags settings;
  std::vector<std::string> faults;  // specs
  SeedOptions seed;
};

void add_service_options(CLI::App& app, ServiceOptions& options);

// What a tenant has by these options, faults left out.
Result<mock::TenantOptions> tenant_options(const ServiceOptions& options);

struct AppCredentials {
  std::uint32_t id = 0;
  std::string server_secret;
};

// Adds the tenants asked for and the default one, each with the faults; returns the first --app, or
// the default one, whose App the seed goes into. What is to say of the seed goes to `notes`.
Result<AppCredentials> add_tenants(mock::Service& service, const ServiceOptions& options,
                                   std::vector<std::string>& notes);

// Where the secret of the App that add_tenants() returns is from, for people: "from --app", "from
// apps.txt", or "the vendor's published example".
std::string secret_origin(const ServiceOptions& options, const AppCredentials& first);

}  // namespace zimmock::cli
