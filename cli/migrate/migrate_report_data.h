#pragma once

// All that a journal says of a migration, read at one moment, also while it runs.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/journal/balance.h"
#include "client/journal/sqlite_journal.h"
#include "contracts/api/clock.h"

namespace zimmock::cli {

// A word and a sentence for each WaitReason, in its order.
struct WaitWords {
  const char* name;      // a member of the JSON
  const char* title;     // for people
  const char* sentence;  // why
};
inline constexpr std::array<WaitWords, client::kWaitReasons> kWaitWords{{
    {"rate_limit", "rate limit", "--rate: the service takes 20 calls a second of each operation"},
    {"told_to_wait", "told to wait", "the service said that it was too much (660300005)"},
    {"no_connection", "no connection", "the service could not be reached, or gave no answer"},
    {"in_doubt", "in doubt",
     "an answer was lost, and nothing else was left to do until it could be looked for"},
}};

struct ReportRun {
  client::RunRecord record;
  std::uint64_t imports = 0;        // made or recovered
  std::int64_t last_import_ms = 0;  // 0 without any
};

// Imports that the service refused with one code.
struct RefusedImports {
  std::int64_t code = 0;
  std::string why;  // of the first
  std::uint64_t imports = 0;
  std::vector<client::NamedRecord> records;  // the first kMaxReportLines of the source, each once
};

// An import that may have been applied.
struct OpenImport {
  std::int64_t list = 0;  // SqliteJournal::List::number
  client::NamedRecord record;
};

struct TimeSlice {
  std::int64_t start_ms = 0;  // Unix
  std::uint64_t imports = 0;
};

// When imports were made. Slices are there from a run's start to its last import, so a time without
// imports is a slice of 0 if it was in a run, and no slice if it was between two.
struct ReportTiming {
  std::int64_t first_ms = 0;  // 0 without imports
  std::int64_t last_ms = 0;
  std::int64_t slice_ms = 0;
  std::vector<TimeSlice> slices;  // ascending
};

inline constexpr std::size_t kMaxSlices = 200;

// How fast it goes: imports of the last minute, or since the run's start.
struct CurrentRate {
  std::uint64_t imports = 0;
  std::int64_t over_ms = 0;

  double per_second() const;
  std::int64_t left_ms(std::uint64_t imports_left) const;  // -1: nobody knows
};

struct JournalReport {
  std::string file;             // the source
  std::string quarantine_file;  // "" if none was noted
  bool running = false;         // another process is at it
  std::map<std::string, std::string> told;
  std::string plan;  // the note of migrate_report_plan.h; "" of a journal without
  std::optional<client::Balance> balance;  // nothing before a plan was noted
  std::vector<client::SqliteJournal::List> lists;
  client::SqliteJournal::List total;
  std::uint64_t finished_lists = 0;
  std::vector<RefusedImports> refused;  // by code
  std::vector<OpenImport> open;
  std::vector<ReportRun> runs;
  client::WaitTimes waited_ms{};  // of the runs that ended
  ReportTiming timing;
  std::optional<CurrentRate> rate;  // while it runs
};

// Errors are SqliteJournal's. A status has no refused, open, and timing, and alone has a rate.
Result<JournalReport> read_status(const std::string& journal, const Clock& clock);
Result<JournalReport> read_report(const std::string& journal);

std::uint64_t waiting(const client::SqliteJournal::List& list);
bool is_finished(const client::SqliteJournal::List& list);

// One line: what it is doing, or how the last run ended.
std::string state_of(const JournalReport& report);

// True for a run that did not come to say how it ended, and does not run any more.
bool was_killed(const JournalReport& report, std::size_t run);

// Imports by the second of Unix time in which they ended.
using ImportsBySecond = std::map<std::int64_t, std::uint64_t>;

// The slices, at most kMaxSlices, the shortest that do.
ReportTiming timing_of(const std::vector<ReportRun>& runs, const ImportsBySecond& imports);

}  // namespace zimmock::cli
