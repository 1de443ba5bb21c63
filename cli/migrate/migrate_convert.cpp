#include "cli/migrate/migrate_convert.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/connection_options.h"
#include "cli/files.h"
#include "cli/migrate/planned_source.h"
#include "cli/migrate/quarantine_file.h"
#include "cli/output.h"
#include "client/formats/zim_line.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

struct ConvertOptions : SourceOptions {
  std::string out;
  std::string bad = "stop";
  std::string quarantine;  // "": of the name of `out`
  std::size_t max_examples = 5;
  bool force = false;
};

// Lines to stdout, or to a file that is whole or not there.
class LineSink {
 public:
  Result<void> open(const std::string& file) {
    if (file == "-") return {};
    auto opened = PendingFile::open(file, Readers::kUser);
    if (!opened) return tl::unexpected(opened.error());
    file_.emplace(*std::move(opened));
    return {};
  }

  Result<void> line(const std::string& text) {
    constexpr std::size_t kEnough = 64 * 1024;
    if (!file_) {
      print_exact(text + "\n");
      return {};
    }
    waiting_ += text + "\n";
    return waiting_.size() < kEnough ? Result<void>() : flush();
  }

  Result<void> finish() {
    if (!file_) return {};
    if (auto flushed = flush(); !flushed) return flushed;
    return file_->finish();
  }

 private:
  Result<void> flush() { return file_->add(std::exchange(waiting_, {})); }

  std::optional<PendingFile> file_;
  std::string waiting_;
};

// A source's id within a conversation of several exports, each of which has ids of its own.
std::string id_of(const client::SourceReader& source, const client::RecordPlace& place,
                  const std::string& id) {
  const client::Format* format = client::find_format(source.format_of(place));
  if (id.empty() || format == nullptr || !format->is_personal) return id;
  return fmt::format("{}.{}", source.input_of(place) + 1, id);
}

// A line of format zim.
json line_of(const client::MigrationPlan& plan, const client::PlannedRecord& planned,
             const client::SourceRecord& record) {
  std::vector<std::string> owners;
  plan.each_lane(planned, [&](client::Lane lane) { owners.push_back(plan.owner(lane)); });
  return client::zim_line(record.message, record.id, owners.size() == 1 ? owners.front() : "");
}

// What the source has beside messages and their users, with the ids of --users: groups, members,
// relations, and users of no message.
Result<void> write_entities(const PlannedSource& source, const client::UserMap& users,
                            LineSink& sink) {
  Entities entities = source.plan.facts.entities;
  Entities renamed = with_user_ids(
      std::move(entities), [&](const std::string& id) { return client::zim_user(users, id); });
  // Other formats name everybody of a workspace or a phone.
  if (source.plan.facts.format != "zim") renamed.users.clear();
  for (const std::string& id : source.plan.users_to_register()) renamed.users.erase(id);
  for (const json& line : entity_lines(renamed)) {
    if (auto written = sink.line(printable_json(json_line(line))); !written) return written;
  }
  return {};
}

// Oldest first, a conversation after the other: read again, it has the same order.
Result<std::uint64_t> write_lines(const PlannedSource& source, LineSink& sink) {
  std::uint64_t lines = 0;
  for (const client::PlannedRecord& planned : source.plan.records) {
    if (planned.left_out) continue;
    auto record = source.reader->read_at(planned.place);
    if (!record) return tl::unexpected(record.error());
    if (!source.plan.shared.empty()) record->id = id_of(*source.reader, planned.place, record->id);
    const std::string line = printable_json(json_line(line_of(source.plan, planned, *record)));
    if (auto written = sink.line(line); !written) return tl::unexpected(written.error());
    ++lines;
  }
  return lines;
}

void tell_bad(const client::MigrationPlan& plan) {
  for (const client::FindingGroup& group : plan.findings) {
    if (group.weight != client::Weight::kBad) continue;
    tell_line("bad: {}: {} records: {}", group.reason, group.count, group.statement);
    for (const client::RecordFinding& one : group.examples) {
      tell_line("  {}: {}{}expected {}, got {}", client::place_text(one.line, one.record),
                one.pointer, one.pointer.empty() ? "" : ": ", one.expected, one.got);
    }
  }
}

Result<void> check_options(const ConvertOptions& options) {
  if (options.out.empty())
    return fail(ErrorKind::kUsage, "migrate convert: expected -o FILE, or -o - for stdout");
  if (options.bad != "stop" && options.bad != "quarantine") {
    return fail(ErrorKind::kUsage,
                fmt::format("--bad: expected stop, quarantine, got {}", quote(options.bad)));
  }
  if (options.out == "-" && options.bad == "quarantine" && options.quarantine.empty())
    return fail(ErrorKind::kUsage, "--bad quarantine: expected --quarantine FILE with -o -");
  return options.out == "-" ? Result<void>() : check_new_file("-o", options.out, options.force);
}

Result<ExitCode> convert(const ConvertOptions& options) {
  if (auto checked = check_options(options); !checked) return tl::unexpected(checked.error());
  auto job = read_source_job(options);
  if (!job) return tl::unexpected(job.error());
  if (auto found = find_source(options, *job); !found) return tl::unexpected(found.error());
  QuarantineFile quarantine;
  client::PlanOptions plan_options;
  plan_options.max_examples = options.max_examples;
  if (options.bad == "quarantine") {
    const std::string file =
        options.quarantine.empty() ? options.out + ".quarantine.jsonl" : options.quarantine;
    if (auto opened = quarantine.open(file); !opened) return tl::unexpected(opened.error());
    plan_options.on_bad = quarantine.bad_sink();
  }
  auto source = plan_source(options, *job, std::move(plan_options));
  if (!source) return tl::unexpected(source.error());
  const client::PlanCounts& counts = source->plan.counts;
  if (counts.bad > 0 && options.bad == "stop") {
    tell_bad(source->plan);
    return complain(kFailed, fmt::format("nothing was written: {} of {} records cannot be imported "
                                         "(--bad quarantine leaves them out, and lists them)",
                                         counts.bad, counts.records)),
           kFailed;
  }
  LineSink sink;
  if (auto opened = sink.open(options.out); !opened) return tl::unexpected(opened.error());
  for (const std::string& line : user_lines(source->plan)) {
    if (auto written = sink.line(line); !written) return tl::unexpected(written.error());
  }
  if (auto written = write_entities(*source, job->source.users, sink); !written)
    return tl::unexpected(written.error());
  const auto lines = write_lines(*source, sink);
  if (!lines) return tl::unexpected(lines.error());
  if (auto done = sink.finish(); !done) return tl::unexpected(done.error());
  if (quarantine.is_open()) {
    if (auto done = quarantine.finish(source->plan, *source->reader, {}); !done)
      return tl::unexpected(done.error());
  }
  const EntityCounts written = count_beside_users(source->plan.facts.entities);
  for (const auto& [kind, count] : source->plan.facts.skipped) {
    const bool kept = written.contains(kind);
    tell_line("{}: {} {}", kept ? "kept" : "skipped", count, kind);
  }
  for (const std::string& note : source->plan.facts.notes) tell_line("note: {}", in_line(note));
  tell_line("{} of {} records written in format zim, {} quarantined", *lines, counts.records,
            counts.bad);
  return counts.bad > 0 ? kIncomplete : kOk;
}

}  // namespace

Run setup_migrate_convert(CLI::App& app) {
  auto options = std::make_shared<ConvertOptions>();
  add_source_options(app, *options);
  app.add_option("-o,--out", options->out, "The file to write, or - for stdout");
  app.add_option("--bad", options->bad,
                 "Records that cannot be imported: stop, or quarantine (left out, and written to a "
                 "file)")
      ->capture_default_str();
  app.add_option(
      "--quarantine", options->quarantine,
      "The file for quarantined records (default: the name of -o, with .quarantine.jsonl)");
  app.add_option("--max-examples", options->max_examples, "Shown of each kind; 0: all")
      ->capture_default_str();
  app.add_flag("--force", options->force, "Overwrite the file of -o");
  app.footer(
      "The file has the ids of --users and the times of the source, one conversation after the "
      "other. Migrate it without --users, --media-map and --tz. Its messages get other tags than "
      "the inputs': migrate either the file or the inputs, not both. Exit codes: 0 written; 1 bad "
      "records, nothing written; 2 usage; 3 written without the bad records.");
  return [options] {
    if (options->files.empty())
      return complain(kUsage, "migrate convert: expected INPUT, the chat history");
    const auto done = convert(*options);
    return done ? static_cast<int>(*done) : complain_error(done.error());
  };
}

}  // namespace zimmock::cli
