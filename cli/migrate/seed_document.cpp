#include "cli/migrate/seed_document.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/files.h"
#include "cli/migrate/migrate_obstacle.h"
#include "cli/migrate/planned_source.h"
#include "client/formats/line_file.h"
#include "client/formats/zim_line.h"
#include "client/formats/zip_file.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/record/message_record.h"

namespace zimmock::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kEndOfTime = 253'402'300'799'000;  // the year 9999

// The file as migrate plans it, whatever its times.
Result<PlannedSource> read_history(const SeedOptions& options) {
  SourceOptions source = options;
  source.files = {options.file};
  auto job = read_source_job(source);
  if (!job) return tl::unexpected(job.error());
  if (auto found = find_source(source, *job); !found) return tl::unexpected(found.error());
  client::PlanOptions plan;
  plan.tagged = false;
  plan.now_ms = kEndOfTime;  // a seed may be of any time
  return plan_source(source, *job, std::move(plan));
}

// Without Ids, which the mock does not keep.
Result<std::string> lines_of(const PlannedSource& history) {
  std::string out;
  for (const std::string& line : user_lines(history.plan)) out += line + "\n";
  for (const client::PlannedRecord& planned : history.plan.records) {
    if (planned.left_out) continue;
    auto record = history.reader->read_at(planned.place);
    if (!record) return tl::unexpected(record.error());
    const Message& message = record->message;
    const std::string only_for = !record->receiver_sees ? message.from_user_id
                                 : !record->sender_sees ? message.to_user_id
                                                        : "";
    out += json_line(client::zim_line(message, "", only_for)) + "\n";
  }
  return out;
}

// The first record that cannot be imported, and why; "" if all can.
std::string first_bad(const client::MigrationPlan& plan) {
  for (const client::FindingGroup& group : plan.findings) {
    if (group.weight == client::Weight::kNote || group.examples.empty()) continue;
    const client::RecordFinding& one = group.examples.front();
    return fmt::format("{}: {}: {}{}expected {}, got {}", client::place_text(one.line, one.record),
                       group.reason, one.pointer, one.pointer.empty() ? "" : ": ", one.expected,
                       one.got);
  }
  return "";
}

std::string counted(const client::MigrationPlan& plan) {
  return fmt::format("{} of {} records cannot be imported", plan.counts.left_out,
                     plan.counts.records);
}

// What was left out, in one sentence; nothing if all is there.
std::optional<std::string> left_out_note(const std::string& file,
                                         const client::MigrationPlan& plan) {
  std::vector<std::string> kinds;
  if (plan.counts.left_out > 0)
    kinds.push_back(fmt::format("{} (first: {})", counted(plan), first_bad(plan)));
  for (const auto& [kind, count] : plan.facts.skipped) kinds.push_back(skipped_text(kind, count));
  if (kinds.empty()) return std::nullopt;
  return fmt::format("{}: left out: {}", file, fmt::join(kinds, "; "));
}

Result<Seed> convert(const SeedOptions& options, bool skip_bad) {
  const auto history = read_history(options);
  if (!history) return tl::unexpected(history.error());
  const client::MigrationPlan& plan = history->plan;
  if (plan.counts.records == 0) {
    return fail(ErrorKind::kInput, fmt::format("{}: {}", options.file, nothing_to_import(plan)));
  }
  if (plan.counts.left_out > 0 && !skip_bad) {
    return fail(ErrorKind::kInput, fmt::format("{}: {}; {} (--bad skip leaves them out)",
                                               options.file, first_bad(plan), counted(plan)));
  }
  auto document = lines_of(*history);
  if (!document) return tl::unexpected(document.error());
  Seed out{*std::move(document), {}};
  if (auto note = left_out_note(options.file, plan)) out.notes.push_back(*std::move(note));
  return out;
}

// True if a line says what only a service knows: a document of state, which is in its own order.
bool is_state(std::string_view document) {
  while (!document.empty()) {
    const auto end = std::min(document.find('\n'), document.size());
    const std::string_view text = document.substr(0, end);
    document.remove_prefix(std::min(end + 1, document.size()));
    const bool maybe = text.find("\"Record\"") != text.npos || text.find("\"Stored\"") != text.npos;
    if (!maybe) continue;
    const auto line = parse_record_line(text);
    if (line && (line->contains("Record") || line->contains("Stored"))) return true;
  }
  return false;
}

Result<Seed> own_document(const SeedOptions& options, std::string document) {
  if (options.converts()) {
    return fail(
        ErrorKind::kUsage,
        fmt::format("{}: expected a chat history for --users, --media-map, --tz, "
                    "--date-order, --language and --bad, got a document that is taken as it is",
                    options.file == "-" ? "stdin" : options.file));
  }
  return Seed{std::move(document), {}};
}

// Our own format. A history that migrate would sort is sorted.
Result<Seed> read_own(const SeedOptions& options, bool skip_bad) {
  auto document = read_input(options.file);
  if (!document) return tl::unexpected(document.error());
  if (is_state(*document)) return own_document(options, *std::move(document));
  if (options.converts()) return convert(options, skip_bad);
  const auto history = read_history(options);
  const bool sorted =
      history && history->plan.counts.bad == 0 && history->plan.counts.out_of_order > 0;
  if (!sorted) return Seed{*std::move(document), {}};
  auto lines = lines_of(*history);
  if (!lines) return tl::unexpected(lines.error());
  return Seed{*std::move(lines), {}};
}

// What begins as our own document does, broken or empty, is left to whoever reads it: the error is
// that of its first bad line.
bool may_be_own(const std::string& file) {
  const auto head = client::head_of(file);
  if (!head) return false;
  const auto begin = head->find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return begin == std::string::npos || (*head)[begin] == '{';
}

}  // namespace

bool SeedOptions::converts() const {
  return merge_users || bad != "stop" || !users_file.empty() || !media_map_file.empty() ||
         !time_zone.empty() || !date_order.empty() || !language.empty();
}

void add_seed_options(CLI::App& app, SeedOptions& options) {
  app.add_option("--format", options.format,
                 "The format of a chat history (see `zimmock list formats`), or auto")
      ->capture_default_str();
  app.add_option("--users", options.users_file,
                 "A JSON file {SOURCE: ZIM}: the ZIM id of each user id of a history");
  app.add_flag("--merge-users", options.merge_users, "Allow several ids to become one");
  app.add_option("--media-map", options.media_map_file,
                 "A JSON file {SOURCE: URL}: the URL of each file of a history");
  app.add_option("--tz", options.time_zone,
                 "The time zone of a history's times that name none, such as Europe/Berlin");
  app.add_option("--date-order", options.date_order,
                 "The order of dates like 1/2/24: dmy, mdy or ymd");
  app.add_option("--language", options.language,
                 "The language of the phone of a WhatsApp export, such as pt or zh-TW");
  app.add_option("--bad", options.bad,
                 "Records of a history that cannot be imported: stop, or skip (left out and "
                 "counted)")
      ->capture_default_str();
}

std::string mock_lacks(const EntityCounts& left_out) {
  std::vector<std::string> kinds;
  for (const auto& [kind, count] : left_out) kinds.push_back(fmt::format("{} {}", count, kind));
  return fmt::format("{}: the mock does not have these yet, so they were left out",
                     fmt::join(kinds, ", "));
}

Result<Seed> read_seed(const SeedOptions& options) {
  const auto skip_bad = choose<bool>("--bad", options.bad, {{"stop", false}, {"skip", true}});
  if (!skip_bad) return tl::unexpected(skip_bad.error());
  std::error_code ignored;
  const bool folder = fs::is_directory(options.file, ignored);
  if (!folder && !fs::is_regular_file(options.file, ignored)) {
    auto document = read_input(options.file);
    if (!document) return tl::unexpected(document.error());
    return own_document(options, *std::move(document));
  }
  if (folder || client::is_zip(options.file)) return convert(options, *skip_bad);
  if (options.format != "auto" && options.format != "zim") return convert(options, *skip_bad);
  if (options.format == "zim") return read_own(options, *skip_bad);
  const auto format = client::detect_format(options.file);
  if (!format && !folder && client::check_file(options.file) && may_be_own(options.file))
    return read_own(options, *skip_bad);
  if (!format) return tl::unexpected(format.error());
  return (*format)->name == "zim" ? read_own(options, *skip_bad) : convert(options, *skip_bad);
}

}  // namespace zimmock::cli
