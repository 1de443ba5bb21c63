#include "cli/migrate/migrate_map.h"

#include <functional>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/connection_options.h"
#include "cli/files.h"
#include "cli/migrate/migrate_obstacle.h"
#include "cli/migrate/source_people.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/formats/conversion.h"
#include "contracts/api/json_text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

constexpr std::size_t kOthersNamed = 5;  // --json has all

struct MapOptions : SourceOptions {
  std::string users_out;
  std::string media_out;
  bool force = false;
  bool as_json = false;
};

// A JSON object with a row a line, as it is edited best.
std::string map_text(const client::UserMap& rows) {
  std::string out = "{";
  for (const auto& [from, to] : rows) {
    out += out.size() == 1 ? "\n" : ",\n";
    out += fmt::format("  {}: {}", printable_json(json_line(json(from))),
                       printable_json(json_line(json(to))));
  }
  return out + "\n}\n";
}

// Gives the URL of each file, by --media-map or its own; "" if none is known yet.
client::UserMap media_rows(const SourceJob& job, const SourcePeople& found) {
  client::UserMap out;
  for (const std::string& name : found.media)
    out[name] = client::media_url(name, job.source).value_or("");
  return out;
}

void print_rows(const MapOptions& options, const SourcePeople& found,
                const client::UserMap& media) {
  json people = json::array();
  for (const auto& [id, counts] : found.people) {
    people.push_back({{"type", "person"},
                      {"id", id},
                      {"user_id", found.users.at(id)},
                      {"sent", counts.sent},
                      {"received", counts.received}});
  }
  if (!options.as_json)
    return print_table(people, {"id", "user_id", "sent", "received"}, Heading::kNames);
  for (const json& row : people) print_json(json_line(row));
  for (const auto& [name, url] : media)
    print_json(json_line({{"type", "file"}, {"name", name}, {"url", url}}));
}

void print_summary(const MapOptions& options, const SourceJob& job, const SourcePeople& found,
                   const client::UserMap& media) {
  const client::UserMap& users = found.users;
  std::size_t missing = 0;
  for (const auto& [name, url] : media) missing += url.empty() ? 1 : 0;
  if (options.as_json) {
    return print_json(json_line({{"type", "map"},
                                 {"inputs", job.inputs.files.size()},
                                 {"people", users.size()},
                                 {"files", media.size()},
                                 {"files_without_url", missing},
                                 {"left_out", found.skipped},
                                 {"no_chats", job.inputs.no_chats}}));
  }
  const auto count = [](std::size_t number, const char* one, const char* many) {
    return fmt::format("{} {}", number, number == 1 ? one : many);
  };
  print_text("{} in {}; {}, {} without a URL\n", count(users.size(), "person", "people"),
             count(job.inputs.files.size(), "input", "inputs"),
             count(media.size(), "file", "files"), missing);
  for (const auto& [kind, number] : found.skipped)
    print_text("left out: {}\n", in_line(skipped_text(kind, number)));
  if (const std::string text = no_chats_text(job, kOthersNamed); !text.empty())
    print_text("{}\n", text);
  if (!options.users_out.empty())
    print_text("{}: correct it, and give it to --users\n", in_line(options.users_out));
  if (!options.media_out.empty()) {
    print_text(
        "{}: upload the files, write their URLs into it, and give it to --media-map; a file "
        "without a URL counts as missing\n",
        in_line(options.media_out));
  }
}

Result<void> map(const MapOptions& options) {
  for (const auto& [option, file] :
       {std::pair{"--users-out", options.users_out}, std::pair{"--media-out", options.media_out}}) {
    if (file.empty()) continue;  // what was edited is not overwritten
    if (auto checked = check_new_file(option, file, options.force); !checked) return checked;
  }
  if (!options.users_out.empty() && options.users_out == options.media_out)
    return fail(ErrorKind::kUsage, "--media-out: expected another file than --users-out");
  auto job = read_source_job(options);
  if (!job) return tl::unexpected(job.error());
  if (auto found = find_source(options, *job); !found) return tl::unexpected(found.error());
  const auto found = people_of(*job);
  if (!found) return tl::unexpected(found.error());
  const client::UserMap media = media_rows(*job, *found);
  for (const auto& [file, rows] : {std::pair{options.users_out, std::cref(found->users)},
                                   std::pair{options.media_out, std::cref(media)}}) {
    if (file.empty()) continue;
    if (auto written = write_file_atomically(file, map_text(rows)); !written) return written;
  }
  print_rows(options, *found, media);
  print_summary(options, *job, *found, media);
  return {};
}

}  // namespace

Run setup_migrate_map(CLI::App& app) {
  auto options = std::make_shared<MapOptions>();
  add_source_options(app, *options);
  app.add_option("--users-out", options->users_out,
                 "Write a file for --users: each person of the inputs, with the id of --users or a "
                 "proposed one (the same id if ZIM takes it, a UUID without its hyphens, or the "
                 "readable part and a digest)");
  app.add_option("--media-out", options->media_out,
                 "Write a file for --media-map: each file that the inputs name, with its URL, or "
                 "\"\" where it has none yet");
  app.add_flag("--force", options->force, "Overwrite these files");
  app.add_flag("--json", options->as_json, "JSON Lines on stdout");
  app.footer(
      "An id is the same person in all inputs. WhatsApp's names are taken as ids, so run the chats "
      "of different people with the same name separately.");
  return [options] {
    if (options->files.empty())
      return complain(kUsage, "migrate map: expected INPUT, the chat history");
    if (auto done = map(*options); !done) return complain_error(done.error());
    return static_cast<int>(kOk);
  };
}

}  // namespace zimmock::cli
