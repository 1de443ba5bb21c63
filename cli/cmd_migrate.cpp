#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/connection_options.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/migrate_output.h"
#include "cli/progress_display.h"
#include "client/verdict.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

constexpr std::int64_t kMaxRetentionDays = 3650;
constexpr std::int64_t kMaxRate = 100'000;
constexpr int kMaxLanes = 256;

struct Options {
  ConnectionOptions connection;
  std::string file;
  std::string format = "zim";
  std::string plan = "pro";
  std::optional<std::int64_t> retention_days;
  bool execute = false;
  bool verify_only = false;
  std::string rate = "20";
  int lanes = 4;
  std::string time_shift;
  std::string too_old = "stop";
  std::string bad = "stop";
  std::string profile = "default";
  std::size_t max_examples = 5;
  bool as_json = false;
  bool allow_extra = false;
  std::string progress = "auto";
};

// The command line, read and found to make sense.
struct Job {
  const Format* format = nullptr;
  Profile profile;
  PlanOptions plan;
  MigrateFacts facts;
  ProgressStyle progress = ProgressStyle::kOff;
  std::optional<Connection> connection;  // if anything is sent
};

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

template <typename Value>
Result<Value> choose(std::string_view option, const std::string& given,
                     const std::vector<Choice<Value>>& choices) {
  std::vector<std::string_view> names;
  for (const auto& choice : choices) {
    if (choice.name == given) return choice.value;
    names.push_back(choice.name);
  }
  return fail(ErrorKind::kUsage, fmt::format("{}: expected {}, got {}{}", option,
                                             fmt::join(names, ", "), quote(given),
                                             did_you_mean(given, names)));
}

Result<std::int64_t> parse_rate(const std::string& text) {
  if (text == "off") return 0;
  const auto rate = parse_int64(text);
  if (rate && *rate >= 1 && *rate <= kMaxRate) return *rate;
  return fail(ErrorKind::kUsage,
              fmt::format("--rate: expected calls a second from 1 to {}, or off, got {}", kMaxRate,
                          quote(text)));
}

Result<Profile> load_profile(const std::string& name) {
  if (name == "default") return default_profile();
  if (name == "strict") return strict_profile();
  const auto text = read_small_file(name);
  if (!text) {
    return fail(ErrorKind::kUsage, fmt::format("--profile: expected default, strict or a file, got "
                                               "{}: {}",
                                               quote(name), text.error().message));
  }
  return parse_profile(*text, name);
}

Result<void> read_window(const Options& options, Job& job) {
  std::vector<Choice<std::int64_t>> plans;
  for (const Plan& plan : kPlans) plans.push_back({plan.name, plan.retention_days});
  const auto days = choose("--plan", options.plan, plans);
  if (!days) return tl::unexpected(days.error());
  job.facts.retention_days = options.retention_days.value_or(*days);
  job.facts.window = options.retention_days ? "--retention-days" : "plan " + options.plan;
  if (job.facts.retention_days < 1 || job.facts.retention_days > kMaxRetentionDays) {
    return fail(ErrorKind::kUsage, fmt::format("--retention-days: expected 1 to {}, got {}",
                                               kMaxRetentionDays, job.facts.retention_days));
  }
  job.plan.now_ms = SystemClock().wall_ms();
  job.plan.retention_ms = job.facts.retention_days * kMillisPerDay;
  // A list can be compared however old it has become.
  if (options.verify_only) job.plan.retention_ms = job.plan.now_ms;
  return {};
}

Result<void> read_policies(const Options& options, Job& job) {
  const auto rate = parse_rate(options.rate);
  if (!rate) return tl::unexpected(rate.error());
  const auto too_old = choose<TooOldPolicy>("--too-old", options.too_old,
                                            {{"stop", TooOldPolicy::kStop},
                                             {"skip", TooOldPolicy::kSkip},
                                             {"clamp", TooOldPolicy::kClamp}});
  if (!too_old) return tl::unexpected(too_old.error());
  const auto bad = choose<BadPolicy>("--bad", options.bad,
                                     {{"stop", BadPolicy::kStop}, {"skip", BadPolicy::kSkip}});
  if (!bad) return tl::unexpected(bad.error());
  if (!options.time_shift.empty()) {
    const auto shift = parse_time_shift(options.time_shift);
    if (!shift) return tl::unexpected(shift.error());
    job.plan.shift = *shift;
  }
  const bool moving = job.plan.shift.kind == TimeShift::Kind::kNewestIsNow ||
                      *too_old == TooOldPolicy::kClamp;
  if (options.verify_only && (moving || options.execute)) {
    return fail(ErrorKind::kUsage,
                "--verify-only: expected neither --execute nor times that depend on now; give the "
                "--time-shift that the import has printed");
  }
  if (options.lanes < 1 || options.lanes > kMaxLanes) {
    return fail(ErrorKind::kUsage,
                fmt::format("--lanes: expected 1 to {}, got {}", kMaxLanes, options.lanes));
  }
  job.plan.calls_per_second = *rate;
  job.plan.too_old = *too_old;
  job.plan.bad = *bad;
  job.plan.max_examples = options.max_examples;
  return {};
}

Result<void> read_display(const Options& options, Job& job) {
  const ProgressStyle usual = options.as_json              ? ProgressStyle::kJson
                              : ::isatty(STDERR_FILENO) == 1 ? ProgressStyle::kBar
                                                             : ProgressStyle::kPlain;
  const auto style = choose<ProgressStyle>("--progress", options.progress,
                                           {{"auto", usual},
                                            {"bar", ProgressStyle::kBar},
                                            {"plain", ProgressStyle::kPlain},
                                            {"off", ProgressStyle::kOff}});
  if (!style) return tl::unexpected(style.error());
  job.progress = *style;
  return {};
}

Result<void> read_source(const Options& options, Job& job) {
  std::vector<Choice<const Format*>> known;
  for (const Format& row : formats()) known.push_back({row.name, &row});
  const auto format = choose("--format", options.format, known);
  if (!format) return tl::unexpected(format.error());
  job.format = *format;
  if (options.file == "-") {
    return fail(ErrorKind::kUsage,
                "FILE: expected a regular file, got \"-\": it is read more than once");
  }
  auto profile = load_profile(options.profile);
  if (!profile) return tl::unexpected(profile.error());
  job.profile = *std::move(profile);
  return {};
}

Result<Job> read_job(const Options& options) {
  Job job;
  for (const auto step : {read_source, read_window, read_policies, read_display}) {
    if (auto done = step(options, job); !done) return tl::unexpected(done.error());
  }
  job.facts.file = options.file;
  job.facts.format = options.format;
  job.facts.calls_per_second = job.plan.calls_per_second;
  job.facts.too_old = job.plan.too_old;
  job.facts.bad = job.plan.bad;
  job.facts.verify_only = options.verify_only;
  job.facts.max_examples = options.max_examples;
  if (!options.execute && !options.verify_only) return job;
  auto connection = resolve_connection(options.connection);
  if (!connection) return tl::unexpected(connection.error());
  job.facts.endpoint = connection->curl.endpoint.url;
  job.facts.app_id = connection->credentials.app_id;
  job.connection = *std::move(connection);
  return job;
}

ExitCode exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::kVerified: return kOk;
    case Outcome::kVerifiedInPart: return kIncomplete;
    case Outcome::kNotVerified: return kFailed;
    case Outcome::kStopped: return kStopped;
    case Outcome::kFatal: return kFatal;
    case Outcome::kInterrupted: return kInterrupted;
  }
  return kFailed;
}

// The phases of a run that sends something.
class Execution {
 public:
  Execution(const Options& options, const Job& job, const MigrationPlan& plan,
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
    if (report.error) {
      const bool may_pass = report.error->kind == ErrorKind::kUnreachable ||
                            report.error->kind == ErrorKind::kInDoubt;
      return stopped_verdict(plan_, may_pass ? Stop::kNoConnection : Stop::kError,
                             report.error->message, 0);
    }
    if (!report.fatal) return std::nullopt;
    const bool credentials = report.fatal->code_class() == CodeClass::kCredentials;
    return stopped_verdict(plan_, credentials ? Stop::kCredentials : Stop::kError,
                           "UserRegister: " + report.fatal->line(), 0);
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

  const Options& options_;
  const Job& job_;
  const MigrationPlan& plan_;
  MigrateOutput& output_;
  SystemClock clock_;
  Interrupt interrupt_;
  ProgressBoard board_;
  ProgressDisplay display_;
  RunContext context_;
};

// What keeps a plan from being executed, or "".
std::string obstacle(const MigrationPlan& plan, const Job& job) {
  if (plan.counts.records == 0) return "there is nothing in the file";
  std::vector<std::string> reasons;
  if (plan.counts.bad > 0 && job.plan.bad == BadPolicy::kStop) {
    reasons.push_back(fmt::format("{} of {} records cannot be imported (--bad skip leaves them out)",
                                  plan.counts.bad, plan.counts.records));
  }
  if (plan.counts.too_old > 0 && job.plan.too_old == TooOldPolicy::kStop) {
    reasons.push_back(fmt::format("{} of {} records are too old (--time-shift newest=now moves all; "
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

int run(const Options& options) {
  auto job = read_job(options);
  if (!job) return complain_error(job.error());
  auto source = job->format->open(options.file, job->profile);
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
  Execution execution(options, *job, *plan, **source, *output, out);
  const Verdict verdict = execution.run();
  return finish(*output, verdict.line, exit_code(verdict.outcome));
}

void add_plan_options(CLI::App& app, Options& options) {
  app.add_option("FILE", options.file, "The chat history")->required();
  app.add_option("--format", options.format, "Its format (zimmock list formats)")
      ->capture_default_str();
  app.add_option("--plan", options.plan,
                 "The service's plan, for how old messages may be: free (7 days), pro (30), "
                 "enterprise (90)")
      ->capture_default_str();
  app.add_option("--retention-days", options.retention_days, "The same in days, if more was bought");
  app.add_option("--time-shift", options.time_shift,
                 "Move all times, keeping the gaps: newest=now, newest=TIME, +30d, -2h");
  app.add_option("--too-old", options.too_old,
                 "What does not fit: stop, skip, or clamp (moved to the window's edge)")
      ->capture_default_str();
  app.add_option("--bad", options.bad, "Records with findings: stop or skip")
      ->capture_default_str();
  app.add_option("--profile", options.profile, "The contract's open questions: default, strict or a "
                                               "file")
      ->capture_default_str();
}

}  // namespace

Run setup_migrate(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_plan_options(app, *options);
  app.add_flag("--execute", options->execute,
               "Register, import, read back and compare; without it nothing is sent");
  app.add_flag("--verify-only", options->verify_only,
               "Send nothing; read the lists of an earlier run back and compare");
  app.add_option("--rate", options->rate, "Calls a second of each operation, or off")
      ->capture_default_str();
  app.add_option("--lanes", options->lanes, "Lists imported at once")->capture_default_str();
  app.add_flag("--allow-extra", options->allow_extra,
               "Messages in a list that are not in the plan are no failure");
  app.add_option("--max-examples", options->max_examples, "Shown of each kind; 0: all")
      ->capture_default_str();
  app.add_option("--progress", options->progress, "auto, bar, plain or off")
      ->capture_default_str();
  app.add_flag("--json", options->as_json, "JSON Lines on stdout");
  add_connection_options(app, options->connection);
  app.footer("Exit codes: 0 all verified; 1 findings, or something is not there; 2 usage; 3 "
             "verified, but records were left out; 5 stopped, a retry may help; 7 the credentials "
             "are refused; 130 interrupted.");
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
