#include "cli/migrate/migrate_report_data.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/migrate/migrate_report_plan.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kRateMs = 60 * kMillisPerSecond;
// Beyond the last, twice as long each.
constexpr std::int64_t kSliceSeconds[] = {1,   2,   5,    10,   15,   30,    60,    120,
                                          300, 600, 1800, 3600, 7200, 21600, 43200, 86400};

Result<void> read_notes(client::SqliteJournal& journal, JournalReport& report) {
  const auto told = journal.fingerprint();
  if (!told) return tl::unexpected(told.error());
  report.told.insert(told->begin(), told->end());
  for (const auto& [name, to] : {std::pair{"file", &report.file}, std::pair{"plan", &report.plan},
                                 std::pair{"quarantine", &report.quarantine_file}}) {
    const auto noted = journal.noted(name);
    if (!noted) return tl::unexpected(noted.error());
    *to = noted->value_or("");
  }
  return {};
}

Result<void> read_lists(client::SqliteJournal& journal, JournalReport& report) {
  auto lists = journal.lists();
  if (!lists) return tl::unexpected(lists.error());
  report.lists = *std::move(lists);
  for (const auto& list : report.lists) {
    report.total.planned += list.planned;
    report.total.done += list.done;
    report.total.quarantined += list.quarantined;
    report.total.open += list.open;
    report.total.recovered += list.recovered;
    if (is_finished(list)) ++report.finished_lists;
  }
  return {};
}

Result<void> read_runs(client::SqliteJournal& journal, JournalReport& report) {
  auto runs = journal.runs();
  if (!runs) return tl::unexpected(runs.error());
  for (client::RunRecord& run : *runs) {
    for (std::size_t i = 0; i < client::kWaitReasons; ++i) report.waited_ms[i] += run.waited_ms[i];
    report.runs.push_back({std::move(run), 0, 0});
  }
  return {};
}

void add_tally(client::ViewBalance& view, const client::SqliteJournal::Tally& tally) {
  switch (tally.outcome) {
    case client::ImportOutcome::kImported:
      view.imported += tally.imports;
      break;
    case client::ImportOutcome::kRecovered:
      view.recovered += tally.imports;
      break;
    case client::ImportOutcome::kQuarantined:
      view.quarantined += tally.imports;
      break;
    case client::ImportOutcome::kOpen:
      view.unresolved += tally.imports;
      break;
    case client::ImportOutcome::kNotApplied:
      return;
  }
  view.waiting -= std::min(view.waiting, tally.imports);
}

// As balance_of() makes it of the plan itself.
Result<void> read_balance(client::SqliteJournal& journal, JournalReport& report) {
  const json plan = json_or_discarded(report.plan);
  if (!plan.is_object() || !plan.contains("counts")) return {};
  const json& counts = plan["counts"];
  const auto number = [&counts](const char* name) { return counts.value(name, std::uint64_t{0}); };
  client::Balance out;
  for (client::ViewBalance& view : out.views.all) {
    view.read = number("records") + number("no_message");
    view.quarantined = number("bad");
    view.skipped = number("no_message") + number("other_shards") + number("too_old");
  }
  client::ViewBalance &sender = out.views[client::View::kSender],
                      &receiver = out.views[client::View::kReceiver];
  sender.skipped += number("not_for_sender");
  receiver.skipped += number("not_for_receiver");
  sender.waiting = number("to_sender");
  receiver.waiting = number("to_receiver");
  const auto tallies = journal.tallies();
  if (!tallies) return tl::unexpected(tallies.error());
  for (const auto& tally : *tallies) add_tally(out.views[tally.view], tally);
  report.balance = out;
  return {};
}

// The users are those of the list.
client::NamedRecord named_record(const client::SqliteJournal::Unfinished& import,
                                 const JournalReport& report) {
  client::NamedRecord out{import.line, import.name};
  const auto list =
      std::lower_bound(report.lists.begin(), report.lists.end(), import.list,
                       [](const auto& one, std::int64_t number) { return one.number < number; });
  if (list == report.lists.end() || list->number != import.list) return out;
  const ListId& id = list->id;
  const bool senders = import.view == client::View::kSender;
  out.name.from = senders ? id.owner : id.peer;
  out.name.to = senders ? id.peer : id.owner;
  return out;
}

Result<void> read_unfinished(client::SqliteJournal& journal, JournalReport& report) {
  std::map<std::int64_t, RefusedImports> refused;
  std::map<std::int64_t,
           std::map<std::tuple<std::uint32_t, std::string, std::string>, client::NamedRecord>>
      records;
  const auto read = journal.read_unfinished([&](const client::SqliteJournal::Unfinished& import) {
    client::NamedRecord record = named_record(import, report);
    if (import.outcome == client::ImportOutcome::kOpen) {
      report.open.push_back({import.list, std::move(record)});
      return;
    }
    RefusedImports& group = refused[import.code];
    if (group.imports++ == 0) group.why = import.why;
    auto& seen = records[import.code];
    // Both users' imports of a record have the same name.
    seen.try_emplace({record.line, record.name.pointer, record.name.id}, record);
    if (seen.size() > kMaxReportLines) seen.erase(std::prev(seen.end()));
  });
  if (!read) return read;
  for (auto& [code, group] : refused) {
    group.code = code;
    for (auto& [place, record] : records[code]) group.records.push_back(std::move(record));
    report.refused.push_back(std::move(group));
  }
  return {};
}

Result<void> read_timing(client::SqliteJournal& journal, JournalReport& report) {
  std::vector<ReportRun>& runs = report.runs;
  ImportsBySecond by_second;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  const auto read = journal.read_ends(0, [&](std::int64_t ended_ms) {
    if (first_ms == 0 || ended_ms < first_ms) first_ms = ended_ms;
    last_ms = std::max(last_ms, ended_ms);
    ++by_second[ended_ms / kMillisPerSecond];
    const auto next = std::upper_bound(
        runs.begin(), runs.end(), ended_ms,
        [](std::int64_t ms, const ReportRun& run) { return ms < run.record.started_ms; });
    if (next == runs.begin()) return;
    ReportRun& run = *std::prev(next);
    ++run.imports;
    run.last_import_ms = std::max(run.last_import_ms, ended_ms);
  });
  if (!read) return read;
  report.timing = timing_of(runs, by_second);
  report.timing.first_ms = first_ms;
  report.timing.last_ms = last_ms;
  return {};
}

Result<void> read_rate(client::SqliteJournal& journal, JournalReport& report, const Clock& clock) {
  if (!report.running || report.runs.empty()) return {};
  const std::int64_t now_ms = clock.wall_ms();
  const std::int64_t since_ms = std::max(now_ms - kRateMs, report.runs.back().record.started_ms);
  CurrentRate rate{0, now_ms - since_ms};
  const auto read = journal.read_ends(since_ms, [&rate](std::int64_t) { ++rate.imports; });
  if (!read) return read;
  report.rate = rate;
  return {};
}

using Step = Result<void> (*)(client::SqliteJournal&, JournalReport&);

Result<JournalReport> read_with(client::SqliteJournal& journal, bool running,
                                std::initializer_list<Step> steps) {
  JournalReport out;
  out.running = running;
  if (auto held = journal.hold(); !held) return tl::unexpected(held.error());
  for (const Step step : steps) {
    if (auto done = step(journal, out); !done) return tl::unexpected(done.error());
  }
  return out;
}

// Every slice of that length in which a run was between its start and its last import, or in which
// an import ended; nothing if they are too many.
std::optional<std::map<std::int64_t, std::uint64_t>> slices_of(const std::vector<ReportRun>& runs,
                                                               const ImportsBySecond& imports,
                                                               std::int64_t slice_s) {
  std::map<std::int64_t, std::uint64_t> out;
  for (const auto& [second, count] : imports) {
    out[second / slice_s] += count;
    if (out.size() > kMaxSlices) return std::nullopt;
  }
  for (const ReportRun& run : runs) {
    const std::int64_t last = run.last_import_ms / kMillisPerSecond / slice_s;
    if (run.imports == 0) continue;
    for (std::int64_t i = run.record.started_ms / kMillisPerSecond / slice_s; i <= last; ++i) {
      out.try_emplace(i, 0);
      if (out.size() > kMaxSlices) return std::nullopt;
    }
  }
  return out;
}

}  // namespace

Result<JournalReport> read_status(const std::string& path, const Clock& clock) {
  const bool running = client::SqliteJournal::is_being_written(path);
  auto journal = client::SqliteJournal::open_to_read(path);
  if (!journal) return tl::unexpected(journal.error());
  auto out = read_with(**journal, running, {read_notes, read_lists, read_runs});
  if (!out) return out;
  if (auto done = read_rate(**journal, *out, clock); !done) return tl::unexpected(done.error());
  return out;
}

Result<JournalReport> read_report(const std::string& path) {
  const bool running = client::SqliteJournal::is_being_written(path);
  auto journal = client::SqliteJournal::open_to_read(path);
  if (!journal) return tl::unexpected(journal.error());
  return read_with(**journal, running,
                   {read_notes, read_lists, read_runs, read_balance, read_unfinished, read_timing});
}

double CurrentRate::per_second() const {
  return static_cast<double>(imports) * static_cast<double>(kMillisPerSecond) /
         static_cast<double>(std::max<std::int64_t>(over_ms, kMillisPerSecond));
}

std::int64_t CurrentRate::left_ms(std::uint64_t imports_left) const {
  if (imports == 0) return -1;
  return static_cast<std::int64_t>(static_cast<double>(imports_left) / per_second() *
                                   static_cast<double>(kMillisPerSecond));
}

std::uint64_t waiting(const client::SqliteJournal::List& list) {
  return list.planned - list.done - list.quarantined - list.open;
}

bool is_finished(const client::SqliteJournal::List& list) {
  return list.done + list.quarantined == list.planned;
}

bool was_killed(const JournalReport& report, std::size_t run) {
  const bool is_now = report.running && run + 1 == report.runs.size();
  return report.runs[run].record.ended_ms == 0 && !is_now;
}

std::string state_of(const JournalReport& report) {
  if (report.running) return "running";
  if (report.runs.empty()) return "nothing was sent yet";
  if (report.runs.back().record.ended_ms == 0)
    return "ended without a verdict; the same command goes on";
  return report.runs.back().record.verdict;
}

ReportTiming timing_of(const std::vector<ReportRun>& runs, const ImportsBySecond& imports) {
  ReportTiming out;
  std::optional<std::map<std::int64_t, std::uint64_t>> slices;
  std::int64_t slice_s = 0;
  for (std::size_t i = 0; !slices; ++i) {
    slice_s = i < std::size(kSliceSeconds) ? kSliceSeconds[i] : slice_s * 2;
    slices = slices_of(runs, imports, slice_s);
  }
  out.slice_ms = slice_s * kMillisPerSecond;
  for (const auto& [slice, count] : *slices) out.slices.push_back({slice * out.slice_ms, count});
  return out;
}

}  // namespace zimmock::cli
