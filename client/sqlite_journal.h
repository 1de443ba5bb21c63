#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/journal.h"
#include "client/progress.h"
#include "client/sqlite.h"
#include "contracts/api/clock.h"

namespace zimmock {

// What a run was told, in the words of its command line: name and value. A run that takes it up
// again must be told the same.
using Fingerprint = std::vector<std::pair<std::string, std::string>>;

// How one run of a migration ended; kept for the report.
struct RunRecord {
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;  // 0: it is running, or was killed
  std::string verdict;
  std::int64_t exit_code = -1;
  WaitTimes waited_ms{};  // until it ended; of a killed run nothing is known
};

// The journal as an SQLite database: WAL, synchronous=FULL. Every intent is on the disk before
// intent() returns; intents of several threads share one write. Safe from several threads. One
// process at a time may write it; any number may read it meanwhile.
class SqliteJournal : public ImportJournal {
 public:
  // Opens the journal, or makes a new one. Errors: kUsage if another process writes it, if it is no
  // journal, or if the fingerprint is another one, with the differences; kSystem if it cannot be
  // written. The clock must outlive it.
  static Result<std::unique_ptr<SqliteJournal>> open(const std::filesystem::path& path,
                                                     const Fingerprint& fingerprint,
                                                     const Clock& clock);

  // For reading only, also while another process writes it. Writing to it is an Error.
  static Result<std::unique_ptr<SqliteJournal>> open_to_read(const std::filesystem::path& path);

  // True while another process has it open for writing.
  static bool is_being_written(const std::filesystem::path& path);

  ~SqliteJournal() override;

  // True until begin() has been called once, in this run or an earlier one.
  bool is_new() const { return is_new_; }

  // Notes what the first run has decided, and the plan's lists, all or nothing.
  Result<void> begin(const MigrationPlan& plan, const Fingerprint& notes);
  const std::filesystem::path& path() const { return path_; }

  bool durable() const override { return true; }
  Result<void> read(const std::function<void(const ImportEntry&)>& take) override;
  Result<void> intent(const ImportIntent& intent) override;
  Result<void> result(const ImportResult& result) override;
  Result<void> adopt(const std::vector<ImportEntry>& entries) override;
  Result<void> flush() override;

  // Facts of the migration by name, such as what the first run decided; written at once.
  Result<void> note(std::string_view name, std::string_view value);
  Result<std::optional<std::string>> noted(std::string_view name);
  Result<Fingerprint> fingerprint();

  // The lists of the plan, in the order of their lanes; lists without an import are left out.
  struct List {
    Lane lane;
    std::string viewer;
    std::string peer;
    std::uint64_t planned = 0;
    std::uint64_t done = 0;  // imported or recovered
    std::uint64_t quarantined = 0;
    std::uint64_t open = 0;       // may have been applied
    std::uint64_t recovered = 0;  // of the done
  };
  Result<std::vector<List>> lists();

  // From now on all that is read is of one moment, the next read's, whatever another process
  // writes. Until the journal is closed.
  Result<void> hold();

  // How many imports the journal has of each outcome.
  struct Tally {
    bool to_sender = false;
    ImportOutcome outcome = ImportOutcome::kOpen;
    std::uint64_t imports = 0;
  };
  Result<std::vector<Tally>> tallies();

  // The imports that are open or quarantined, by lane and record, in the order of read().
  Result<void> read_unfinished(const std::function<void(const ImportEntry&)>& take);

  // When each import was made or recovered, in no order: Unix milliseconds, of those at `from_ms`
  // or later.
  Result<void> read_ends(std::int64_t from_ms, const std::function<void(std::int64_t)>& take);

  Result<void> run_started();
  Result<void> run_ended(std::string_view verdict, int exit_code, const WaitTimes& waited_ms);
  Result<std::vector<RunRecord>> runs();

 private:
  using Change = std::variant<ImportIntent, ImportResult>;

  explicit SqliteJournal(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void> lock();
  Result<void> create(const Fingerprint& fingerprint);
  Result<void> compare(const Fingerprint& fingerprint);
  Result<void> prepare();
  Result<void> take_rows(SqlStatement& rows, const std::function<void(const ImportEntry&)>& take);
  Result<void> wait_for(std::uint64_t change, std::unique_lock<std::mutex>& lock);
  Result<void> write(const std::vector<Change>& changes);
  Result<void> write_one(const Change& change);

  std::filesystem::path path_;
  const Clock* clock_ = nullptr;
  bool is_new_ = false;
  int lock_fd_ = -1;
  std::optional<SqlDatabase> database_;
  SqlStatement add_intent_, set_result_;

  std::mutex mutex_;  // guards what follows; the database belongs to the thread that is writing
  std::condition_variable written_changed_;
  std::vector<Change> pending_;
  std::uint64_t told_ = 0;     // changes so far
  std::uint64_t written_ = 0;  // of these, on the disk
  bool writing_ = false;
  std::optional<Error> error_;  // the first; nothing is written after it
};

}  // namespace zimmock
