#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/message_parts.h"
#include "client/formats/rows.h"
#include "client/formats/skipped_kinds.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/record/message_record.h"

// Mattermost's bulk export (mmctl export, mattermost export bulk): JSON Lines, of which the lines
// "direct_post" are messages.
//
//   source                                    ZIM
//   user                                      FromUserId (a username)
//   channel_members, the other one            ToUserId; exactly two different ones
//   message                                   1, Message
//   attachments[].path                        12 to 14 by the file's name, with the URL that
//                                             --media-map has for it; type 10 with the text
//   create_at (ms)                            SendMessageTime
//   replies[]                                 messages of their own behind the post
//   props; of a reply the post's user and     ExtendedData {"props":..,"reply_to":{"user":..,
//   create_at                                 "create_at":..}}
//   type custom_calls*                        left out: calls
//   type system_*, reminder, other custom_*   left out: the server, a bot or a plugin wrote it
//   reactions, flagged_by, is_pinned,         left out: ZIM imports nothing of that kind
//   edit_at, thread_followers
//   post, channel_members of three or more    left out: messages of channels and groups
//   channel_members of one                    left out: messages to oneself
//
// There are no ids and no deleted posts. Images have no width and height, so they are files (12).

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr std::string_view kOtherTypes[] = {"version", "info",           "role", "scheme",
                                            "team",    "channel",        "user", "bot",
                                            "emoji",   "direct_channel", "post"};

struct PostRow {
  std::string_view type;     // of a post; with a * what begins so
  std::string_view skipped;  // "" for a person's
};
// The first that fits counts. A "slack_attachment" is what an integration posts for its user.
constexpr PostRow kPostTypes[] = {{"", ""},
                                  {"me", ""},
                                  {"slack_attachment", ""},
                                  {"burn_on_read", ""},
                                  {"custom_calls*", kCalls},
                                  {"custom_*", "posts of plugins"},
                                  {"system_*", kServiceMessages},
                                  {"reminder", "reminders"}};

const PostRow* row_of_post(std::string_view type) {
  for (const PostRow& row : kPostTypes) {
    const bool begins = row.type.ends_with('*');
    if (begins ? type.starts_with(row.type.substr(0, row.type.size() - 1)) : type == row.type)
      return &row;
  }
  return nullptr;
}

struct Members {
  std::string one, other;
};

class MattermostLine {
 public:
  MattermostLine(SourcePlace place, Conversion& out) : place_(std::move(place)), out_(out) {}

  Result<void> read(const json& document) {
    const std::string& type = string_of(document, "type");
    if (type == "direct_post") return direct_post(member_of(document, "direct_post"));
    if (type == "post") skip_posts(member_of(document, "post"), kOfChannels);
    if (std::find(std::begin(kOtherTypes), std::end(kOtherTypes), type) != std::end(kOtherTypes))
      return {};
    std::vector<std::string_view> known(std::begin(kOtherTypes), std::end(kOtherTypes));
    known.emplace_back("direct_post");
    return bad("/type", fmt::format("{}{}", fmt::join(known, ", "), did_you_mean(type, known)),
               json_type_and_value(member_of(document, "type")));
  }

 private:
  Result<void> bad(std::string pointer, std::string expected, std::string got) {
    return out_.bad(place_, {std::move(pointer), std::move(expected), std::move(got)}, nullptr);
  }

  void skip_posts(const json& post, std::string_view kind) {
    out_.skipped(kind);
    for (std::size_t i = 0; i < array_of(post, "replies").size(); ++i) out_.skipped(kind);
  }

  Result<void> direct_post(const json& post) {
    std::vector<std::string> members;
    for (const json& member : array_of(post, "channel_members")) {
      if (!member.is_string()) continue;
      members.push_back(member.get<std::string>());
    }
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    if (members.empty()) {
      return bad("/direct_post/channel_members", "two users",
                 json_type_and_value(member_of(post, "channel_members")));
    }
    if (members.size() != 2) {
      skip_posts(post, members.size() > 2 ? kOfGroups : kToOneself);
      return {};
    }
    const Members both{members[0], members[1]};
    if (auto done = message(post, both, place_, "/direct_post", nullptr); !done) return done;
    const json& replies = array_of(post, "replies");
    for (std::size_t i = 0; i < replies.size(); ++i) {
      const SourcePlace place{place_.line, pointer_to(place_.pointer + "/direct_post/replies", i)};
      if (auto done = message(replies[i], both, place, "", &post); !done) return done;
    }
    return {};
  }

  // `at` leads from the place to the post.
  Result<void> message(const json& post, const Members& members, const SourcePlace& place,
                       const std::string& at, const json* parent) {
    json record = json::object();
    const auto made = fill(post, members, at, parent, record);
    return made ? out_.message(place, record) : report(place, made.error(), record, out_);
  }

  // Fills `record`, as far as it comes.
  Made<void> fill(const json& post, const Members& members, const std::string& at,
                  const json* parent, json& record) const {
    const auto time = integer_of(post, "create_at");
    if (time) record["SendMessageTime"] = *time;
    const PostRow* row = row_of_post(string_of(post, "type"));
    if (row == nullptr) {
      return broken(at + "/type", "a type of post that a server or a plugin writes",
                    json_type_and_value(member_of(post, "type")));
    }
    if (!row->skipped.empty()) return left_out(row->skipped);
    const std::string& user = string_of(post, "user");
    if (user != members.one && user != members.other) {
      return broken(at + "/user", fmt::format("{} or {}", quote(members.one), quote(members.other)),
                    json_type_and_value(member_of(post, "user")));
    }
    record["FromUserId"] = user;
    record["ToUserId"] = user == members.one ? members.other : members.one;
    if (!time || *time <= 0) {
      return broken(at + "/create_at", "Unix milliseconds",
                    json_type_and_value(member_of(post, "create_at")));
    }
    auto parts = parts_of(post, at);
    if (!parts) return tl::unexpected(std::move(parts.error()));
    if (auto extension = extension_of(post, parent); !extension.empty())
      record["ExtendedData"] = json_line(extension);
    put_parts(*parts, record);
    return {};
  }

  Made<std::vector<MessagePart>> parts_of(const json& post, const std::string& at) const {
    MessageParts parts(out_);
    parts.add_text(string_of(post, "message"));
    const json& attachments = array_of(post, "attachments");
    for (std::size_t i = 0; i < attachments.size(); ++i) {
      auto added =
          parts.add(attachment(attachments[i], pointer_to(at + "/attachments", i) + "/path"));
      if (!added) return tl::unexpected(std::move(added.error()));
    }
    return parts.take(broken(at + "/message", "a text or attachments",
                             json_type_and_value(member_of(post, "message"))));
  }

  Made<MessagePart> attachment(const json& source, const std::string& pointer) const {
    const std::string& path = string_of(source, "path");
    auto url = medium_url(pointer, path, out_.options());
    if (!url) return tl::unexpected(std::move(url.error()));
    Media media;
    media.url = *std::move(url);
    media.file_name = path.substr(path.rfind('/') + 1);
    media.type = media_type_of_name(media.file_name);
    return media_part(media);
  }

  static json extension_of(const json& post, const json* parent) {
    json out = json::object();
    const json& props = member_of(post, "props");
    if (props.is_object() && !props.empty()) out["props"] = props;
    if (parent != nullptr) {
      out["reply_to"] = {{"user", member_of(*parent, "user")},
                         {"create_at", member_of(*parent, "create_at")}};
    }
    return out;
  }

  SourcePlace place_;
  Conversion& out_;
};

// A line about a user; other lines have a name there.
void note_person(const json& user, Conversion& out) {
  std::string name = string_of(user, "nickname");
  if (name.empty()) {
    const std::string &first = string_of(user, "first_name"), &last = string_of(user, "last_name");
    name = first + (first.empty() || last.empty() ? "" : " ") + last;
  }
  out.person(string_of(user, "username"), name, string_of(user, "profile_image"));
}

Result<void> convert_mattermost(const std::filesystem::path& path, Conversion& out) {
  out.note(
      "a Mattermost export has no ids and nothing of what was deleted: both users get every "
      "message");
  return read_json_items(path, [&](JsonElement& item) -> Result<void> {
    if (item.problem) return out.bad(item.source_place(), *item.problem, nullptr);
    note_person(member_of(item.value, "user"), out);
    return MattermostLine(item.source_place(), out).read(item.value);
  });
}

}  // namespace

// JSON Lines whose first has a member that is called what its "type" says.
bool is_mattermost(std::string_view head, const std::filesystem::path& /*path*/) {
  const json line = first_object_line(head);
  const std::string& type = string_of(line, "type");
  return !type.empty() && line.contains(type);
}

Result<std::unique_ptr<SourceReader>> open_mattermost(const std::filesystem::path& path,
                                                      const FormatOptions& options) {
  return open_converted("mattermost", path, options, convert_mattermost);
}

}  // namespace zimmock::client
