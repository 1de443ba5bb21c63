#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/connection_options.h"
#include "cli/migrate_output.h"
#include "cli/progress_display.h"
#include "client/formats/format.h"
#include "client/plan.h"

namespace zimmock::cli {

// The command line of `zimmock migrate`, as given.
struct MigrateOptions {
  ConnectionOptions connection;
  std::string file;
  std::string format = "auto";
  std::string users_file;
  std::string media_map_file;
  std::string time_zone;
  std::string date_order;
  std::string plan = "pro";
  std::optional<std::int64_t> retention_days;
  bool execute = false;
  bool verify_only = false;
  std::string rate = "20";
  int lanes = 4;
  std::string time_shift;
  std::string too_old = "stop";
  std::string bad = "stop";
  std::string profile = "default";
  std::size_t max_examples = 5;
  bool as_json = false;
  bool allow_extra = false;
  std::string progress = "auto";
};

void add_migrate_options(CLI::App& app, MigrateOptions& options);

// The same, read and found to make sense.
struct MigrateJob {
  const Format* format = nullptr;
  FormatOptions source;
  PlanOptions plan;
  MigrateFacts facts;
  ProgressStyle progress = ProgressStyle::kOff;
  std::optional<Connection> connection;  // if anything is sent or read back
};

// Reads clock and environment. An Error (kUsage) names the option and what it takes.
Result<MigrateJob> read_migrate_job(const MigrateOptions& options);

}  // namespace zimmock::cli
