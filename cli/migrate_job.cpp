#include "cli/migrate_job.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/files.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

constexpr int kMaxLanes = 256;

Result<void> read_window(const MigrateOptions& options, MigrateJob& job) {
  const auto days = plan_retention_days(options.plan);
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

Result<void> read_policies(const MigrateOptions& options, MigrateJob& job) {
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
  const bool moving =
      job.plan.shift.kind == TimeShift::Kind::kNewestIsNow || *too_old == TooOldPolicy::kClamp;
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

Result<void> read_display(const MigrateOptions& options, MigrateJob& job) {
  const ProgressStyle usual = options.as_json                ? ProgressStyle::kJson
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

// A JSON object of texts, as --users and --media-map take it.
Result<std::map<std::string, std::string, std::less<>>> read_map(const char* option,
                                                                 const std::string& file) {
  std::map<std::string, std::string, std::less<>> out;
  if (file.empty()) return out;
  const auto text = read_input(file);
  if (!text) return tl::unexpected(text.error());
  const auto document = parse_json(*text, {});
  if (!document) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}: {}", option, file, document.error().line()));
  }
  if (!document->is_object()) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}: expected a JSON object, {{\"from\": \"to\"}}, got {}", option,
                            file, json_type_and_value(*document)));
  }
  for (const auto& [from, to] : document->items()) {
    if (!to.is_string()) {
      return fail(ErrorKind::kUsage, fmt::format("{}: {}: {}: expected text, got {}", option, file,
                                                 quote(from), json_type_and_value(to)));
    }
    out[from] = to.get<std::string>();
  }
  return out;
}

Result<const Format*> choose_format(const MigrateOptions& options) {
  if (options.format == "auto") return detect_format(options.file);
  std::vector<Choice<const Format*>> known{{"auto", nullptr}};
  for (const Format& row : formats()) known.push_back({row.name, &row});
  return choose("--format", options.format, known);
}

Result<void> read_source(const MigrateOptions& options, MigrateJob& job) {
  if (options.file == "-") {
    return fail(ErrorKind::kUsage,
                "FILE: expected a regular file, got \"-\": it is read more than once");
  }
  const auto format = choose_format(options);
  if (!format) return tl::unexpected(format.error());
  job.format = *format;
  auto profile = load_profile(options.profile);
  if (!profile) return tl::unexpected(profile.error());
  job.source.profile = *std::move(profile);
  auto users = read_map("--users", options.users_file);
  if (!users) return tl::unexpected(users.error());
  job.source.users = *std::move(users);
  auto media = read_map("--media-map", options.media_map_file);
  if (!media) return tl::unexpected(media.error());
  job.source.media = *std::move(media);
  job.source.time_zone = options.time_zone;
  if (!options.date_order.empty()) {
    const auto order = choose<DateOrder>("--date-order", options.date_order,
                                         {{"dmy", DateOrder::kDayFirst},
                                          {"mdy", DateOrder::kMonthFirst},
                                          {"ymd", DateOrder::kYearFirst}});
    if (!order) return tl::unexpected(order.error());
    job.source.date_order = *order;
  }
  std::error_code no_folder;
  const auto folder = std::filesystem::temp_directory_path(no_folder);
  if (!no_folder) job.source.spool_folder = folder;
  return {};
}

void add_plan_options(CLI::App& app, MigrateOptions& options) {
  app.add_option("FILE", options.file, "The chat history")->required();
  app.add_option("--format", options.format, "Its format (zimmock list formats), or auto")
      ->capture_default_str();
  app.add_option("--users", options.users_file,
                 "A JSON file {SOURCE: ZIM}: which user ids become which");
  app.add_option(
      "--media-map", options.media_map_file,
      "A JSON file {SOURCE: URL}: where the source's files are now; beginnings of paths and "
      "URLs will do");
  app.add_option("--tz", options.time_zone,
                 "The time zone of times that name none, as Europe/Berlin");
  app.add_option("--date-order", options.date_order, "Of dates like 1/2/24: dmy, mdy or ymd");
  app.add_option("--plan", options.plan,
                 "The service's plan, for how old messages may be: free (7 days), pro (30), "
                 "enterprise (90)")
      ->capture_default_str();
  app.add_option("--retention-days", options.retention_days,
                 "The same in days, if more was bought");
  app.add_option("--time-shift", options.time_shift,
                 "Move all times, keeping the gaps: newest=now, newest=TIME, +30d, -2h");
  app.add_option("--too-old", options.too_old,
                 "What does not fit: stop, skip, or clamp (moved to the window's edge)")
      ->capture_default_str();
  app.add_option("--bad", options.bad, "Records with findings: stop or skip")
      ->capture_default_str();
  app.add_option("--profile", options.profile,
                 "The contract's open questions: default, strict or a "
                 "file")
      ->capture_default_str();
}

}  // namespace

Result<MigrateJob> read_migrate_job(const MigrateOptions& options) {
  MigrateJob job;
  for (const auto step : {read_source, read_window, read_policies, read_display}) {
    if (auto done = step(options, job); !done) return tl::unexpected(done.error());
  }
  job.facts.file = options.file;
  job.facts.format = job.format->name;
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

void add_migrate_options(CLI::App& app, MigrateOptions& options) {
  add_plan_options(app, options);
  app.add_flag("--execute", options.execute,
               "Register, import, read back and compare; without it nothing is sent");
  app.add_flag("--verify-only", options.verify_only,
               "Send nothing; read the lists of an earlier run back and compare");
  app.add_option("--rate", options.rate, "Calls a second of each operation, or off")
      ->capture_default_str();
  app.add_option("--lanes", options.lanes, "Lists imported at once")->capture_default_str();
  app.add_flag("--allow-extra", options.allow_extra,
               "Messages in a list that are not in the plan are no failure");
  app.add_option("--max-examples", options.max_examples, "Shown of each kind; 0: all")
      ->capture_default_str();
  app.add_option("--progress", options.progress, "auto, bar, plain or off")->capture_default_str();
  app.add_flag("--json", options.as_json, "JSON Lines on stdout");
  add_connection_options(app, options.connection);
}

}  // namespace zimmock::cli
