#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/media_message.h"
#include "client/formats/no_message.h"
#include "client/formats/rows.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_record.h"
#include "contracts/api/text.h"

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
//   type system_*                             left out: no message
//   reactions, flagged_by, is_pinned,         left out: ZIM imports nothing of that kind
//   edit_at, thread_followers
//   post, channel_members of three or more    left out: messages of channels and groups
//
// There are no ids and no deleted posts. Images have no width and height, so they are files (12).

namespace zimmock {
namespace {

using json = nlohmann::json;

constexpr std::string_view kOtherTypes[] = {"version", "info",           "role", "scheme",
                                            "team",    "channel",        "user", "bot",
                                            "emoji",   "direct_channel", "post"};

struct Members {
  std::string one, other;
};

class MattermostLine {
 public:
  MattermostLine(SourcePlace place, Conversion& out) : place_(std::move(place)), out_(out) {}

  Result<void> read(const json& document) {
    const std::string& type = string_of(document, "type");
    if (type == "direct_post") return direct_post(member_of(document, "direct_post"));
    if (type == "post") skip_posts(member_of(document, "post"), "messages of channels");
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
    if (members.size() > 2) {
      skip_posts(post, "messages of groups");
      return {};
    }
    if (members.size() != 2) {
      return bad("/direct_post/channel_members", "two users",
                 members.empty() ? json_type_and_value(member_of(post, "channel_members"))
                                 : fmt::format("only {}", quote(members[0])));
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
    if (string_of(post, "type").starts_with("system_")) return left_out("service messages");
    const auto time = integer_of(post, "create_at");
    if (time) record["SendMessageTime"] = *time;
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
    if (!parts) return tl::unexpected(NoMessage{{}, parts.error()});
    if (auto extension = extension_of(post, parent); !extension.empty())
      record["ExtendedData"] = json_line(extension);
    put_parts(*parts, record);
    return {};
  }

  tl::expected<std::vector<MessagePart>, SourceProblem> parts_of(const json& post,
                                                                 const std::string& at) const {
    std::vector<MessagePart> parts;
    if (const auto& text = string_of(post, "message"); !text.empty())
      parts.push_back(text_part(text));
    const json& attachments = array_of(post, "attachments");
    for (std::size_t i = 0; i < attachments.size(); ++i) {
      const std::string& path = string_of(attachments[i], "path");
      Media media;
      auto url = fetchable_url(pointer_to(at + "/attachments", i) + "/path", path, out_.options());
      if (!url) return tl::unexpected(url.error());
      media.url = *std::move(url);
      media.file_name = path.substr(path.rfind('/') + 1);
      media.type = media_type_of_name(media.file_name);
      parts.push_back(media_part(media));
    }
    if (parts.empty()) {
      return tl::unexpected(SourceProblem{at + "/message", "a text or attachments",
                                          json_type_and_value(member_of(post, "message"))});
    }
    return parts;
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

Result<void> convert_mattermost(const std::filesystem::path& path, Conversion& out) {
  out.note(
      "a Mattermost export has no ids and nothing of what was deleted: both users get every "
      "message");
  return read_json_items(path, [&](JsonElement& item) -> Result<void> {
    if (item.problem) return out.bad(item.source_place(), *item.problem, nullptr);
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

}  // namespace zimmock
