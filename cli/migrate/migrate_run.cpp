#include "cli/migrate/migrate_run.h"

#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/migrate/migrate_locks.h"
#include "cli/migrate/migrate_obstacle.h"
#include "cli/migrate/migrate_report_plan.h"
#include "cli/migrate/quarantine_file.h"
#include "cli/output.h"
#include "client/migration.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

ExitCode exit_code(client::Outcome outcome) {
  switch (outcome) {
    case client::Outcome::kVerified:
      return kOk;
    case client::Outcome::kVerifiedInPart:
      return kIncomplete;
    case client::Outcome::kNotVerified:
      return kFailed;
    case client::Outcome::kStopped:
      return kStopped;
    case client::Outcome::kUnresolved:
      return kUnresolved;
    case client::Outcome::kFatal:
      return kFatal;
    case client::Outcome::kInterrupted:
      return kInterrupted;
  }
  return kFailed;
}

// What a run that sends or reads back works with, made one after the other.
struct Session {
  const MigrateOptions& options;
  const MigrateDoors& doors;
  MigrateJob job;
  std::unique_ptr<client::SourceReader> source;
  std::optional<client::MigrationPlan> plan;
  std::unique_ptr<client::SqliteJournal>
      journal;  // nullptr: nothing is sent, and no journal is read
  QuarantineFile quarantine_file;
  BadLines bad_lines;
  std::optional<std::int64_t> adopt_from_ms;  // RunContext's
  client::Fingerprint fingerprint;            // of a run that sends
  std::vector<RunLock> locks;                 // the same
};

// Draws the progress of a run, writes its quarantine and its balance, and passes all else to the
// output.
class Told : public client::MigrationObserver {
 public:
  Told(Session& session, MigrateOutput& output, ProgressDisplay& display)
      : session_(session), output_(output), display_(display) {}

  void begins(client::Phase, std::uint64_t) override { display_.start(); }
  void ended(client::Phase) override { display_.stop(); }
  void registered(const client::RegisterReport& report) override { output_.registered(report); }
  void imported(const client::MigrationPlan& plan, const client::ImportReport& report) override {
    output_.imported(plan, report);
  }
  void mismatch(const client::Mismatch& mismatch) override { output_.mismatch(mismatch); }
  void compared(const client::VerifyReport& report) override { output_.compared(report); }

  Result<void> quarantined(const client::Quarantine& quarantine) override {
    QuarantineFile& file = session_.quarantine_file;
    const auto written = file.finish(*session_.plan, *session_.source, quarantine);
    if (file.count() > 0) output_.quarantine_written(file.path(), file.count());
    return written;
  }

  void balance(const client::Balance& balance) override {
    output_.balance(balance);
    static_cast<void>(session_.journal->note("balance", json_line(balance_json(balance))));
  }

 private:
  Session& session_;
  MigrateOutput& output_;
  ProgressDisplay& display_;
};

// An earlier run of this migration may have been killed just now.
client::CallsBefore calls_before(const Session& session) {
  const bool first = !session.job.facts.resumed && !session.options.verify_only;
  return first ? client::CallsBefore::kNone : client::CallsBefore::kUnknown;
}

client::TransportFactory transports_of(const Session& session) {
  return [&session]() -> Result<std::unique_ptr<Transport>> {
    auto transport = client::CurlTransport::open(session.job.connection->curl);
    if (!transport) return tl::unexpected(transport.error());
    if (session.doors.transport) return session.doors.transport(*std::move(transport));
    return std::unique_ptr<Transport>(*std::move(transport));
  };
}

// One of many workers may have nothing to do.
bool is_empty_shard(const client::PlanCounts& all, const MigrateJob& job) {
  return job.plan.shard.of > 1 && all.records > 0 && all.imports + all.bad + all.too_old == 0;
}

int finish(MigrateOutput& output, const std::string& line, ExitCode code) {
  output.verdict(line, code);
  return code;
}

// What the first run decided, for the plan to be the same.
Result<void> take_decisions(client::SqliteJournal& journal, MigrateJob& job) {
  std::int64_t& rate = job.plan.decided_calls_per_second.emplace(0);
  for (const auto& [name, to] :
       {std::pair{"now_ms", &job.plan.now_ms}, std::pair{"shift_ms", &job.plan.shift.ms},
        std::pair{"calls_per_second", &rate}}) {
    const auto noted = journal.noted(name);
    if (!noted) return tl::unexpected(noted.error());
    const auto value = noted->has_value() ? parse_int64(**noted) : std::nullopt;
    if (!value) {
      return fail(ErrorKind::kUsage,
                  fmt::format("{}: expected {} of a run that has begun, got none",
                              journal.path().string(), name));
    }
    *to = *value;
  }
  job.plan.shift.kind = client::TimeShift::Kind::kBy;
  return {};
}

// What this run knows and the next may know otherwise: a later release may read the file better.
client::Fingerprint findings_of(const Session& session) {
  client::Fingerprint out = notes_of(session.options, session.job);
  out.emplace_back("plan", plan_note(*session.plan, session.bad_lines));
  return out;
}

client::Fingerprint decisions_of(const Session& session) {
  client::Fingerprint out = findings_of(session);
  out.emplace_back("now_ms", std::to_string(session.plan->now_ms));
  out.emplace_back("shift_ms", std::to_string(session.plan->shift_ms));
  out.emplace_back("calls_per_second", std::to_string(session.job.plan.calls_per_second));
  return out;
}

Result<void> open_journal(Session& session, const Clock& clock) {
  auto journal = client::SqliteJournal::open(session.job.journal, session.fingerprint, clock);
  if (!journal) return tl::unexpected(journal.error());
  session.journal = *std::move(journal);
  return {};
}

// A run that sends looks for the journal of this migration that an earlier run has made.
Result<void> find_journal(Session& session, const Clock& clock) {
  std::error_code ignored;
  if (!session.options.execute) return {};
  auto fingerprint = fingerprint_of(session.options, session.job);
  if (!fingerprint) return tl::unexpected(fingerprint.error());
  session.fingerprint = *std::move(fingerprint);
  if (std::filesystem::exists(session.job.journal, ignored)) {
    if (auto opened = open_journal(session, clock); !opened) return opened;
  }
  auto locks = lock_out_others(session.options, session.job);
  if (!locks) return tl::unexpected(locks.error());
  session.locks = *std::move(locks);
  if (!session.journal || session.journal->is_new()) return {};
  return take_decisions(*session.journal, session.job);
}

// The journal may not be there yet.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code ignored;
  const auto whole = [&ignored](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  return whole(a) == whole(b);
}

Result<void> plan(Session& session) {
  auto source = open_source(session.job);
  if (!source) return tl::unexpected(source.error());
  session.source = *std::move(source);
  // What the service refuses goes there too.
  if (session.options.execute || !session.options.quarantine.empty()) {
    if (is_same_file(session.job.quarantine, session.job.journal))
      return fail(ErrorKind::kUsage, "--quarantine: expected another file than the journal");
    if (auto opened = session.quarantine_file.open(session.job.quarantine); !opened) return opened;
    session.job.plan.on_bad = session.bad_lines.noting(session.quarantine_file.bad_sink());
  }
  auto made = client::make_plan(*session.source, session.job.plan);
  if (!made) return tl::unexpected(made.error());
  session.plan = *std::move(made);
  add_input_notes(session.job, session.options.max_examples, *session.plan);
  if (session.options.verify_only) return {};
  return check_apart(session.options, *session.plan);
}

// What has left the window since the first run, whose time the plan is made for.
Result<void> find_expired(Session& session, const Clock& clock) {
  const client::MigrationPlan& plan = *session.plan;
  std::vector<std::uint8_t> settled(
      plan.records.size());  // a bit for each list, as in PlannedRecord
  const auto read = session.journal->read([&](const client::ImportEntry& entry) {
    const client::ImportOutcome outcome = entry.result.outcome;
    const auto [lane, record] = entry.intent.key;
    const bool open =
        outcome == client::ImportOutcome::kOpen || outcome == client::ImportOutcome::kNotApplied;
    if (!open) settled[record] |= plan.bit(lane);
  });
  if (!read) return tl::unexpected(read.error());
  session.job.facts.expired =
      client::expired_at(plan, clock.wall_ms(), [&](client::Lane lane, std::uint32_t record) {
        return (settled[record] & plan.bit(lane)) != 0;
      });
  return {};
}

// The time to wait until is that of the first run with --adopt. A run without it does not adopt:
// the journal may be an older copy, which must stop it.
Result<void> find_adoption(Session& session, const Clock& clock) {
  if (!session.options.adopt) return {};
  const auto noted = session.journal->noted("adopt_from_ms");
  if (!noted) return tl::unexpected(noted.error());
  if (*noted) {
    session.adopt_from_ms = parse_int64(**noted).value_or(clock.wall_ms());
    return {};
  }
  session.adopt_from_ms = clock.wall_ms() + session.job.adopt_wait_ms;
  return session.journal->note("adopt_from_ms", std::to_string(*session.adopt_from_ms));
}

// The journal is made when it is clear that something will be sent.
Result<void> begin_journal(Session& session, const Clock& clock) {
  if (session.options.verify_only) return {};
  if (!session.journal) {
    if (auto opened = open_journal(session, clock); !opened) return opened;
  }
  if (session.journal->is_new()) {
    if (auto begun = session.journal->begin(*session.plan, decisions_of(session)); !begun)
      return begun;
  } else {
    for (const auto& [name, value] : findings_of(session)) {
      if (auto noted = session.journal->note(name, value); !noted) return noted;
    }
  }
  if (auto found = find_adoption(session, clock); !found) return found;
  return session.journal->run_started();
}

Result<client::MigrationResult> send_or_verify(Session& session, const client::RunContext& context,
                                               Told& told) {
  const bool allow_extra = session.options.allow_extra;
  if (session.options.verify_only)
    return client::verify_migration(context, session.journal.get(), allow_extra, told);
  const auto& through = session.doors.journal;
  const auto door = through ? through(*session.journal) : nullptr;
  return client::run_migration(context,
                               door ? *door : static_cast<client::ImportJournal&>(*session.journal),
                               allow_extra, told);
}

int execute(Session& session, MigrateOutput& output, std::mutex& out) {
  // Whoever reads our output may go; the import goes on to its end all the same.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on files is as a full disk
  const SystemClock clock;
  if (auto begun = begin_journal(session, clock); !begun) return complain_of_journal(begun.error());
  Interrupt interrupt;
  client::ProgressBoard board;
  client::Quarantine quarantine;
  client::CallLimits limits(session.job.plan.calls_per_second, clock, interrupt,
                            calls_before(session));
  ProgressDisplay display(session.job.progress, board, clock, out);
  const client::RunContext context{*session.plan,
                                   *session.source,
                                   transports_of(session),
                                   session.job.connection->credentials,
                                   clock,
                                   interrupt,
                                   board,
                                   quarantine,
                                   limits,
                                   session.options.lanes,
                                   session.job.gap,
                                   session.job.settle,
                                   session.job.source.profile,
                                   session.adopt_from_ms,
                                   session.options.keep_order};
  output.starting(*session.plan, session.journal.get(), session.adopt_from_ms);
  Told told(session, output, display);
  const auto result = send_or_verify(session, context, told);
  if (!result) return complain_error(result.error());
  const client::Verdict& verdict = result->verdict;
  if (session.journal && !session.options.verify_only) {
    static_cast<void>(
        session.journal->run_ended(verdict.line, exit_code(verdict.outcome), board.waited_ms()));
  }
  return finish(output, verdict.line, exit_code(verdict.outcome));
}

// The plan must be the one that the journal counts.
Result<void> match_journal(Session& session) {
  if (!session.journal || session.journal->is_new()) return {};
  if (auto matched = session.journal->match(*session.plan); !matched) return matched;
  if (session.journal->input_changed()) {
    session.job.facts.notes.push_back(
        fmt::format("{} is not the file of the first run, but has the same messages to import",
                    quote(session.job.facts.file)));
  }
  return {};
}

int run(Session& session) {
  if (auto planned = plan(session); !planned) return complain_error(planned.error());
  if (auto matched = match_journal(session); !matched) return complain_error(matched.error());
  if (session.job.facts.resumed) {
    if (auto found = find_expired(session, SystemClock()); !found)
      return complain_error(found.error());
  }
  std::mutex out;
  const auto output = session.options.as_json ? json_output(session.job.facts, out)
                                              : text_output(session.job.facts);
  // Of a journal's plan its own run has told.
  if (!session.journal || session.options.execute) output->plan(*session.plan);
  if (is_empty_shard(session.plan->counts, session.job))
    return finish(*output, "nothing was sent: this shard has no conversations", kOk);
  const std::string reason = obstacle(*session.plan, session.job.plan);
  if (!reason.empty()) return finish(*output, "nothing was sent: " + reason, kFailed);
  if (session.job.connection) return execute(session, *output, out);
  if (session.quarantine_file.is_open()) {
    if (auto written = session.quarantine_file.finish(*session.plan, *session.source, {}); !written)
      return complain_error(written.error());
    output->quarantine_written(session.quarantine_file.path(), session.quarantine_file.count());
  }
  return finish(*output, "nothing was sent: this was the plan; --execute carries it out", kOk);
}

}  // namespace

int run_migrate(const MigrateOptions& options, const MigrateDoors& doors) {
  auto job = read_migrate_job(options);
  if (!job) return complain_error(job.error());
  Session session{options, doors, *std::move(job), nullptr, std::nullopt, nullptr, {}, {}, {},
                  {},      {}};
  if (doors.settle) doors.settle(session.job.settle);
  const SystemClock clock;
  if (auto found = find_journal(session, clock); !found) return complain_of_journal(found.error());
  session.job.facts.resumed = session.journal != nullptr && !session.journal->is_new();
  return run(session);
}

int run_verify(MigrateOptions options) {
  auto journal = client::SqliteJournal::open_to_read(options.journal);
  if (!journal) return complain_error(journal.error());
  if (auto read = options_of(**journal, options); !read) return complain_error(read.error());
  options.verify_only = true;
  auto job = read_migrate_job(options);
  if (!job) return complain_error(job.error());
  const MigrateDoors doors;
  Session session{options, doors, *std::move(job), nullptr, std::nullopt, nullptr, {}, {}, {},
                  {},      {}};
  if (auto taken = take_decisions(**journal, session.job); !taken)
    return complain_error(taken.error());
  session.job.plan.retention_ms = session.job.facts.retention_days * kMillisPerDay;
  session.journal = *std::move(journal);
  return run(session);
}

}  // namespace zimmock::cli
