#include "cli/migrate/migrate_job.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/files.h"
#include "cli/migrate/default_journal.h"
#include "client/plan/input_digest.h"
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

// The calls a second that one of the shards may make.
Result<std::int64_t> share_of(std::int64_t calls_per_second, const client::Shard& shard) {
  if (calls_per_second == 0) return 0;
  const std::int64_t rest = calls_per_second % shard.of;
  const std::int64_t share = calls_per_second / shard.of + (shard.number <= rest ? 1 : 0);
  if (share > 0) return share;
  return fail(ErrorKind::kUsage,
              fmt::format("--shard: expected at most as many shards as calls a second, {}, got {}",
                          calls_per_second, shard.of));
}

Result<std::int64_t> read_duration(const char* option, const std::string& text,
                                   std::int64_t max_ms) {
  const auto ms = parse_duration_ms(text);
  if (ms && *ms >= 0 && *ms <= max_ms) return *ms;
  return fail(ErrorKind::kUsage, fmt::format("{}: expected a duration up to {} s, as 500ms or 5s, "
                                             "got {}",
                                             option, max_ms / kMillisPerSecond, quote(text)));
}

Result<void> read_settling(const MigrateOptions& options, MigrateJob& job) {
  const std::int64_t window_s = job.source.profile.timestamp_window_s;
  const auto settle = read_duration("--settle", options.settle, kMillisPerDay);
  if (!settle) return tl::unexpected(settle.error());
  const auto skew = read_duration("--sign-skew", options.sign_skew,
                                  std::max<std::int64_t>(window_s - 1, 0) * kMillisPerSecond);
  if (!skew) return tl::unexpected(skew.error());
  job.settle.settle_ms = *settle;
  job.settle.sign_skew_s = *skew / kMillisPerSecond;
  job.settle.window_s = window_s;
  job.adopt_wait_ms = job.settle.lands_within_ms();
  if (!options.adopt_wait.empty() && !options.adopt)
    return fail(ErrorKind::kUsage, "--adopt-wait: expected --adopt with it");
  if (!options.adopt_wait.empty()) {
    const auto wait = read_duration("--adopt-wait", options.adopt_wait, kMillisPerDay);
    if (!wait) return tl::unexpected(wait.error());
    job.adopt_wait_ms = *wait;
  }
  return {};
}

Result<void> name_files(const MigrateOptions& options, MigrateJob& job) {
  job.journal = options.journal;
  job.quarantine = options.quarantine;
  if (!job.connection) return {};
  if (options.journal.empty() && options.files.size() > 1) {
    return fail(ErrorKind::kUsage,
                "several inputs: expected --journal FILE, as no name of theirs would be the same "
                "if one more came");
  }
  if (options.journal.empty()) {
    std::filesystem::path file(options.files.front());
    if (!file.has_filename()) file = file.parent_path();
    const std::string name = file.filename().string();
    auto named = default_journal(name, job.plan.shard, job.connection->curl.endpoint.service,
                                 job.facts.app_id, options.execute);
    if (!named) return tl::unexpected(named.error());
    job.journal = std::move(named->file);
    if (!named->note.empty()) job.facts.notes.push_back(std::move(named->note));
  }
  if (options.quarantine.empty()) job.quarantine = job.journal.string() + ".quarantine.jsonl";
  return {};
}

Result<void> read_migrate_policies(const MigrateOptions& options, MigrateJob& job) {
  const auto rate = parse_rate(options.rate);
  if (!rate) return tl::unexpected(rate.error());
  const auto too_old = choose<client::TooOldPolicy>("--too-old", options.too_old,
                                                    {{"stop", client::TooOldPolicy::kStop},
                                                     {"skip", client::TooOldPolicy::kSkip},
                                                     {"clamp", client::TooOldPolicy::kClamp}});
  if (!too_old) return tl::unexpected(too_old.error());
  const auto bad = choose<client::BadPolicy>(
      "--bad", options.bad,
      {{"stop", client::BadPolicy::kStop}, {"quarantine", client::BadPolicy::kQuarantine}});
  if (!bad) return tl::unexpected(bad.error());
  if (!options.time_shift.empty()) {
    const auto shift = client::parse_time_shift(options.time_shift);
    if (!shift) return tl::unexpected(shift.error());
    job.plan.shift = *shift;
  }
  const bool moving = job.plan.shift.kind == client::TimeShift::Kind::kNewestIsNow ||
                      *too_old == client::TooOldPolicy::kClamp;
  if (options.verify_only && (moving || options.execute)) {
    return fail(ErrorKind::kUsage,
                "--verify-only: expected neither --execute nor times that depend on now; give the "
                "--time-shift that the import has printed");
  }
  const auto tagged = choose<bool>("--tag", options.tag, {{"on", true}, {"off", false}});
  if (!tagged) return tl::unexpected(tagged.error());
  const auto names = choose<bool>("--names", options.names, {{"on", true}, {"off", false}});
  if (!names) return tl::unexpected(names.error());
  job.plan.names = *names;
  const auto gap = choose<client::GapPolicy>(
      "--gap", options.gap,
      {{"stop", client::GapPolicy::kStop}, {"continue", client::GapPolicy::kContinue}});
  if (!gap) return tl::unexpected(gap.error());
  const auto shard = client::parse_shard(options.shard);
  if (!shard) return fail(ErrorKind::kUsage, "--" + shard.error().message);
  if (options.adopt && !*tagged) {
    return fail(ErrorKind::kUsage,
                "--adopt: expected --tag on, by which messages are known again, got --tag off");
  }
  job.plan.tagged = *tagged;
  job.plan.shard = *shard;
  job.gap = *gap;
  if (options.lanes < 1 || options.lanes > kMaxLanes) {
    return fail(ErrorKind::kUsage,
                fmt::format("--lanes: expected 1 to {}, got {}", kMaxLanes, options.lanes));
  }
  const auto share = share_of(*rate, *shard);
  if (!share) return tl::unexpected(share.error());
  job.plan.calls_per_second = *share;
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

Result<void> read_source(const MigrateOptions& options, MigrateJob& job) {
  auto source = read_source_job(options);
  if (!source) return tl::unexpected(source.error());
  static_cast<SourceJob&>(job) = *std::move(source);
  return {};
}

// The last step: it may take long.
Result<void> find_inputs_of(const MigrateOptions& options, MigrateJob& job) {
  if (auto found = find_source(options, job); !found) return found;
  return set_plan_options(options, job, job.plan);
}

void add_plan_options(CLI::App& app, MigrateOptions& options) {
  add_source_options(app, options);
  app.add_option("--plan", options.plan,
                 "The App's plan, which says how old messages may be: free (7 days), pro (30), "
                 "enterprise (90)")
      ->capture_default_str();
  app.add_option("--retention-days", options.retention_days,
                 "The number of days, if the App has other than its plan's");
  app.add_option("--time-shift", options.time_shift,
                 "Move all times, keeping the gaps: newest=now, newest=TIME, +30d, -2h");
  app.add_option("--too-old", options.too_old,
                 "Messages older than the retention window: stop, skip, or clamp (move to the "
                 "window's edge)")
      ->capture_default_str();
  app.add_option(
         "--bad", options.bad,
         "Records that cannot be imported: stop, or quarantine (left out, and written to a file)")
      ->capture_default_str();
  app.add_option("--names", options.names,
                 "on: register users with the source's names and avatars; existing users keep "
                 "theirs. off: register ids alone")
      ->capture_default_str();
  app.add_option(
         "--tag", options.tag,
         "on: each message carries a tag in ExtendedData that identifies it in its list; off: "
         "equal messages are counted instead, which cannot tell them from those that others write")
      ->capture_default_str();
  app.add_option(
         "--shard", options.shard,
         "I/N: migrate the I-th of N parts; each has its share of --rate and its own journal")
      ->capture_default_str();
}

}  // namespace

Result<MigrateJob> read_migrate_job(const MigrateOptions& options) {
  MigrateJob job;
  for (const auto step : {read_source, read_window, read_migrate_policies, read_settling,
                          read_display, find_inputs_of}) {
    if (auto done = step(options, job); !done) return tl::unexpected(done.error());
  }
  job.facts.file = client::inputs_text(options.files);
  job.facts.format = format_names(job.inputs);
  job.facts.calls_per_second = job.plan.calls_per_second;
  job.facts.too_old = job.plan.too_old;
  job.facts.bad = job.plan.bad;
  job.facts.verify_only = options.verify_only;
  job.facts.max_examples = options.max_examples;
  if (options.execute || options.verify_only) {
    auto connection = resolve_connection(options.connection);
    if (!connection) return tl::unexpected(connection.error());
    job.facts.endpoint = connection->curl.endpoint.url;
    job.facts.app_id = connection->credentials.app_id;
    job.connection = *std::move(connection);
  }
  if (auto named = name_files(options, job); !named) return tl::unexpected(named.error());
  return job;
}

void add_migrate_options(CLI::App& app, MigrateOptions& options) {
  add_plan_options(app, options);
  app.add_flag("--execute", options.execute,
               "Register, import, read back and compare; without this flag nothing is sent");
  app.add_flag("--verify-only", options.verify_only,
               "Send nothing; read the lists of an earlier run back, and compare them");
  app.add_option("--journal", options.journal,
                 "The record of what was sent: the same command resumes an interrupted run from "
                 "it. Default: INPUT.HOST.APPID.journal in this folder (each loopback address is "
                 "localhost). Several INPUTs need it");
  app.add_option("--quarantine", options.quarantine,
                 "The file for records that cannot be imported. Default: the journal's name, with "
                 ".quarantine.jsonl. An existing file with other lines is kept as FILE.old");
  app.add_option("--gap", options.gap,
                 "If the service refuses a message, its list: stop, or continue")
      ->capture_default_str();
  app.add_option("--settle", options.settle,
                 "Look for an import in doubt after this time; clocks may differ by as much")
      ->capture_default_str();
  app.add_option("--sign-skew", options.sign_skew,
                 "Back-date the signatures of imports by this time, so that they expire sooner "
                 "(590s: after 10 s instead of 10 min)")
      ->capture_default_str();
  app.add_flag("--adopt", options.adopt,
               "Count messages of this history that are in their lists already, from a run with "
               "another journal, as imported; without this flag they stop the run");
  app.add_option("--adopt-wait", options.adopt_wait,
                 "Wait this long before the first look at a list. Default: 10 min 6 s, until no "
                 "call of a run that ended just now can land; 0s if it ended long ago");
  app.add_option("--rate", options.rate, "Calls a second of each operation, or off")
      ->capture_default_str();
  app.add_option("--lanes", options.lanes, "Lists imported at once")->capture_default_str();
  app.add_flag("--allow-extra", options.allow_extra,
               "Do not fail on messages in a list that are not in the plan");
  app.add_option("--max-examples", options.max_examples, "Shown of each kind; 0: all")
      ->capture_default_str();
  app.add_option("--progress", options.progress, "auto, bar, plain or off")->capture_default_str();
  app.add_flag("--json", options.as_json, "JSON Lines on stdout");
  add_connection_options(app, options.connection);
}

Result<client::Fingerprint> fingerprint_of(const MigrateOptions& options, const MigrateJob& job) {
  auto digest = client::digest_of(job.inputs);
  if (!digest) return tl::unexpected(digest.error());
  client::Fingerprint out{{std::string(client::kToldInput), *std::move(digest)},
                          {"--format", format_names(job.inputs)}};
  for (const auto& [name, file] : {std::pair{"--users", options.users_file},
                                   std::pair{"--media-map", options.media_map_file}}) {
    auto content = file.empty() ? Result<std::string>("none") : client::input_digest(file);
    if (!content) return tl::unexpected(content.error());
    out.emplace_back(name, *std::move(content));
  }
  const auto given = [](const std::string& text) { return text.empty() ? "none" : text; };
  out.insert(out.end(), {{"--tz", given(options.time_zone)},
                         {"--date-order", given(options.date_order)},
                         {"--profile", options.profile},
                         {"retention days", std::to_string(job.facts.retention_days)},
                         {"--time-shift", given(options.time_shift)},
                         {"--too-old", options.too_old},
                         {"--bad", options.bad},
                         {"--tag", options.tag},
                         {"--shard", options.shard},
                         {"endpoint", job.facts.endpoint},
                         {"app", std::to_string(job.facts.app_id)},
                         {std::string(client::kToldProgram), ZIMMOCK_VERSION}});
  // Journals of before do not have them.
  if (options.merge_users) out.emplace_back("--merge-users", "on");
  if (!options.language.empty()) out.emplace_back("--language", options.language);
  if (options.null_is_text) out.emplace_back("--null-is-text", "on");
  if (options.long_messages != "stop") out.emplace_back("--long-messages", options.long_messages);
  if (options.missing_media != "stop") out.emplace_back("--missing-media", options.missing_media);
  if (options.merge) out.emplace_back("--merge", "on");
  if (!options.exported_by.empty())
    out.emplace_back("--exported-by", json_line(options.exported_by));
  return out;
}

client::Fingerprint notes_of(const MigrateOptions& options, const MigrateJob& job) {
  std::error_code ignored;
  const auto absolute = [&ignored](const std::string& file) {
    return file.empty() ? "" : std::filesystem::absolute(file, ignored).string();
  };
  const bool one = options.files.size() == 1;
  return {{"file", one ? absolute(options.files.front()) : client::inputs_text(options.files)},
          {"files", json_line(options.files)},
          {"folder", std::filesystem::current_path(ignored).string()},
          {"users", absolute(options.users_file)},
          {"media-map", absolute(options.media_map_file)},
          {"quarantine", absolute(job.quarantine.string())},
          {std::string(client::kNotedProgram), ZIMMOCK_VERSION}};
}

// A JSON array of them, or nothing.
static std::vector<std::string> texts_in(const std::string& document) {
  std::vector<std::string> out;
  const nlohmann::json texts = json_or_discarded(document);
  if (!texts.is_array()) return out;
  for (const nlohmann::json& text : texts) {
    if (text.is_string()) out.push_back(text.get<std::string>());
  }
  return out;
}

Result<void> options_of(client::SqliteJournal& journal, MigrateOptions& options) {
  const auto told = journal.fingerprint();
  if (!told) return tl::unexpected(told.error());
  const std::map<std::string, std::string> was(told->begin(), told->end());
  const auto set = [&was](const char* name, std::string& to) {
    const auto found = was.find(name);
    if (found != was.end()) to = found->second == "none" ? "" : found->second;
  };
  set("--format", options.format);
  set("--tz", options.time_zone);
  set("--date-order", options.date_order);
  set("--language", options.language);
  options.null_is_text = options.null_is_text || was.contains("--null-is-text");
  set("--profile", options.profile);
  set("--too-old", options.too_old);
  set("--bad", options.bad);
  set("--long-messages", options.long_messages);
  set("--missing-media", options.missing_media);
  set("--tag", options.tag);
  set("--shard", options.shard);
  std::string days;
  set("retention days", days);
  options.retention_days = parse_int64(days);
  for (const auto& [name, to] :
       {std::pair{"folder", &options.folder}, std::pair{"users", &options.users_file},
        std::pair{"media-map", &options.media_map_file}}) {
    const auto noted = journal.noted(name);
    if (!noted) return tl::unexpected(noted.error());
    *to = noted->value_or("");
  }
  if (options.format.find(',') != options.format.npos) options.format = "auto";
  options.merge = was.contains("--merge");
  const auto exported_by = was.find("--exported-by");
  if (exported_by != was.end()) options.exported_by = texts_in(exported_by->second);
  const auto files = journal.noted("files");
  if (!files) return tl::unexpected(files.error());
  options.files = texts_in(files->value_or(""));
  if (!options.files.empty()) return {};
  const auto file = journal.noted("file");  // of before several could be named
  if (!file) return tl::unexpected(file.error());
  options.files = {file->value_or("")};
  return {};
}

}  // namespace zimmock::cli
