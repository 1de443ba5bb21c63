#pragma once

// What an interrupted import remembers: ImportPeerMsg has no idempotency key, so what may have been
// sent is written down before it is sent.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "client/plan/plan.h"
#include "contracts/api/result.h"

namespace zimmock::client {

// One import of a plan: a record into one list.
struct ImportKey {
  Lane lane;
  std::uint32_t record = 0;  // into plan.records

  auto operator<=>(const ImportKey&) const = default;
};

struct ImportIntent {
  ImportKey key;
  std::uint32_t line = 0;        // of the source
  std::int32_t attempt = 1;      // counts what was put on the wire, or may have been
  std::int64_t timestamp_s = 0;  // that it is signed with, which bounds how late it can take effect
  View view = View::kReceiver;   // of the list, seen from the message
  RecordName name{};             // for the report; a journal keeps its id, pointer and time
};

// The numbers stand in journals, so a later release may add one and change none.
enum class ImportOutcome {
  kOpen = 0,         // intended, and nothing known since: it may have been applied
  kImported = 1,     // answered with success
  kRecovered = 2,    // found in the list: its answer was lost, or it was adopted
  kQuarantined = 3,  // refused for itself, or its turn is over: it will not be sent again
  kNotApplied = 4,   // not sent, or answered with a code that says so: it may be sent again
};

struct ImportResult {
  ImportKey key;
  ImportOutcome outcome = ImportOutcome::kOpen;
  std::string msg_id;  // decimal digits
  std::int64_t msg_seq = 0;
  std::int64_t code = 0;  // of a refusal
  std::string why;        // one line
};

struct ImportEntry {
  ImportIntent intent;  // the last attempt's
  ImportResult result;
};

// The importer calls intent() before and result() after each import. Both may come from several
// threads at once, never for one lane.
class ImportJournal {
 public:
  virtual ~ImportJournal() = default;

  // True if an interrupted run can be taken up again with this journal.
  virtual bool durable() const = 0;

  // Every import that it knows of, one lane after the other and each in its order, before any other
  // call. Blocks while reading.
  virtual Result<void> read(const std::function<void(const ImportEntry&)>& take) = 0;

  // Returns when it is safe to send: what it was told cannot be lost any more. An Error keeps the
  // import from being sent and ends the run.
  virtual Result<void> intent(const ImportIntent& intent) = 0;

  // How it came out. May be written later, with the next intent: losing it opens the question
  // again, which reading the list back answers.
  virtual Result<void> result(const ImportResult& result) = 0;

  // Takes over what is in one list though this journal knows nothing of it: all or none of the
  // entries, and safely as intent() does.
  virtual Result<void> adopt(const std::vector<ImportEntry>& entries) = 0;

  // Writes what result() put off.
  virtual Result<void> flush() = 0;

  // True if this run or an earlier one has finished the setup step (SetupStep::name).
  virtual Result<bool> is_set_up(std::string_view step) = 0;

  // Notes that the setup step is finished. Written at once.
  virtual Result<void> set_up(std::string_view step) = 0;
};

// Remembers nothing.
class NullJournal : public ImportJournal {
 public:
  bool durable() const override { return false; }
  Result<void> read(const std::function<void(const ImportEntry&)>&) override { return {}; }
  Result<void> intent(const ImportIntent&) override { return {}; }
  Result<void> result(const ImportResult&) override { return {}; }
  Result<void> adopt(const std::vector<ImportEntry>&) override { return {}; }
  Result<void> flush() override { return {}; }
  Result<bool> is_set_up(std::string_view) override { return false; }
  Result<void> set_up(std::string_view) override { return {}; }
};

// The imports that are refused for themselves and will not be in their lists. add() and has() are
// safe from several threads.
class Quarantine {
 public:
  struct Entry {
    ImportKey key;
    std::int64_t code = 0;
    std::string why;
  };

  void add(Entry entry) {
    const std::lock_guard lock(mutex_);
    entries_.insert_or_assign(entry.key, std::move(entry));
  }
  bool has(Lane lane, std::uint32_t record) const {
    const std::lock_guard lock(mutex_);
    return entries_.contains({lane, record});
  }

  // By lane and record; while no import runs.
  const std::map<ImportKey, Entry>& entries() const { return entries_; }

 private:
  mutable std::mutex mutex_;
  std::map<ImportKey, Entry> entries_;
};

}  // namespace zimmock::client
