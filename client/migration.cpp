#include "client/migration.h"

#include <fmt/format.h>

namespace zimmock::client {
namespace {

// What a setup step that failed means for the run: it may be repeated, so whatever may pass, may
// pass.
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

// Those that earlier runs quarantined are not looked for.
Result<void> read_quarantine(ImportJournal& journal, Quarantine& quarantine) {
  return journal.read([&quarantine](const ImportEntry& entry) {
    if (entry.result.outcome == ImportOutcome::kQuarantined)
      quarantine.add({entry.intent.key, entry.result.code, entry.result.why});
  });
}

class MigrationRun {
 public:
  MigrationRun(const RunContext& context, bool allow_extra, MigrationObserver& observer)
      : context_(context), plan_(context.plan), allow_extra_(allow_extra), observer_(observer) {}

  Verdict send(ImportJournal& journal) {
    for (const SetupStep& step : setup_steps()) {
      if (auto stopped = set_up(step, journal)) return *std::move(stopped);
    }
    begin(Phase::kImporting, plan_.counts.imports);
    const ImportReport report = run_import(context_, journal);
    observer_.ended(Phase::kImporting);
    observer_.imported(plan_, report);
    if (report.stop != Stop::kNone)
      return stopped(report.stop, report.stop_message, report.imported + report.recovered);
    return read_back(&report);
  }

  // `import` is nullptr if nothing was sent.
  Verdict read_back(const ImportReport* import) {
    begin(Phase::kVerifying, plan_.counts.imports);
    const VerifyReport report = run_verification(
        context_, [this](const Mismatch& mismatch) { observer_.mismatch(mismatch); },
        import == nullptr ? 0 : context_.settle.settle_ms);
    observer_.ended(Phase::kVerifying);
    observer_.compared(report);
    return verdict_of(plan_, report, import, context_.quarantine, allow_extra_);
  }

  // What the journal says against the verdict.
  void account(ImportJournal& journal, MigrationResult& result) {
    Verdict& verdict = result.verdict;
    if (auto kept = observer_.quarantined(context_.quarantine); !kept)
      verdict = {Outcome::kNotVerified, verdict.line + "; " + kept.error().message};
    const auto balance = balance_of(plan_, journal);
    if (!balance) {
      verdict = {Outcome::kNotVerified, verdict.line + "; " + balance.error().message};
      return;
    }
    result.balance = *balance;
    observer_.balance(*balance);
    if (balance->holds()) return;
    verdict = {Outcome::kNotVerified,
               verdict.line + "; the numbers of records do not add up: please report this"};
  }

 private:
  // Nothing if the run goes on.
  std::optional<Verdict> set_up(const SetupStep& step, ImportJournal& journal) {
    const auto done = journal.is_set_up(step.name);
    if (!done) return stopped(Stop::kError, done.error().message);
    if (*done) return std::nullopt;
    const auto transport = context_.transports();
    if (!transport) return stopped(Stop::kError, transport.error().message);
    ZimApi api(**transport, context_.credentials, context_.clock, {}, context_.profile);
    CallSite site{context_.limits.*step.limiter, context_.clock, context_.waiter, context_.board,
                  true};
    begin(step.phase, step.total(plan_));
    const RegisterReport report = step.run(api, site, plan_);
    observer_.ended(step.phase);
    observer_.registered(report);
    if (report.interrupted) return stopped(Stop::kInterrupted, "");
    if (report.error) return stopped(stop_of(*report.error), report.error->message);
    if (report.fatal) {
      return stopped(stop_of(*report.fatal),
                     fmt::format("{}: {}", step.operation, report.fatal->line()));
    }
    if (auto noted = journal.set_up(step.name); !noted)
      return stopped(Stop::kError, noted.error().message);
    return std::nullopt;
  }

  Verdict stopped(Stop stop, const std::string& message, std::uint64_t done = 0) const {
    return stopped_verdict(plan_, stop, message, done);
  }

  void begin(Phase phase, std::uint64_t total) {
    context_.board.start(phase, static_cast<std::int64_t>(total));
    observer_.begins(phase, total);
  }

  const RunContext& context_;
  const MigrationPlan& plan_;
  bool allow_extra_;
  MigrationObserver& observer_;
};

}  // namespace

Result<MigrationResult> run_migration(const RunContext& context, ImportJournal& journal,
                                      bool allow_extra, MigrationObserver& observer) {
  if (auto read = read_quarantine(journal, context.quarantine); !read)
    return tl::unexpected(read.error());
  MigrationRun run(context, allow_extra, observer);
  MigrationResult out{run.send(journal), std::nullopt};
  run.account(journal, out);
  return out;
}

Result<MigrationResult> verify_migration(const RunContext& context, ImportJournal* journal,
                                         bool allow_extra, MigrationObserver& observer) {
  if (journal != nullptr) {
    if (auto read = read_quarantine(*journal, context.quarantine); !read)
      return tl::unexpected(read.error());
  }
  return MigrationResult{MigrationRun(context, allow_extra, observer).read_back(nullptr),
                         std::nullopt};
}

}  // namespace zimmock::client
