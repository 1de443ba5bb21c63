#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "client/api/progress.h"
#include "client/journal/journal.h"
#include "client/journal/planned_lists.h"
#include "client/journal/sqlite.h"
#include "contracts/api/clock.h"

namespace zimmock::client {

// What a run was told, in the words of its command line: name and value. A run that resumes it must
// be told the same, but for these two: what matters of them is which messages are planned, and that
// the journal knows.
using Fingerprint = std::vector<std::pair<std::string, std::string>>;
inline constexpr std::string_view kToldInput = "input";       // the digest of the file's bytes
inline constexpr std::string_view kToldProgram = "zimmock";   // the release
inline constexpr std::string_view kNotedProgram = "program";  // note(): the last run's release

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
//
// It keeps each import under its list's two users and its place in the list, and the tags of the
// messages that were planned for the list. So a later release, which may number records
// differently, resumes it if it plans the same messages, and otherwise refuses it. A journal of a
// release before that kept no tags (version 1) is brought to the present form by match().
class SqliteJournal : public ImportJournal {
 public:
  // Opens the journal, or makes a new one. Errors: kUsage if another process writes it, if it is no
  // journal or a later release's, or if the fingerprint is another one, with the differences;
  // kSystem if it cannot be written. The clock must outlive it.
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

  // The first run notes what it has decided, and the plan's lists, all or nothing; a later one
  // compares the lists with those that the journal counted, and a reader may do so, too. Until one
  // of the two has been called, no import can be read or written. The plan must outlive the
  // journal. match() fails with kUsage if the plan has other messages (or, where the file has
  // changed, other contents), and names the first; the journal is then as it was. Both cost a
  // digest a planned message.
  Result<void> begin(const MigrationPlan& plan, const Fingerprint& notes);
  Result<void> match(const MigrationPlan& plan);
  const std::filesystem::path& path() const { return path_; }

  // True if the first run read a file of other bytes.
  bool input_changed() const { return input_ == Input::kChanged; }

  bool durable() const override { return true; }
  Result<void> read(const std::function<void(const ImportEntry&)>& take) override;
  Result<void> intent(const ImportIntent& intent) override;
  Result<void> result(const ImportResult& result) override;
  Result<void> adopt(const std::vector<ImportEntry>& entries) override;
  Result<void> flush() override;
  Result<bool> is_set_up(std::string_view step) override;
  Result<void> set_up(std::string_view step) override;

  // Facts of the migration by name, such as what the first run decided; written at once.
  Result<void> note(std::string_view name, std::string_view value);
  Result<std::optional<std::string>> noted(std::string_view name);
  Result<Fingerprint> fingerprint();

  // The lists of the first run's plan, in its order; lists without an import are left out.
  struct List {
    std::int64_t number = 0;  // the journal's own
    ListId id;
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
    View view = View::kReceiver;
    ImportOutcome outcome = ImportOutcome::kOpen;
    std::uint64_t imports = 0;
  };
  Result<std::vector<Tally>> tallies();

  // The imports that are open or quarantined, list after list and each in its order.
  struct Unfinished {
    std::int64_t list = 0;  // List::number
    std::uint32_t line = 0;
    ImportOutcome outcome = ImportOutcome::kOpen;
    std::int64_t code = 0;
    std::string why;
    View view = View::kReceiver;
    RecordName name;  // "" of a journal of version 1
  };
  Result<void> read_unfinished(const std::function<void(const Unfinished&)>& take);

  // When each import was made or recovered, in no order: Unix milliseconds, of those at `from_ms`
  // or later.
  Result<void> read_ends(std::int64_t from_ms, const std::function<void(std::int64_t)>& take);

  Result<void> run_started();
  Result<void> run_ended(std::string_view verdict, int exit_code, const WaitTimes& waited_ms);
  Result<std::vector<RunRecord>> runs();

 private:
  using Change = std::variant<ImportIntent, ImportResult>;
  static constexpr std::string_view kBegun = "begun";  // a note, once the lists are there
  enum class Input { kUnknown, kSame, kChanged };

  // Where an import stands in the database.
  struct Row {
    std::int64_t list = 0;
    std::uint32_t place = 0;
  };
  // A list as the journal counted it, but for its users.
  struct Counted {
    std::int64_t number = 0;
    std::uint64_t planned = 0;
    std::string digest;  // "" in version 1
  };
  struct Differences;

  explicit SqliteJournal(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void> lock();
  Result<void> create(const Fingerprint& fingerprint);
  Result<void> compare(const Fingerprint& fingerprint);
  Result<void> check_kind();
  Result<void> show_old_tables();
  Result<void> replace_old_tables();
  Result<void> prepare();
  Result<void> create_tables(std::string_view prefix);
  Result<void> write_lists();
  Result<void> in_transaction(const std::function<Result<void>()>& change);
  Result<void> compare_lists(Differences& differences);
  Result<void> compare_list(Lane lane, const Counted& counted, Differences& differences);
  Result<void> compare_lines(Differences& differences);
  Result<void> refuse(const Differences& differences);
  Result<Row> row_of(const ImportKey& key) const;
  Result<void> wait_for(std::uint64_t change, std::unique_lock<std::mutex>& lock);
  Result<void> write(const std::vector<Change>& changes);
  Result<void> write_one(const Change& change);

  std::filesystem::path path_;
  const Clock* clock_ = nullptr;
  bool is_new_ = false;
  bool is_old_ = false;  // version 1, seen through views as if it were the present one
  Input input_ = Input::kUnknown;
  int lock_fd_ = -1;
  std::optional<SqlDatabase> database_;
  SqlStatement add_intent_, set_result_;
  std::optional<PlannedLists> planned_;  // constant once matched, as is the next
  std::vector<std::int64_t> numbers_;    // of the lists, as plan.lists

  std::mutex mutex_;  // guards what follows; the database belongs to the thread that is writing
  std::condition_variable written_changed_;
  std::vector<Change> pending_;
  std::uint64_t told_ = 0;     // changes so far
  std::uint64_t written_ = 0;  // of these, on the disk
  bool writing_ = false;
  std::optional<Error> error_;  // the first; nothing is written after it
};

}  // namespace zimmock::client
