#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/migrate/migrate_convert.h"
#include "cli/migrate/migrate_journal.h"
#include "cli/migrate/migrate_map.h"
#include "cli/migrate/migrate_preview.h"
#include "cli/migrate/migrate_probe.h"
#include "cli/migrate/migrate_retry.h"
#include "cli/migrate/migrate_run.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

constexpr Command kMigrateCommands[] = {
    {"map", "List the people and files of chat histories, for --users and --media-map",
     setup_migrate_map},
    {"preview", "Print a conversation as people read it", setup_migrate_preview},
    {"convert", "Write the messages that would be imported, in format zim", setup_migrate_convert},
    {"probe",
     "Find out, with two users made for it, how a service decides what the documents leave open",
     setup_migrate_probe},
    {"status", "Print the progress of a journal's migration, also while it runs",
     setup_migrate_status},
    {"report", "Report every record and conversation of a journal's migration",
     setup_migrate_report},
    {"retry", "Import records that an earlier run quarantined, after they were repaired",
     setup_migrate_retry},
    {"verify", "Read a journal's lists back, and compare them", setup_migrate_verify},
};

// What to say of a word that is no file and nearly a subcommand; "" of any other.
std::string mistyped(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Command& row : kMigrateCommands) names.push_back(row.name);
  const std::string meant = did_you_mean(word, names);
  std::error_code none;
  if (meant.empty() || std::filesystem::exists(word, none)) return "";
  return fmt::format("migrate: expected a file or a subcommand, got {}{}", quote(word), meant);
}

}  // namespace

Run setup_migrate(CLI::App& app) {
  auto options = std::make_shared<MigrateOptions>();
  add_migrate_options(app, *options);
  auto chosen = std::make_shared<Run>();
  add_subcommands(app, kMigrateCommands, chosen);
  app.require_subcommand(0, 1);
  app.footer(
      "Exit codes: 0 all verified; 1 findings, or something is not there; 2 usage; 3 verified, but "
      "records were left out; 5 stopped, the same command goes on; 6 lists that did not come to "
      "their "
      "end; 7 the credentials are refused; 130 interrupted.");
  return [options, chosen] {
    if (*chosen) return (*chosen)();
    if (options->files.empty()) {
      return complain(kUsage,
                      "migrate: expected INPUT, the chat history, or map, preview, convert, probe, "
                      "status, report, retry or verify");
    }
    if (const std::string meant = mistyped(options->files.front()); !meant.empty())
      return complain(kUsage, meant);
    return run_migrate(*options);
  };
}

}  // namespace zimmock::cli
