// Plans a migration of a Telegram export, imports it into a mock, and verifies it: migrate_telegram
// EXPORT.json
#include <cstdio>
#include <filesystem>
#include <thread>

#include <zimmock/mock_server.h>
#include <zimmock/system_clock.h>

#include "client/api/curl_transport.h"
#include "client/journal/sqlite_journal.h"
#include "client/migration.h"
#include "client/plan/inputs.h"

using namespace zimmock;

const SystemClock kClock;

struct Pause : client::Waiter {  // nothing interrupts it
  bool wait_until(std::int64_t ns) override {
    std::this_thread::sleep_for(std::chrono::nanoseconds(ns - kClock.monotonic_ns()));
    return true;
  }
  bool interrupted() const override { return false; }
};

Result<client::MigrationResult> migrate(const std::string& file, const std::string& journal_file) {
  client::FormatOptions reading;
  reading.users = {{"user99", "erin"}, {"user4321", "dan"}};
  reading.time_zone = "Europe/Berlin";
  const auto inputs =
      client::find_inputs(std::vector{file}, nullptr, std::filesystem::temp_directory_path());
  if (!inputs) return tl::unexpected(inputs.error());
  const auto source = client::open_inputs(*inputs, reading);
  if (!source) return tl::unexpected(source.error());

  client::PlanOptions planning;
  planning.now_ms = kClock.wall_ms();
  planning.retention_ms = 30 * kMillisPerDay;
  planning.shift = {client::TimeShift::Kind::kNewestIsNow, 0};
  planning.too_old = client::TooOldPolicy::kClamp;
  planning.bad = client::BadPolicy::kQuarantine;
  const auto plan = client::make_plan(**source, planning);
  if (!plan) return tl::unexpected(plan.error());
  std::printf("%llu imports planned\n", static_cast<unsigned long long>(plan->counts.imports));

  MockServer service;
  const MockTenant app = service.tenant();
  const client::CurlOptions where{.endpoint = *client::parse_endpoint(service.url())};
  const client::TransportFactory transports = [&] { return client::CurlTransport::open(where); };
  const auto journal = client::SqliteJournal::open(journal_file, {{"file", file}}, kClock);
  if (!journal) return tl::unexpected(journal.error());
  if (auto begun = (*journal)->begin(*plan, {}); !begun) return tl::unexpected(begun.error());
  Pause pause;
  client::ProgressBoard board;
  client::Quarantine quarantine;
  client::CallLimits limits(20, kClock, pause);
  const client::RunContext run{*plan,  **source, transports, {app.app_id(), app.server_secret()},
                               kClock, pause,    board,      quarantine,
                               limits};
  client::MigrationObserver silent;
  return client::run_migration(run, **journal, false, silent);
}

int main(int argc, char** argv) {
  const auto done =
      migrate(argc > 1 ? argv[1] : "result.json", argc > 2 ? argv[2] : "chat.journal");
  std::puts(done ? done->verdict.line.c_str() : done.error().message.c_str());
  return done && done->verdict.outcome <= client::Outcome::kVerifiedInPart ? 0 : 1;
}
