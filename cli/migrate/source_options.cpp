#include "cli/migrate/source_options.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/files.h"
#include "cli/migrate/migrate_people.h"
#include "contracts/api/json_document.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using Map = std::map<std::string, std::string, std::less<>>;

// A JSON object of texts, as --users and --media-map take it; null is "".
Result<Map> read_map(const char* option, const std::string& file) {
  Map out;
  if (file.empty()) return out;
  const auto text = read_input(file);
  if (!text) return tl::unexpected(text.error());
  const auto document =
      parse_document(*text, fmt::format("{}: {}", option, file), ErrorKind::kUsage);
  if (!document) return tl::unexpected(document.error());
  if (!document->is_object()) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}: expected a JSON object, {{\"from\": \"to\"}}, got {}", option,
                            file, json_type_and_value(*document)));
  }
  for (const auto& [from, to] : document->items()) {
    if (!to.is_string() && !to.is_null()) {
      return fail(ErrorKind::kUsage, fmt::format("{}: {}: {}: expected text, got {}", option, file,
                                                 quote(from), json_type_and_value(to)));
    }
    out[from] = to.is_null() ? "" : to.get<std::string>();
  }
  return out;
}

Result<const client::Format*> choose_format(const SourceOptions& options) {
  if (options.format == "auto") return nullptr;
  std::vector<Choice<const client::Format*>> known{{"auto", nullptr}};
  for (const client::Format& row : client::formats()) known.push_back({row.name, &row});
  return choose("--format", options.format, known);
}

Result<void> read_maps(const SourceOptions& options, SourceJob& job) {
  auto users = read_map("--users", options.users_file);
  if (!users) return tl::unexpected(users.error());
  if (options.merge_users && options.users_file.empty())
    return fail(ErrorKind::kUsage, "--merge-users: expected --users with it");
  job.source.users = *std::move(users);
  auto media = read_map("--media-map", options.media_map_file);
  if (!media) return tl::unexpected(media.error());
  job.source.media = *std::move(media);
  for (const auto& [file, url] : job.source.media) {
    if (url.empty()) job.media_without_url.push_back(file);
  }
  return {};
}

Result<void> read_times(const SourceOptions& options, SourceJob& job) {
  job.source.time_zone = options.time_zone;
  if (options.date_order.empty()) return {};
  const auto order = choose<client::DateOrder>("--date-order", options.date_order,
                                               {{"dmy", client::DateOrder::kDayFirst},
                                                {"mdy", client::DateOrder::kMonthFirst},
                                                {"ymd", client::DateOrder::kYearFirst}});
  if (!order) return tl::unexpected(order.error());
  job.source.date_order = *order;
  return {};
}

// Keeps a text for the user to upload. A file that is there has that text: its name is the digest.
Result<void> keep_long_message(const std::string& file_name, std::string_view text) {
  const std::filesystem::path folder = "long-messages";
  std::error_code error;
  if (std::filesystem::exists(folder / file_name, error)) return {};
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(ErrorKind::kUsage,
                fmt::format("{}: could not make this folder for long messages: {}", folder.string(),
                            error.message()));
  return write_file_atomically(folder / file_name, text);
}

Result<void> read_policies(const SourceOptions& options, SourceJob& job) {
  const auto long_messages = choose<client::LongPolicy>("--long-messages", options.long_messages,
                                                        {{"stop", client::LongPolicy::kStop},
                                                         {"split", client::LongPolicy::kSplit},
                                                         {"file", client::LongPolicy::kFile}});
  if (!long_messages) return tl::unexpected(long_messages.error());
  job.long_messages = {*long_messages, keep_long_message};
  const auto missing_media =
      choose<client::MissingPolicy>("--missing-media", options.missing_media,
                                    {{"stop", client::MissingPolicy::kStop},
                                     {"placeholder", client::MissingPolicy::kPlaceholder},
                                     {"skip", client::MissingPolicy::kSkip}});
  if (!missing_media) return tl::unexpected(missing_media.error());
  job.source.missing_media = *missing_media;
  job.source.language = options.language;
  job.source.null_is_text = options.null_is_text;
  return {};
}

// Each input is open for as long as the run is, and so is its lock if the run sends.
Result<void> allow_open_files(std::size_t inputs) {
  constexpr rlim_t kOthers = 64;
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  const rlim_t wanted = 2 * static_cast<rlim_t>(inputs) + kOthers;
  if (limit.rlim_cur >= wanted) return {};
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted - inputs) return {};
  return fail(
      ErrorKind::kUsage,
      fmt::format("{} inputs: expected to be allowed {} open files, got {}: raise the limit "
                  "(ulimit -n), or name fewer inputs",
                  inputs, wanted, limit.rlim_max));
}

// "a.jpg, b.jpg and 7 more".
std::string some_names(const std::vector<std::string>& names, std::size_t max_examples) {
  constexpr std::size_t kMaxNameBytes = 250;
  const std::size_t shown = max_examples == 0 ? names.size() : std::min(names.size(), max_examples);
  std::string out;
  for (std::size_t i = 0; i < shown; ++i)
    out += (i == 0 ? "" : ", ") + quote(names[i], kMaxNameBytes);
  if (names.size() > shown) out += fmt::format(" and {} more", names.size() - shown);
  return out;
}

std::string files_text(std::size_t count) {
  return count == 1 ? "1 file" : fmt::format("{} files", count);
}

}  // namespace

void add_source_options(CLI::App& app, SourceOptions& options) {
  app.add_option("INPUT", options.files,
                 "The chat histories: files, folders and .zip archives as exported, or quoted "
                 "patterns. All are read with the same options");
  app.add_option("--format", options.format,
                 "The format (see `zimmock list formats`); auto: detect each input's format from "
                 "its content")
      ->capture_default_str();
  app.add_option("--users", options.users_file,
                 "A JSON file {SOURCE: ZIM}: the ZIM id of each user id");
  app.add_flag("--merge-users", options.merge_users,
               "Allow several ids to become one. Their conversations become one, which cannot be "
               "undone. Without this flag, such a --users is refused");
  app.add_option("--media-map", options.media_map_file,
                 "A JSON file {SOURCE: URL}: the URL of each file of the source. SOURCE may be the "
                 "beginning of a path or URL; \"\" or null: no URL yet. With several inputs, "
                 "\"FOLDER/FILE\" or \"ARCHIVE/FILE\" wins over \"FILE\"");
  app.add_option("--tz", options.time_zone,
                 "The time zone of times that name none, such as Europe/Berlin");
  app.add_option("--date-order", options.date_order,
                 "The order of dates like 1/2/24: dmy, mdy or ymd");
  app.add_option("--language", options.language,
                 "The language of the phone of a WhatsApp export, such as pt or zh-TW: only words "
                 "of that language count as WhatsApp's own. Default: words of all known languages; "
                 "an export in an unknown language stops the plan");
  app.add_flag("--null-is-text", options.null_is_text,
               "Import the messages \"null\" of a WhatsApp export as text. Without this flag they "
               "count as bad, because Android writes null for messages that it cannot export");
  app.add_option("--long-messages", options.long_messages,
                 "Texts over the limit: stop (they count as bad, see --bad), split (each becomes "
                 "several messages), or file (each is written to long-messages/ in this folder, to "
                 "be uploaded, and imported with its URL of --media-map)")
      ->capture_default_str();
  app.add_option("--missing-media", options.missing_media,
                 "Files that were not exported or have no URL: stop (their messages count as bad, "
                 "see --bad; words beside a file that was not exported are imported without it), "
                 "placeholder (\"[missing file: NAME]\" takes their place), or skip (they are left "
                 "out and counted, words beside them are imported)")
      ->capture_default_str();
  app.add_flag(
      "--merge", options.merge,
      "Make one history of inputs that share a conversation: a message that both have is "
      "imported once. One that only one person's export has, though the other's covers its "
      "time, goes into that person's list alone. Both phones must have had one time zone. "
      "Without --merge, such inputs are refused");
  app.add_option("--exported-by", options.exported_by,
                 "INPUT=USER, for --merge: the ZIM user id of the owner of an export, where the "
                 "name \"WhatsApp Chat with NAME\" does not tell; repeatable")
      ->allow_extra_args(false);
  app.add_option("--profile", options.profile,
                 "The answers to the contract's open questions: default, strict or a file")
      ->capture_default_str();
}

Result<SourceJob> read_source_job(const SourceOptions& options) {
  SourceJob job;
  if (std::find(options.files.begin(), options.files.end(), "-") != options.files.end()) {
    return fail(ErrorKind::kUsage,
                "INPUT: expected a regular file, got \"-\": it is read more than once");
  }
  std::error_code no_folder;
  const auto folder = std::filesystem::temp_directory_path(no_folder);
  if (!no_folder) job.source.spool_folder = folder;
  const auto format = choose_format(options);
  if (!format) return tl::unexpected(format.error());
  job.format = *format;
  auto profile = load_profile(options.profile);
  if (!profile) return tl::unexpected(profile.error());
  job.source.profile = *std::move(profile);
  if (auto done = read_maps(options, job); !done) return tl::unexpected(done.error());
  if (auto done = read_times(options, job); !done) return tl::unexpected(done.error());
  if (auto done = read_policies(options, job); !done) return tl::unexpected(done.error());
  return job;
}

Result<void> find_source(const SourceOptions& options, SourceJob& job) {
  auto inputs =
      client::find_inputs(options.files, job.format, job.source.spool_folder, options.folder);
  if (!inputs) return tl::unexpected(inputs.error());
  job.inputs = *std::move(inputs);
  return allow_open_files(job.inputs.files.size());
}

Result<void> set_plan_options(const SourceOptions& options, const SourceJob& job,
                              client::PlanOptions& plan) {
  plan.users = job.source.users;
  plan.merge = options.merge;
  if (!options.exported_by.empty() && !options.merge)
    return fail(ErrorKind::kUsage, "--exported-by: expected --merge with it");
  if (options.merge && job.source.missing_media == client::MissingPolicy::kSkip) {
    return fail(ErrorKind::kUsage,
                "--missing-media: expected stop or placeholder with --merge, got skip: a file that "
                "one export lacks may be in the other");
  }
  for (const std::string& text : options.exported_by) {
    const auto equals = std::min(text.rfind('='), text.size());
    const std::string name =
        std::filesystem::path(text.substr(0, equals)).lexically_normal().string();
    const auto& files = job.inputs.files;
    const bool known = std::any_of(files.begin(), files.end(),
                                   [&](const client::InputFile& one) { return one.name == name; });
    if (!known || equals + 1 >= text.size()) {
      std::vector<std::string> names;
      for (const client::InputFile& one : files) names.push_back(one.name);
      return fail(ErrorKind::kUsage,
                  fmt::format("--exported-by: expected INPUT=USER with one of {}, got {}",
                              some_names(names, 5), quote(text)));
    }
    plan.exported_by[name] = text.substr(equals + 1);
  }
  return {};
}

Result<std::unique_ptr<client::SourceReader>> open_source(SourceJob& job) {
  auto source = client::open_inputs(job.inputs, job.source);
  job.inputs.unpacked.clear();
  if (!source) return source;
  return client::read_long_messages(*std::move(source), job.long_messages, job.source);
}

std::string no_chats_text(const SourceJob& job, std::size_t max_examples) {
  const auto& others = job.inputs.no_chats;
  if (others.empty()) return "";
  return fmt::format("{} of the inputs {} no chat history: {}", files_text(others.size()),
                     others.size() == 1 ? "is" : "are", some_names(others, max_examples));
}

void add_input_notes(const SourceJob& job, std::size_t max_examples, client::MigrationPlan& plan) {
  if (auto text = no_chats_text(job, max_examples); !text.empty())
    plan.facts.notes.push_back(std::move(text));
  const auto& missing = job.media_without_url;
  if (missing.empty()) return;
  plan.facts.notes.push_back(
      fmt::format("--media-map has {} without a URL, which count as missing: {}",
                  files_text(missing.size()), some_names(missing, max_examples)));
}

Result<void> check_apart(const SourceOptions& options, const client::MigrationPlan& plan) {
  if (!options.merge_users) {
    if (auto checked = check_nobody_merged(plan.people, options.users_file); !checked)
      return checked;
  }
  if (options.merge || plan.shared.empty()) return {};
  const client::SharedConversation& first = plan.shared.front();
  const std::size_t others = plan.shared.size() - 1;
  return fail(
      ErrorKind::kUsage,
      fmt::format("{} and {} both have the conversation of {} and {}{}; leave one out, or give "
                  "--merge if they are two exports of one history",
                  quote(first.inputs[0]), quote(first.inputs[1]), quote(first.users[0]),
                  quote(first.users[1]),
                  others == 0 ? ""
                              : fmt::format(" (and {} more conversation{} in several inputs)",
                                            others, others == 1 ? " is" : "s are")));
}

std::string format_names(const client::Inputs& inputs) {
  std::vector<std::string_view> names;
  for (const client::InputFile& input : inputs.files) {
    if (std::find(names.begin(), names.end(), input.format->name) == names.end())
      names.push_back(input.format->name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace zimmock::cli
