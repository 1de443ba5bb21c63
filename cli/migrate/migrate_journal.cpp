#include "cli/migrate/migrate_journal.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "cli/files.h"
#include "cli/migrate/migrate_report_writers.h"
#include "cli/migrate/migrate_run.h"
#include "cli/output.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {
namespace {

struct JournalOptions {
  std::string journal;
  std::string html;  // "": no page
  bool as_json = false;
};

int show_status(const JournalOptions& options) {
  const SystemClock clock;
  const auto report = read_status(options.journal, clock);
  if (!report) return complain_error(report.error());
  if (options.as_json) {
    print_json(json_line(status_json(*report)));
  } else {
    print_text("{}", status_text(*report));
  }
  return kOk;
}

// What the page must not be written over.
Result<void> check_target(const JournalOptions& options, const JournalReport& report) {
  for (const std::string& file : {options.journal, report.file, report.quarantine_file}) {
    std::error_code none;
    if (!std::filesystem::equivalent(options.html, file, none) || none) continue;
    return fail(ErrorKind::kUsage,
                fmt::format("--html: expected a file of its own, got {}, which this migration uses",
                            quote(options.html)));
  }
  return {};
}

int show_report(const JournalOptions& options) {
  const auto report = read_report(options.journal);
  if (!report) return complain_error(report.error());
  if (!options.html.empty()) {
    if (auto apart = check_target(options, *report); !apart) return complain_error(apart.error());
    auto written = write_file_atomically(options.html, report_page(*report));
    if (!written) return complain_error(written.error());
  }
  if (options.as_json) {
    print_json(json_line(report_json(*report)));
  } else {
    print_text("{}", report_text(*report));
  }
  return report->balance && !report->balance->holds() ? kFailed : kOk;
}

std::shared_ptr<JournalOptions> add_journal_options(CLI::App& app) {
  auto options = std::make_shared<JournalOptions>();
  app.add_option("JOURNAL", options->journal, "The journal of a migration")->required();
  app.add_flag("--json", options->as_json, "As JSON");
  return options;
}

}  // namespace

Run setup_migrate_status(CLI::App& app) {
  const auto options = add_journal_options(app);
  return [options] { return show_status(*options); };
}

Run setup_migrate_report(CLI::App& app) {
  const auto options = add_journal_options(app);
  app.add_option("--html", options->html, "Write a page for a browser to this file as well");
  return [options] { return show_report(*options); };
}

Run setup_migrate_verify(CLI::App& app) {
  auto options = std::make_shared<MigrateOptions>();
  app.add_option("JOURNAL", options->journal, "The journal of a migration")->required();
  app.add_option("--rate", options->rate, "Calls a second, or off")->capture_default_str();
  app.add_option("--lanes", options->lanes, "Lists read at once")->capture_default_str();
  app.add_flag("--allow-extra", options->allow_extra,
               "Do not fail on messages in a list that are not in the plan");
  app.add_option("--max-examples", options->max_examples, "Shown of each kind; 0: all")
      ->capture_default_str();
  app.add_option("--progress", options->progress, "auto, bar, plain or off")->capture_default_str();
  app.add_flag("--json", options->as_json, "JSON Lines on stdout");
  add_connection_options(app, options->connection);
  return [options] { return run_verify(*options); };
}

}  // namespace zimmock::cli
