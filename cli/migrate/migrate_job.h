#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/connection_options.h"
#include "cli/migrate/migrate_output.h"
#include "cli/migrate/progress_display.h"
#include "cli/migrate/source_options.h"
#include "client/import/importer.h"
#include "client/journal/sqlite_journal.h"
#include "client/plan/plan.h"

namespace zimmock::cli {

// The command line of `zimmock migrate`, as given.
struct MigrateOptions : SourceOptions {
  ConnectionOptions connection;
  std::string plan = "pro";
  std::optional<std::int64_t> retention_days;
  bool execute = false;
  bool verify_only = false;
  std::string journal;     // "": of the file's name, the service's and the App's
  std::string quarantine;  // "": of the journal's
  std::string names = "on";
  std::string tag = "on";
  std::string gap = "stop";
  bool keep_order = false;  // RunContext's; of migrate retry
  std::string shard = "1/1";
  std::string settle = "5s";
  std::string sign_skew = "0s";
  bool adopt = false;
  std::string adopt_wait;  // "": until nothing can land any more that an earlier run sent
  std::string rate = "20";
  int lanes = 4;
  std::string time_shift;
  std::string too_old = "stop";
  std::string bad = "stop";
  std::size_t max_examples = 5;
  bool as_json = false;
  bool allow_extra = false;
  std::string progress = "auto";
};

// The same, read and found to make sense.
struct MigrateJob : SourceJob {
  client::PlanOptions plan;
  MigrateFacts facts;
  client::GapPolicy gap = client::GapPolicy::kStop;
  client::SettlePolicy settle;
  std::int64_t adopt_wait_ms = 0;
  std::filesystem::path journal;     // "" if nothing is sent and none is named
  std::filesystem::path quarantine;  // the same
  ProgressStyle progress = ProgressStyle::kOff;
  std::optional<Connection> connection;  // if anything is sent or read back
};

// Reads clock and environment, and looks for a journal under the name that earlier releases gave
// it. An Error (kUsage) names the option and what it takes.
Result<MigrateJob> read_migrate_job(const MigrateOptions& options);

void add_migrate_options(CLI::App& app, MigrateOptions& options);

// What a journal must have been told by an earlier run to be resumed by this one. Reads the input.
// The Error names what could not be read.
Result<client::Fingerprint> fingerprint_of(const MigrateOptions& options, const MigrateJob& job);

// The options of the run that began the journal, to read its lists back with; those of the
// connection are left as they are.
Result<void> options_of(client::SqliteJournal& journal, MigrateOptions& options);

// What options_of() needs beyond the fingerprint; of the last run.
client::Fingerprint notes_of(const MigrateOptions& options, const MigrateJob& job);

}  // namespace zimmock::cli
