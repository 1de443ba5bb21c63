#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "contracts/api/profile.h"
#include "contracts/api/result.h"
#include "mock_server/service.h"

namespace zimmock::cli {

// What decides how the mock behaves, as given on the command line.
struct ServiceOptions {
  std::vector<std::string> apps;  // ID:SECRET
  std::string app_file;
  std::string plan = "free";
  std::int64_t retention_days = 0;  // 0: the plan's
  std::string rate = "20";
  std::string profile = "default";
  std::string clock = "real";
  std::uint64_t rng_seed = 1;
};

void add_service_options(CLI::App& app, ServiceOptions& options);

// Adds the tenants asked for and the default one; returns the AppId of the first --app, or the
// default's.
Result<std::uint32_t> add_tenants(Service& service, const ServiceOptions& options);

// "default", "strict", or the file with that name.
Result<Profile> load_profile(const std::string& name_or_file);

// The plan's retention unless `retention_days` is given (above 0).
Result<std::int64_t> choose_retention_days(const std::string& plan, std::int64_t retention_days);

// "off" is nothing; otherwise calls a second, at least 1.
Result<std::optional<std::int64_t>> parse_rate(const std::string& text);

}  // namespace zimmock::cli
