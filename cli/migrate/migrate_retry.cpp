#include "cli/migrate/migrate_retry.h"

#include <memory>

#include "cli/migrate/migrate_job.h"
#include "cli/migrate/migrate_run.h"

namespace zimmock::cli {
namespace {

// Options that make no sense for a file of repaired records in ZIM's ids.
constexpr const char* kNotOfRetry[] = {
    "INPUT",         "--format",        "--users",      "--merge-users",  "--media-map",
    "--tz",          "--date-order",    "--language",   "--null-is-text", "--merge",
    "--exported-by", "--missing-media", "--tag",        "--allow-extra",  "--gap",
    "--verify-only", "--adopt",         "--adopt-wait", "--shard",        "--names"};

}  // namespace

Run setup_migrate_retry(CLI::App& app) {
  auto options = std::make_shared<MigrateOptions>();
  add_migrate_options(app, *options);
  for (const char* name : kNotOfRetry) app.remove_option(app.get_option(name));
  app.get_option("--quarantine")
      ->description(
          "The quarantine file of an earlier run, with the member \"record\" repaired in some "
          "lines; the other lines stay bad (--bad)");
  app.footer(
      "Imports go from the oldest to the newest message. A record that is older than the newest "
      "message of its list is therefore quarantined again, with the reason. Give the --time-shift "
      "that the earlier run printed. Exit codes: those of zimmock migrate.");
  return [options] {
    if (options->quarantine.empty()) {
      return complain(
          kUsage, "migrate retry: expected --quarantine FILE, which an earlier run has written");
    }
    options->files = {options->quarantine};
    options->quarantine.clear();
    options->format = "quarantine";
    options->gap = "continue";
    options->keep_order = true;
    options->allow_extra = true;  // what the lists had before
    return run_migrate(*options);
  };
}

}  // namespace zimmock::cli
