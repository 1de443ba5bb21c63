// `zimmock` as the chaos test runs it: it ends itself at a named point, or does without one of the
// things that make an import exactly once. See chaos.py.
//
//   ZIMMOCK_CHAOS_KILL=POINT:NTH   SIGKILL at the NTH passing of before_intent, after_intent,
//   mid_send,
//                                  answered, journaled or torn_tail
//   ZIMMOCK_CHAOS_WITHOUT=NAME     read_back: lists are read as empty; intents: none is written
//   down;
//                                  expiry: a lost call is taken for one that cannot land any more

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include <sqlite3.h>
#include <unistd.h>

#include "cli/migrate/migrate_job.h"
#include "cli/migrate/migrate_run.h"
#include "cli/program.h"
#include "contracts/api/text.h"

namespace zimmock {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Where this process is to end.
struct KillPoint {
  std::string name;
  std::int64_t nth = 0;
  std::atomic<std::int64_t> passed{0};

  bool is_due(std::string_view point) { return point == name && ++passed == nth; }
};

KillPoint& kill_point() {
  static KillPoint point;
  return point;
}

[[noreturn]] void end() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}

void pass(std::string_view point) {
  if (kill_point().is_due(point)) end();
}

class KillingJournal : public client::ImportJournal {
 public:
  KillingJournal(client::ImportJournal& journal, bool intents)
      : journal_(journal), intents_(intents) {}

  bool durable() const override { return journal_.durable(); }
  Result<void> read(const std::function<void(const client::ImportEntry&)>& take) override {
    return journal_.read(take);
  }
  Result<bool> is_set_up(std::string_view step) override { return journal_.is_set_up(step); }
  Result<void> set_up(std::string_view step) override { return journal_.set_up(step); }
  Result<void> intent(const client::ImportIntent& intent) override {
    pass("before_intent");
    auto done = intents_ ? journal_.intent(intent) : Result<void>{};
    pass("after_intent");
    return done;
  }
  Result<void> result(const client::ImportResult& result) override {
    pass("answered");
    // Without an intent before it there is no row for the result.
    if (!intents_) {
      if (auto noted = journal_.intent({result.key, 0, 1, 0}); !noted) return noted;
    }
    auto done = journal_.result(result);
    if (kill_point().is_due("journaled")) {
      static_cast<void>(journal_.flush());
      end();
    }
    return done;
  }
  Result<void> adopt(const std::vector<client::ImportEntry>& entries) override {
    return journal_.adopt(entries);
  }
  Result<void> flush() override { return journal_.flush(); }

 private:
  client::ImportJournal& journal_;
  bool intents_;
};

class KillingTransport : public Transport {
 public:
  KillingTransport(std::unique_ptr<Transport> transport, bool read_back)
      : transport_(std::move(transport)), read_back_(read_back) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    const bool import = request.target.find("Action=ImportPeerMsg") != std::string::npos;
    if (!read_back_ && request.target.find("Action=QueryPeerMsg") != std::string::npos)
      return HttpResponse{200, {}, R"({"Code":0,"Message":"","RequestId":"1","List":[],"Next":0})"};
    if (import && kill_point().is_due("mid_send")) {
      // Somewhere between the first byte and the answer.
      std::thread([nth = kill_point().nth] {
        std::this_thread::sleep_for(std::chrono::microseconds(nth * 37 % 400));
        end();
      }).detach();
    }
    return transport_->send(request);
  }

 private:
  std::unique_ptr<Transport> transport_;
  bool read_back_;
};

// --- the torn tail: a write of the journal of which half reaches the disk ---

sqlite3_vfs torn_vfs;
sqlite3_vfs* real_vfs = nullptr;
sqlite3_io_methods torn_methods;
const sqlite3_io_methods* real_methods = nullptr;

int torn_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  if (!kill_point().is_due("torn_tail")) return real_methods->xWrite(file, bytes, size, offset);
  real_methods->xWrite(file, bytes, size / 2, offset);
  end();
}

int torn_open(sqlite3_vfs* /*vfs*/, sqlite3_filename name, sqlite3_file* file, int flags,
              int* out_flags) {
  const int code = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
    real_methods = file->pMethods;
    torn_methods = *file->pMethods;
    torn_methods.xWrite = torn_write;
    file->pMethods = &torn_methods;
  }
  return code;
}

void tear_writes() {
  real_vfs = sqlite3_vfs_find(nullptr);
  torn_vfs = *real_vfs;
  torn_vfs.zName = "torn";
  torn_vfs.xOpen = torn_open;
  sqlite3_vfs_register(&torn_vfs, 1);
}

cli::MigrateDoors doors() {
  const std::string kill = environment("ZIMMOCK_CHAOS_KILL");
  const auto colon = kill.find(':');
  if (colon != std::string::npos) {
    kill_point().name = kill.substr(0, colon);
    kill_point().nth = parse_int64(kill.substr(colon + 1)).value_or(0);
  }
  if (kill_point().name == "torn_tail") tear_writes();
  const std::string without = environment("ZIMMOCK_CHAOS_WITHOUT");
  cli::MigrateDoors out;
  out.journal = [without](client::ImportJournal& journal) {
    return std::make_unique<KillingJournal>(journal, without != "intents");
  };
  out.transport =
      [without](std::unique_ptr<Transport> transport) -> Result<std::unique_ptr<Transport>> {
    return std::make_unique<KillingTransport>(std::move(transport), without != "read_back");
  };
  if (without == "expiry")
    out.settle = [](client::SettlePolicy& settle) { settle.window_s = -600; };
  return out;
}

// `migrate FILE ...` through the doors; all else is zimmock's.
int run(int argc, char** argv) {
  if (argc < 3 || argv[1] != std::string_view("migrate") || argv[2] == std::string_view("report"))
    return cli::run_program(argc, argv);
  CLI::App app;
  cli::MigrateOptions options;
  cli::add_migrate_options(*app.add_subcommand("migrate"), options);
  CLI11_PARSE(app, argc, argv);
  return cli::run_migrate(options, doors());
}

}  // namespace
}  // namespace zimmock

int main(int argc, char** argv) { return zimmock::run(argc, argv); }
