#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/api/registrar.h"
#include "client/import/importer.h"
#include "client/journal/balance.h"
#include "client/journal/sqlite_journal.h"
#include "client/migration.h"
#include "client/plan/plan.h"
#include "client/verify/verdict.h"
#include "client/verify/verifier.h"

namespace zimmock::cli {

// What the report needs to know of the command line.
struct MigrateFacts {
  std::string file;
  std::string format;
  std::string window;    // "plan pro", "--retention-days 45"
  std::string endpoint;  // "" when only planning
  std::uint32_t app_id = 0;
  std::int64_t calls_per_second = 0;  // 0: no limit
  std::int64_t retention_days = 0;
  client::TooOldPolicy too_old = client::TooOldPolicy::kStop;
  client::BadPolicy bad = client::BadPolicy::kStop;
  bool verify_only = false;
  bool resumed = false;            // an earlier run has begun it
  client::Expired expired;         // now; of a resumed run
  std::size_t max_examples = 0;    // of each kind; 0: all
  std::vector<std::string> notes;  // what else a run that sends should say first
};

// Tells on stdout what a migration finds and does, for people or for machines. Not for several
// threads at once, mismatch() excepted.
class MigrateOutput : public client::MigrationObserver {
 public:
  void registered(const client::RegisterReport& report) override = 0;
  void imported(const client::MigrationPlan& plan, const client::ImportReport& report) override = 0;
  void mismatch(const client::Mismatch& mismatch) override = 0;
  void compared(const client::VerifyReport& report) override = 0;
  void balance(const client::Balance& balance) override = 0;

  virtual void plan(const client::MigrationPlan& plan) = 0;
  // `journal` is nullptr if none is used; `adopt_from_ms` is RunContext's.
  virtual void starting(const client::MigrationPlan& plan, const client::SqliteJournal* journal,
                        std::optional<std::int64_t> adopt_from_ms) = 0;
  virtual void quarantine_written(const std::filesystem::path& file, std::uint64_t lines) = 0;

  // The last line, and the exit code that goes with it.
  virtual void verdict(const std::string& line, int exit_code) = 0;
};

std::unique_ptr<MigrateOutput> text_output(MigrateFacts facts);

// JSON Lines; the member `type` says what a line is. `out` guards stdout, where the progress of
// another thread goes too.
std::unique_ptr<MigrateOutput> json_output(MigrateFacts facts, std::mutex& out);

// {"sender": {"read": N, "imported": N, ...}, "receiver": {...}, "holds": true}
nlohmann::json balance_json(const client::Balance& balance);

// "2 h 3 min", "25 min 19 s", "5.3 s".
std::string duration_text(std::int64_t ms);

// "plan", "import", ... of a weight in JSON: "bad", "too-old", "note".
std::string_view to_string(client::Weight weight);

}  // namespace zimmock::cli
