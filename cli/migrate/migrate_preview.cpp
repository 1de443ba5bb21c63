#include "cli/migrate/migrate_preview.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/connection_options.h"
#include "cli/message_text.h"
#include "cli/migrate/planned_source.h"
#include "cli/migrate/source_people.h"
#include "cli/output.h"
#include "cli/table.h"
#include "client/formats/json_members.h"
#include "client/formats/local_time.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

constexpr std::size_t kMaxNameCharacters = 24;

struct PreviewOptions : SourceOptions {
  std::string conversation;
};

// Names a conversation by any name that the source or --users has for its two people.
class Names {
 public:
  explicit Names(const client::UserMap& users) {
    for (const auto& [id, user] : users) ids_[user].push_back(id);
  }

  std::string of(const std::string& user) const {
    const auto found = ids_.find(user);
    return found == ids_.end() ? user : found->second.front();
  }
  std::string both(const std::string& user) const {
    const std::string name = of(user);
    return name == user ? name : fmt::format("{} ({})", name, user);
  }
  bool are(const std::string& text, const std::string& user, const std::string& peer) const {
    for (const std::string& a : all(user)) {
      for (const std::string& b : all(peer)) {
        if (text == a + "/" + b || text == b + "/" + a) return true;
      }
    }
    return false;
  }

 private:
  std::vector<std::string> all(const std::string& user) const {
    std::vector<std::string> out{user};
    const auto found = ids_.find(user);
    if (found != ids_.end()) out.insert(out.end(), found->second.begin(), found->second.end());
    return out;
  }

  std::map<std::string, std::vector<std::string>> ids_;
};

std::string day_of(const client::LocalTime& time) {
  return fmt::format("{:04}-{:02}-{:02}", time.year, time.month, time.day);
}
std::string minute_of(const client::LocalTime& time) {
  return fmt::format("{:02}:{:02}", time.hour, time.minute);
}

// A text as it is, a medium and a custom message in brackets, the items of several in lines.
std::string readable(std::int64_t type, const std::string& message, std::int64_t sub_type) {
  if (type == kText) return message;
  if (type == kCustom) return fmt::format("[custom {}] {}", sub_type, message);
  const json document = json_or_discarded(message);
  if (type != kMulti)
    return fmt::format("[{} {}]", message_type_name(type), client::string_of(document, "FileName"));
  std::string out;
  for (const json& item : client::array_of(document, "MultiMsg")) {
    out += out.empty() ? "" : "\n";
    out += readable(client::integer_of(item, "MsgType").value_or(0), client::string_of(item, "Msg"),
                    client::integer_of(item, "SubMsgType").value_or(0));
  }
  return out;
}

std::size_t characters_of(std::string_view text) {
  std::size_t out = 0;
  for (std::size_t at = 0; at < text.size(); ++out) at += code_point_at(text, at).bytes;
  return out;
}

class Preview {
 public:
  Preview(const PlannedSource& source, const Names& names, client::TimeZone zone)
      : plan_(source.plan), reader_(*source.reader), names_(names), zone_(zone) {}

  void list_conversations() const {
    json rows = json::array();
    for (std::uint32_t i = 0; i < plan_.conversations.size(); ++i) {
      const client::Conversation& one = plan_.conversations[i];
      if (one.end == one.first) continue;
      rows.push_back({{"conversation", names_.of(user(one, 0)) + "/" + names_.of(user(one, 1))},
                      {"messages", one.end - one.first},
                      {"first", time_text(one.first)},
                      {"last", time_text(one.end - 1)}});
    }
    print_table(rows, {"conversation", "messages", "first", "last"}, Heading::kNames);
  }

  const client::Conversation* find(const std::string& text) const {
    const auto found =
        std::find_if(plan_.conversations.begin(), plan_.conversations.end(),
                     [&](const client::Conversation& one) {
                       return one.end > one.first && names_.are(text, user(one, 0), user(one, 1));
                     });
    return found == plan_.conversations.end() ? nullptr : &*found;
  }

  Result<void> print(const client::Conversation& one, const std::string& zone) const {
    print_text("{} and {}: {} message{}, {} to {}, {}\n", in_line(names_.both(user(one, 0))),
               in_line(names_.both(user(one, 1))), one.end - one.first,
               one.end - one.first == 1 ? "" : "s", time_text(one.first), time_text(one.end - 1),
               zone);
    std::string day;
    for (std::uint32_t i = one.first; i < one.end; ++i) {
      const client::PlannedRecord& planned = plan_.records[i];
      if (planned.left_out) continue;
      const client::LocalTime time = zone_.at(planned.time_ms);
      if (day_of(time) != day) print_text("\n{}\n", day = day_of(time));
      const auto record = reader_.read_at(planned.place);
      if (!record) return tl::unexpected(record.error());
      print_message(one, planned, time, record->message.content);
    }
    return {};
  }

 private:
  const std::string& user(const client::Conversation& one, std::size_t side) const {
    return plan_.owner({one.first_list + static_cast<std::uint32_t>(side)});
  }
  bool has(const client::Conversation& one, std::uint32_t side,
           const client::PlannedRecord& record) const {
    return plan_.has({one.first_list + side}, record);
  }
  std::string time_text(std::uint32_t record) const {
    const client::LocalTime time = zone_.at(plan_.records[record].time_ms);
    return day_of(time) + " " + minute_of(time);
  }
  std::string short_name(const client::Conversation& one, std::size_t side) const {
    return one_line(names_.of(user(one, side)), kMaxNameCharacters);
  }

  void print_message(const client::Conversation& one, const client::PlannedRecord& planned,
                     const client::LocalTime& time, const MessageContent& content) const {
    const std::array<std::string, 2> shown{short_name(one, 0), short_name(one, 1)};
    const std::size_t width = std::max(characters_of(shown[0]), characters_of(shown[1]));
    const std::string& sender = shown[plan_.sender(planned) == user(one, 0) ? 0 : 1];
    std::string text = readable(content.type, content.body, content.sub_type);
    const bool first = has(one, 0, planned), second = has(one, 1, planned);
    if (first != second) text = fmt::format("[in {}'s list only] ", shown[first ? 0 : 1]) + text;
    std::string begin = fmt::format("  {}  {}{}  ", minute_of(time), sender,
                                    std::string(width - characters_of(sender), ' '));
    const std::string indent(9 + width + 2, ' ');
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      print_text("{}{}\n", begin, printable_line(std::string_view(text).substr(at, end - at)));
      begin = indent;
      at = end + 1;
    }
  }

  const client::MigrationPlan& plan_;
  const client::SourceReader& reader_;
  const Names& names_;
  client::TimeZone zone_;
};

// Whatever keeps it from being imported as it is, it can be read.
Result<PlannedSource> plan_to_read(const PreviewOptions& options, SourceJob& job) {
  auto people = people_of(job);
  if (!people) return tl::unexpected(people.error());
  client::SourceSurvey survey;
  job.source.survey = &survey;
  job.source.users = std::move(people->users);
  job.source.media = {{"", "https://preview.invalid/"}};
  auto source = plan_source(options, job, {});
  job.source.survey = nullptr;
  return source;
}

Result<void> preview(const PreviewOptions& options) {
  const std::string zone_name = options.time_zone.empty() ? "UTC" : options.time_zone;
  const auto zone = client::TimeZone::find(zone_name);
  if (!zone) return tl::unexpected(zone.error());
  auto job = read_source_job(options);
  if (!job) return tl::unexpected(job.error());
  if (auto found = find_source(options, *job); !found) return tl::unexpected(found.error());
  const auto source = plan_to_read(options, *job);
  if (!source) return tl::unexpected(source.error());
  if (const client::PlanCounts& counts = source->plan.counts; counts.bad > 0) {
    tell_line(
        "{} of {} records cannot be imported and are not shown; `zimmock migrate INPUT` "
        "names them",
        counts.bad, counts.records);
  }
  const Names names(job->source.users);
  const Preview shown(*source, names, *zone);
  if (options.conversation.empty()) {
    shown.list_conversations();
    return {};
  }
  const client::Conversation* one = shown.find(options.conversation);
  if (one == nullptr) {
    return fail(ErrorKind::kUsage,
                fmt::format("--conversation: expected one of the inputs, A/B, got {}; without it, "
                            "they are listed",
                            quote(options.conversation)));
  }
  return shown.print(*one, zone_name);
}

}  // namespace

Run setup_migrate_preview(CLI::App& app) {
  auto options = std::make_shared<PreviewOptions>();
  add_source_options(app, *options);
  app.add_option("--conversation", options->conversation,
                 "A/B: the two people, by the source's ids or those of --users; without it, the "
                 "conversations are listed");
  app.footer(
      "Times are in --tz, or else UTC. People and files that --users and --media-map lack are "
      "shown too. Lines fit a pager: zimmock migrate preview INPUT --conversation A/B | less");
  return [options] {
    if (options->files.empty())
      return complain(kUsage, "migrate preview: expected INPUT, the chat history");
    if (auto done = preview(*options); !done) return complain_error(done.error());
    return static_cast<int>(kOk);
  };
}

}  // namespace zimmock::cli
