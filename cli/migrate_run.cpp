#include "cli/migrate_run.h"

#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/migrate_hooks.h"
#include "cli/migrate_locks.h"
#include "cli/migrate_obstacle.h"
#include "cli/migrate_report_plan.h"
#include "cli/output.h"
#include "cli/quarantine_file.h"
#include "client/balance.h"
#include "client/verdict.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

ExitCode exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::kVerified:
      return kOk;
    case Outcome::kVerifiedInPart:
      return kIncomplete;
    case Outcome::kNotVerified:
      return kFailed;
    case Outcome::kStopped:
      return kStopped;
    case Outcome::kUnresolved:
      return kUnresolved;
    case Outcome::kFatal:
      return kFatal;
    case Outcome::kInterrupted:
      return kInterrupted;
  }
  return kFailed;
}

// What a failed registration means for the run: it may be repeated, so whatever may pass, may pass.
Stop stop_of(const Error& error) {
  const bool may_pass = error.kind == ErrorKind::kUnreachable ||
                        error.kind == ErrorKind::kInDoubt ||
                        error.kind == ErrorKind::kUnusableAnswer;
  return may_pass ? Stop::kNoConnection : Stop::kError;
}

Stop stop_of(const ApiStatus& status) {
  switch (status.code_class()) {
    case CodeClass::kCredentials:
      return Stop::kCredentials;
    case CodeClass::kInDoubt:
      return Stop::kNoConnection;
    default:
      return Stop::kError;
  }
}

// What a run that sends or reads back works with, made one after the other.
struct Session {
  const MigrateOptions& options;
  MigrateJob job;
  std::unique_ptr<SourceReader> source;
  std::optional<MigrationPlan> plan;
  std::unique_ptr<SqliteJournal> journal;  // nullptr: nothing is sent, and no journal is read
  QuarantineFile quarantine_file;
  BadLines bad_lines;
  std::optional<std::int64_t> adopt_from_ms;  // RunContext's
  Fingerprint fingerprint;                    // of a run that sends
  std::vector<RunLock> locks;                 // the same
};

// The phases of a run that sends or reads back.
class Execution {
 public:
  Execution(Session& session, MigrateOutput& output, std::mutex& out)
      : session_(session),
        plan_(*session.plan),
        output_(output),
        limits_(session.job.plan.calls_per_second, clock_, interrupt_, calls_before(session)),
        display_(session.job.progress, board_, clock_, out),
        context_{plan_,
                 *session.source,
                 [this]() { return open_transport(); },
                 session.job.connection->credentials,
                 clock_,
                 interrupt_,
                 board_,
                 quarantine_,
                 limits_,
                 session.options.lanes,
                 session.job.gap,
                 session.job.settle,
                 session.job.source.profile,
                 session.adopt_from_ms,
                 session.options.keep_order} {}

  Verdict run() {
    output_.starting(plan_, session_.journal.get(), session_.adopt_from_ms);
    if (session_.options.verify_only) return verify_all(nullptr);
    if (const auto stopped = register_all()) return *stopped;
    return import_all();
  }

  const Quarantine& quarantine() const { return quarantine_; }
  const ProgressBoard& board() const { return board_; }

  // Those that earlier runs quarantined are not looked for.
  Result<void> read_quarantine(SqliteJournal& journal) {
    return journal.read([this](const ImportEntry& entry) {
      if (entry.result.outcome == ImportOutcome::kQuarantined)
        quarantine_.add({entry.intent.key, entry.result.code, entry.result.why});
    });
  }

 private:
  // An earlier run of this migration may have been killed just now.
  static CallsBefore calls_before(const Session& session) {
    const bool first = !session.job.facts.resumed && !session.options.verify_only;
    return first ? CallsBefore::kNone : CallsBefore::kUnknown;
  }

  Result<std::unique_ptr<Transport>> open_transport() const {
    auto transport = CurlTransport::open(session_.job.connection->curl);
    if (!transport) return tl::unexpected(transport.error());
    const MigrateHooks& hooks = migrate_hooks();
    if (hooks.transport) return hooks.transport(*std::move(transport));
    return std::unique_ptr<Transport>(*std::move(transport));
  }

  std::optional<Verdict> register_all() {
    const auto registered = session_.journal->noted("registered");
    if (!registered) return stopped_verdict(plan_, Stop::kError, registered.error().message, 0);
    if (*registered) return std::nullopt;
    const auto transport = open_transport();
    if (!transport) return stopped_verdict(plan_, Stop::kError, transport.error().message, 0);
    ZimApi api(**transport, context_.credentials, clock_, {}, context_.profile);
    CallSite site{limits_.registrations, clock_, interrupt_, board_, true};
    const std::vector<RegisterUser> users = plan_.registrations();
    begin(Phase::kRegistering, users.size());
    const RegisterReport report = register_users(api, site, users);
    display_.stop();
    output_.registered(report);
    if (report.interrupted) return stopped_verdict(plan_, Stop::kInterrupted, "", 0);
    if (report.error)
      return stopped_verdict(plan_, stop_of(*report.error), report.error->message, 0);
    if (report.fatal) {
      return stopped_verdict(plan_, stop_of(*report.fatal), "UserRegister: " + report.fatal->line(),
                             0);
    }
    if (auto noted = session_.journal->note("registered", "1"); !noted)
      return stopped_verdict(plan_, Stop::kError, noted.error().message, 0);
    return std::nullopt;
  }

  Verdict import_all() {
    begin(Phase::kImporting, plan_.counts.imports);
    const MigrateHooks& hooks = migrate_hooks();
    const auto hooked = hooks.journal ? hooks.journal(*session_.journal) : nullptr;
    const ImportReport report =
        run_import(context_, hooked ? *hooked : static_cast<ImportJournal&>(*session_.journal));
    display_.stop();
    output_.imported(plan_, report);
    if (report.stop != Stop::kNone)
      return stopped_verdict(plan_, report.stop, report.stop_message,
                             report.imported + report.recovered);
    return verify_all(&report);
  }

  Verdict verify_all(const ImportReport* import) {
    begin(Phase::kVerifying, plan_.counts.imports);
    const VerifyReport report = run_verification(
        context_, [this](const Mismatch& mismatch) { output_.mismatch(mismatch); },
        import == nullptr ? 0 : context_.settle.settle_ms);
    display_.stop();
    output_.compared(report);
    return verdict_of(plan_, report, import, quarantine_, session_.options.allow_extra);
  }

  void begin(Phase phase, std::uint64_t total) {
    board_.start(phase, static_cast<std::int64_t>(total));
    display_.start();
  }

  Session& session_;
  const MigrationPlan& plan_;
  MigrateOutput& output_;
  SystemClock clock_;
  Interrupt interrupt_;
  ProgressBoard board_;
  Quarantine quarantine_;
  CallLimits limits_;
  ProgressDisplay display_;
  RunContext context_;
};

// One of many workers may have nothing to do.
bool is_empty_shard(const PlanCounts& all, const MigrateJob& job) {
  return job.plan.shard.of > 1 && all.records > 0 && all.imports + all.bad + all.too_old == 0;
}

int finish(MigrateOutput& output, const std::string& line, ExitCode code) {
  output.verdict(line, code);
  return code;
}

// What the first run decided, for the plan to be the same.
Result<void> take_decisions(SqliteJournal& journal, MigrateJob& job) {
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
  job.plan.shift.kind = TimeShift::Kind::kBy;
  return {};
}

// What this run knows and the next may know otherwise: a later release may read the file better.
Fingerprint findings_of(const Session& session) {
  Fingerprint out = notes_of(session.options, session.job);
  out.emplace_back("plan", plan_note(*session.plan, session.bad_lines));
  return out;
}

Fingerprint decisions_of(const Session& session) {
  Fingerprint out = findings_of(session);
  out.emplace_back("now_ms", std::to_string(session.plan->now_ms));
  out.emplace_back("shift_ms", std::to_string(session.plan->shift_ms));
  out.emplace_back("calls_per_second", std::to_string(session.job.plan.calls_per_second));
  return out;
}

Result<void> open_journal(Session& session, const Clock& clock) {
  auto journal = SqliteJournal::open(session.job.journal, session.fingerprint, clock);
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
  auto made = make_plan(*session.source, session.job.plan);
  if (!made) return tl::unexpected(made.error());
  session.plan = *std::move(made);
  add_input_notes(session.job, session.options.max_examples, *session.plan);
  if (session.options.verify_only) return {};
  return check_apart(session.options, *session.plan);
}

// What has left the window since the first run, whose time the plan is made for.
Result<void> find_expired(Session& session, const Clock& clock) {
  const MigrationPlan& plan = *session.plan;
  std::vector<std::uint8_t> settled(
      plan.records.size());  // a bit for each list, as in PlannedRecord
  const auto read = session.journal->read([&](const ImportEntry& entry) {
    const ImportOutcome outcome = entry.result.outcome;
    const auto [lane, record] = entry.intent.key;
    const bool open = outcome == ImportOutcome::kOpen || outcome == ImportOutcome::kNotApplied;
    if (!open) settled[record] |= plan.bit(lane);
  });
  if (!read) return tl::unexpected(read.error());
  session.job.facts.expired = expired_at(
      plan, clock.wall_ms(),
      [&](Lane lane, std::uint32_t record) { return (settled[record] & plan.bit(lane)) != 0; });
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

// The balance of the journal, and what it says against the verdict.
void check_balance(Session& session, MigrateOutput& output, Verdict& verdict) {
  const auto balance = balance_of(*session.plan, *session.journal);
  if (!balance) {
    verdict = {Outcome::kNotVerified, verdict.line + "; " + balance.error().message};
    return;
  }
  output.balance(*balance);
  static_cast<void>(session.journal->note("balance", json_line(balance_json(*balance))));
  if (balance->holds()) return;
  verdict = {Outcome::kNotVerified,
             verdict.line + "; the numbers of records do not add up: please report this"};
}

int execute(Session& session, MigrateOutput& output, std::mutex& out) {
  // Whoever reads our output may go; the import goes on to its end all the same.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on files is as a full disk
  const SystemClock clock;
  if (auto begun = begin_journal(session, clock); !begun) return complain_of_journal(begun.error());
  Execution execution(session, output, out);
  if (session.journal) {
    if (auto read = execution.read_quarantine(*session.journal); !read)
      return complain_error(read.error());
  }
  Verdict verdict = execution.run();
  if (session.journal && !session.options.verify_only) {
    auto written =
        session.quarantine_file.finish(*session.plan, *session.source, execution.quarantine());
    if (!written) verdict = {Outcome::kNotVerified, verdict.line + "; " + written.error().message};
    if (session.quarantine_file.count() > 0)
      output.quarantined(session.quarantine_file.path(), session.quarantine_file.count());
    check_balance(session, output, verdict);
    static_cast<void>(session.journal->run_ended(verdict.line, exit_code(verdict.outcome),
                                                 execution.board().waited_ms()));
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
    output->quarantined(session.quarantine_file.path(), session.quarantine_file.count());
  }
  return finish(*output, "nothing was sent: this was the plan; --execute carries it out", kOk);
}

}  // namespace

int run_migration(const MigrateOptions& options) {
  auto job = read_migrate_job(options);
  if (!job) return complain_error(job.error());
  Session session{options, *std::move(job), nullptr, std::nullopt, nullptr, {}, {}, {}, {}, {}};
  if (const auto& settle = migrate_hooks().settle) settle(session.job.settle);
  const SystemClock clock;
  if (auto found = find_journal(session, clock); !found) return complain_of_journal(found.error());
  session.job.facts.resumed = session.journal != nullptr && !session.journal->is_new();
  return run(session);
}

int verify_journal(MigrateOptions options) {
  auto journal = SqliteJournal::open_to_read(options.journal);
  if (!journal) return complain_error(journal.error());
  if (auto read = options_of(**journal, options); !read) return complain_error(read.error());
  options.verify_only = true;
  auto job = read_migrate_job(options);
  if (!job) return complain_error(job.error());
  Session session{options, *std::move(job), nullptr, std::nullopt, nullptr, {}, {}, {}, {}, {}};
  if (auto taken = take_decisions(**journal, session.job); !taken)
    return complain_error(taken.error());
  session.job.plan.retention_ms = session.job.facts.retention_days * kMillisPerDay;
  session.journal = *std::move(journal);
  return run(session);
}

}  // namespace zimmock::cli
