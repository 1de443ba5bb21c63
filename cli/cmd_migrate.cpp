#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/migrate_job.h"
#include "client/verdict.h"

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

// The phases of a run that sends something.
class Execution {
 public:
  Execution(const MigrateOptions& options, const MigrateJob& job, const MigrationPlan& plan,
            const SourceReader& source, MigrateOutput& output, std::mutex& out)
      : options_(options),
        job_(job),
        plan_(plan),
        output_(output),
        display_(job.progress, board_, clock_, out),
        context_{plan,
                 source,
                 [this]() { return open_transport(); },
                 job.connection->credentials,
                 clock_,
                 interrupt_,
                 board_,
                 job.plan.calls_per_second,
                 options.lanes} {}

  Verdict run() {
    NullJournal journal;
    output_.starting(plan_, journal);
    if (!options_.verify_only) {
      if (const auto stopped = register_all()) return *stopped;
      if (const auto stopped = import_all(journal)) return *stopped;
    }
    return verify_all();
  }

 private:
  Result<std::unique_ptr<Transport>> open_transport() const {
    auto transport = CurlTransport::open(job_.connection->curl);
    if (!transport) return tl::unexpected(transport.error());
    return std::unique_ptr<Transport>(*std::move(transport));
  }

  std::optional<Verdict> register_all() {
    const auto transport = open_transport();
    if (!transport) return stopped_verdict(plan_, Stop::kError, transport.error().message, 0);
    ZimApi api(**transport, job_.connection->credentials, clock_);
    RateLimiter limiter(job_.plan.calls_per_second, clock_, interrupt_);
    CallSite site{limiter, clock_, interrupt_, board_, true};
    const std::vector<std::string> users = plan_.users_to_register();
    begin(Phase::kRegistering, users.size());
    const RegisterReport report = register_users(api, site, users);
    display_.stop();
    output_.registered(report);
    if (report.interrupted) return stopped_verdict(plan_, Stop::kInterrupted, "", 0);
    if (report.error)
      return stopped_verdict(plan_, stop_of(*report.error), report.error->message, 0);
    if (!report.fatal) return std::nullopt;
    return stopped_verdict(plan_, stop_of(*report.fatal), "UserRegister: " + report.fatal->line(),
                           0);
  }

  std::optional<Verdict> import_all(ImportJournal& journal) {
    begin(Phase::kImporting, plan_.counts.imports);
    const ImportReport report = run_import(context_, journal);
    display_.stop();
    output_.imported(plan_, report);
    if (report.stop == Stop::kNone) return std::nullopt;
    return stopped_verdict(plan_, report.stop, report.stop_message, report.imported);
  }

  Verdict verify_all() {
    begin(Phase::kVerifying, plan_.counts.imports);
    const VerifyReport report = run_verification(
        context_, [this](const Mismatch& mismatch) { output_.mismatch(mismatch); });
    display_.stop();
    output_.compared(report);
    return verdict_of(plan_, report, options_.allow_extra);
  }

  void begin(Phase phase, std::uint64_t total) {
    board_.start(phase, static_cast<std::int64_t>(total));
    display_.start();
  }

  const MigrateOptions& options_;
  const MigrateJob& job_;
  const MigrationPlan& plan_;
  MigrateOutput& output_;
  SystemClock clock_;
  Interrupt interrupt_;
  ProgressBoard board_;
  ProgressDisplay display_;
  RunContext context_;
};

// What keeps a plan from being executed, or "".
std::string obstacle(const MigrationPlan& plan, const MigrateJob& job) {
  if (plan.counts.records == 0) return "there is nothing in the file";
  std::vector<std::string> reasons;
  if (plan.counts.bad > 0 && job.plan.bad == BadPolicy::kStop) {
    reasons.push_back(
        fmt::format("{} of {} records cannot be imported (--bad skip leaves them out)",
                    plan.counts.bad, plan.counts.records));
  }
  if (plan.counts.too_old > 0 && job.plan.too_old == TooOldPolicy::kStop) {
    reasons.push_back(
        fmt::format("{} of {} records are too old (--time-shift newest=now moves all; "
                    "--too-old skip or clamp)",
                    plan.counts.too_old, plan.counts.records));
  }
  if (reasons.empty() && plan.counts.imports == 0) return "there is nothing left to import";
  return fmt::format("{}", fmt::join(reasons, "; "));
}

int finish(MigrateOutput& output, const std::string& line, ExitCode code) {
  output.verdict(line, code);
  return code;
}

int run(const MigrateOptions& options) {
  auto job = read_migrate_job(options);
  if (!job) return complain_error(job.error());
  auto source = job->format->open(options.file, job->source);
  if (!source) return complain_error(source.error());
  const auto plan = make_plan(**source, job->plan);
  if (!plan) return complain_error(plan.error());
  std::mutex out;
  const auto output = options.as_json ? json_output(job->facts, out) : text_output(job->facts);
  output->plan(*plan);
  const std::string reason = obstacle(*plan, *job);
  if (!reason.empty()) return finish(*output, "nothing was sent: " + reason, kFailed);
  if (!job->connection) {
    return finish(*output, "nothing was sent: this was the plan; --execute carries it out", kOk);
  }
  // Whoever reads our output may go; the import goes on to its end all the same.
  std::signal(SIGPIPE, SIG_IGN);
  Execution execution(options, *job, *plan, **source, *output, out);
  const Verdict verdict = execution.run();
  return finish(*output, verdict.line, exit_code(verdict.outcome));
}

}  // namespace

Run setup_migrate(CLI::App& app) {
  auto options = std::make_shared<MigrateOptions>();
  add_migrate_options(app, *options);
  app.footer(
      "Exit codes: 0 all verified; 1 findings, or something is not there; 2 usage; 3 "
      "verified, but records were left out; 5 stopped, a retry may help; 7 the credentials "
      "are refused; 130 interrupted.");
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
