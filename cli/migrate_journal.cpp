#include "cli/migrate_journal.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "cli/files.h"
#include "cli/migrate_output.h"
#include "cli/migrate_run.h"
#include "client/sqlite_journal.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

struct JournalOptions {
  std::string journal;
  bool as_json = false;
};

// All that a journal says of a migration, read at one time.
struct JournalReport {
  std::vector<SqliteJournal::List> lists;
  std::vector<RunRecord> runs;
  std::map<std::string, std::string> told;
  std::string file;
  json balance;  // of the last run that ended; null before
  bool running = false;
  SqliteJournal::List total;
  std::uint64_t finished_lists = 0;
};

Result<JournalReport> read_report(const std::string& path) {
  JournalReport out;
  out.running = SqliteJournal::is_being_written(path);
  auto journal = SqliteJournal::open_to_read(path);
  if (!journal) return tl::unexpected(journal.error());
  auto lists = (*journal)->lists();
  if (!lists) return tl::unexpected(lists.error());
  out.lists = *std::move(lists);
  auto runs = (*journal)->runs();
  if (!runs) return tl::unexpected(runs.error());
  out.runs = *std::move(runs);
  const auto told = (*journal)->fingerprint();
  if (!told) return tl::unexpected(told.error());
  out.told.insert(told->begin(), told->end());
  const auto file = (*journal)->noted("file");
  if (!file) return tl::unexpected(file.error());
  out.file = file->value_or("");
  const auto balance = (*journal)->noted("balance");
  if (!balance) return tl::unexpected(balance.error());
  if (*balance) out.balance = json::parse(**balance, nullptr, false);
  for (const auto& list : out.lists) {
    out.total.planned += list.planned;
    out.total.done += list.done;
    out.total.quarantined += list.quarantined;
    out.total.open += list.open;
    if (list.done + list.quarantined == list.planned) ++out.finished_lists;
  }
  return out;
}

std::uint64_t waiting(const SqliteJournal::List& list) {
  return list.planned - list.done - list.quarantined - list.open;
}

json list_json(const SqliteJournal::List& list) {
  return {{"planned", list.planned},
          {"done", list.done},
          {"quarantined", list.quarantined},
          {"open", list.open},
          {"waiting", waiting(list)}};
}

std::string state_of(const JournalReport& report) {
  if (report.running) return "running";
  if (report.runs.empty()) return "nothing was sent yet";
  if (report.runs.back().ended_ms == 0) return "ended without a verdict; the same command goes on";
  return report.runs.back().verdict;
}

json status_json(const JournalReport& report) {
  json out = list_json(report.total);
  out["type"] = "status";
  out["file"] = report.file;
  out["state"] = state_of(report);
  out["running"] = report.running;
  out["lists"] = report.lists.size();
  out["finished_lists"] = report.finished_lists;
  out["runs"] = report.runs.size();
  return out;
}

void print_status(const JournalReport& report) {
  const SqliteJournal::List& total = report.total;
  fmt::print("{}: {}\n", report.file, state_of(report));
  fmt::print("  imports    {} of {} done, {} quarantined, {} in doubt, {} waiting\n", total.done,
             total.planned, total.quarantined, total.open, waiting(total));
  fmt::print("  lists      {} of {} finished\n", report.finished_lists, report.lists.size());
  fmt::print("  runs       {}\n", report.runs.size());
}

int show_status(const JournalOptions& options) {
  const auto report = read_report(options.journal);
  if (!report) return complain_error(report.error());
  if (options.as_json) {
    fmt::print("{}\n", json_line(status_json(*report)));
  } else {
    print_status(*report);
  }
  return kOk;
}

// What does not depend on when and how often it ran comes first; timings and recoveries last.
json report_json(const JournalReport& report) {
  json out = status_json(report);
  out["type"] = "report";
  out["told"] = report.told;
  out["balance"] = report.balance;
  out["conversations"] = json::array();
  for (const auto& list : report.lists) {
    json one = list_json(list);
    one["viewer"] = list.viewer;
    one["peer"] = list.peer;
    out["conversations"].push_back(std::move(one));
  }
  json runs = json::array();
  for (const RunRecord& run : report.runs) {
    runs.push_back({{"started_ms", run.started_ms},
                    {"ended_ms", run.ended_ms},
                    {"verdict", run.verdict},
                    {"exit", run.exit_code}});
  }
  out["runs"] = std::move(runs);
  return out;
}

void print_balance(const json& balance) {
  if (!balance.is_object()) return;
  for (const char* view : {"sender", "receiver"}) {
    const json& one = balance[view];
    fmt::print(
        "  {:<10} {} read = {} imported + {} recovered + {} quarantined + {} skipped + {} "
        "unresolved + {} waiting\n",
        view, json_line(one["read"]), json_line(one["imported"]), json_line(one["recovered"]),
        json_line(one["quarantined"]), json_line(one["skipped"]), json_line(one["unresolved"]),
        json_line(one["waiting"]));
  }
  fmt::print("  {}\n",
             balance["holds"] == true ? "the numbers add up" : "THE NUMBERS DO NOT ADD UP");
}

void print_report(const JournalReport& report) {
  print_status(report);
  print_balance(report.balance);
  for (const RunRecord& run : report.runs) {
    fmt::print(
        "  run of {}: {}\n", iso_time(run.started_ms),
        run.ended_ms == 0
            ? "no verdict"
            : fmt::format("{}, {}", duration_text(run.ended_ms - run.started_ms), run.verdict));
  }
  for (const auto& list : report.lists) {
    if (list.done == list.planned) continue;
    fmt::print("  list of {} with {}: {} of {} done, {} quarantined, {} in doubt, {} waiting\n",
               quote(list.viewer), quote(list.peer), list.done, list.planned, list.quarantined,
               list.open, waiting(list));
  }
}

int show_report(const JournalOptions& options) {
  const auto report = read_report(options.journal);
  if (!report) return complain_error(report.error());
  if (options.as_json) {
    fmt::print("{}\n", json_line(report_json(*report)));
  } else {
    print_report(*report);
  }
  const bool holds = !report->balance.is_object() || report->balance.value("holds", false);
  return holds ? kOk : kFailed;
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
  return [options] { return show_report(*options); };
}

Run setup_migrate_verify(CLI::App& app) {
  auto options = std::make_shared<MigrateOptions>();
  app.add_option("JOURNAL", options->journal, "The journal of a migration")->required();
  app.add_option("--rate", options->rate, "Calls a second, or off")->capture_default_str();
  app.add_option("--lanes", options->lanes, "Lists read at once")->capture_default_str();
  app.add_flag("--allow-extra", options->allow_extra,
               "Messages in a list that are not in the plan are no failure");
  app.add_option("--max-examples", options->max_examples, "Shown of each kind; 0: all")
      ->capture_default_str();
  app.add_option("--progress", options->progress, "auto, bar, plain or off")->capture_default_str();
  app.add_flag("--json", options->as_json, "JSON Lines on stdout");
  add_connection_options(app, options->connection);
  return [options] { return verify_journal(*options); };
}

}  // namespace zimmock::cli
