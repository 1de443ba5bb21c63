#include <algorithm>

#include <fmt/format.h>

#include "cli/migrate/migrate_output.h"
#include "cli/migrate/migrate_report_writers.h"
#include "cli/migrate/record_places.h"
#include "cli/output.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

constexpr std::size_t kMaxListsNamed = 1000;
constexpr std::size_t kMaxRunsNamed = 100;
constexpr std::size_t kLinesNamed = 5;

std::string view_line(const char* name, const client::ViewBalance& view) {
  return fmt::format(
      "  {:<10} {} read = {} imported + {} recovered + {} quarantined + {} skipped + {} unresolved "
      "+ {} waiting\n",
      name, view.read, view.imported, view.recovered, view.quarantined, view.skipped,
      view.unresolved, view.waiting);
}

std::string balance_text(const JournalReport& report) {
  if (!report.balance) return "";
  return view_line("sender", report.balance->views[client::View::kSender]) +
         view_line("receiver", report.balance->views[client::View::kReceiver]) +
         (report.balance->holds() ? "  the numbers add up\n" : "  THE NUMBERS DO NOT ADD UP\n");
}

// The first few of them.
std::string first_places(std::span<const client::NamedRecord> records, std::uint64_t of) {
  const bool more = of > kLinesNamed && records.size() > kLinesNamed;
  return places_text(records.first(std::min(records.size(), kLinesNamed)), more);
}

std::string quarantine_text(const JournalReport& report) {
  std::string out;
  const auto plan = json_or_discarded(report.plan);
  const auto bad = plan.is_object() ? plan.value("bad", nlohmann::json::array()) : nlohmann::json();
  for (const auto& group : bad) {
    const auto records = group.value("records", std::uint64_t{0});
    out +=
        fmt::format("  quarantined: {} {}, {}: {}\n", records, records == 1 ? "record" : "records",
                    group.value("reason", ""), first_places(places_in(group), records));
  }
  for (const RefusedImports& group : report.refused) {
    out += fmt::format("  quarantined: {} {}, {}: {}\n", group.imports,
                       group.imports == 1 ? "import" : "imports", group.why,
                       first_places(group.records, group.imports));
  }
  return out;
}

std::string waits_text(const JournalReport& report) {
  std::string out;
  for (std::size_t i = 0; i < client::kWaitReasons; ++i) {
    if (report.waited_ms[i] == 0) continue;
    out += fmt::format("  waited {} of thread time: {}; {}\n", duration_text(report.waited_ms[i]),
                       kWaitWords[i].title, kWaitWords[i].sentence);
  }
  return out;
}

std::string end_of(const JournalReport& report, std::size_t i) {
  const client::RunRecord& run = report.runs[i].record;
  if (was_killed(report, i)) return "killed, no verdict";
  if (run.ended_ms == 0) return "running";
  return fmt::format("{}, {}", duration_text(run.ended_ms - run.started_ms), run.verdict);
}

std::string runs_text(const JournalReport& report) {
  std::string out;
  const std::size_t first =
      report.runs.size() > kMaxRunsNamed ? report.runs.size() - kMaxRunsNamed : 0;
  if (first > 0) out += fmt::format("  {} earlier runs: --json has them\n", first);
  for (std::size_t i = first; i < report.runs.size(); ++i) {
    out += fmt::format("  run of {}: {} imports; {}\n", iso_time(report.runs[i].record.started_ms),
                       report.runs[i].imports, end_of(report, i));
  }
  return out;
}

std::string lists_text(const JournalReport& report) {
  std::string out;
  std::size_t named = 0;
  for (const auto& list : report.lists) {
    if (list.done == list.planned) continue;
    if (++named > kMaxListsNamed) continue;
    out += fmt::format(
        "  list of {} with {}: {} of {} done, {} quarantined, {} in doubt, {} waiting\n",
        quote(list.id.owner), quote(list.id.peer), list.done, list.planned, list.quarantined,
        list.open, waiting(list));
  }
  if (named > kMaxListsNamed)
    out += fmt::format("  and {} lists more: --json has them\n", named - kMaxListsNamed);
  return out;
}

std::string rate_text(const JournalReport& report) {
  if (!report.rate) return "";
  const std::uint64_t left = waiting(report.total);
  const std::int64_t left_ms = report.rate->left_ms(left);
  std::string out = fmt::format("  rate       {:.1f}/s over the last {}", report.rate->per_second(),
                                duration_text(report.rate->over_ms));
  if (left > 0)
    out += left_ms < 0 ? ", ETA unknown" : fmt::format(", ETA {}", duration_text(left_ms));
  return out + "\n";
}

}  // namespace

std::string status_text(const JournalReport& report) {
  const client::SqliteJournal::List& total = report.total;
  return fmt::format(
             "{}: {}\n"
             "  imports    {} of {} done, {} quarantined, {} in doubt, {} waiting\n",
             in_line(report.file), state_of(report), total.done, total.planned, total.quarantined,
             total.open, waiting(total)) +
         rate_text(report) +
         fmt::format(
             "  lists      {} of {} finished\n"
             "  runs       {}\n",
             report.finished_lists, report.lists.size(), report.runs.size());
}

std::string report_text(const JournalReport& report) {
  return status_text(report) + balance_text(report) + quarantine_text(report) + waits_text(report) +
         runs_text(report) + lists_text(report);
}

}  // namespace zimmock::cli
