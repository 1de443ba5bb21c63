// Stream Chat, the file of its import: JSON Lines of {"type", "data"}; older files are one array of
// {"type", "item"}. It is read twice: what it says of channels and their members comes anywhere.
//
//   message.id                      Id
//   message.user                    FromUserId; the channel's other member is ToUserId
//   message.channel_member_ids      the channel's members; of a channel with an id they are those
//                                   of its lines "member" and of the channel's own member_ids
//   message.created_at              SendMessageTime
//   message.text                    Message of type 1, or the first item of type 10
//   attachment image, giphy         type 11 with original_width and original_height, else 12
//   attachment video                type 14
//   attachment audio, voiceRecording  type 13, with its duration
//   attachment file                 type 12
//   any other attachment            type 200, SubMsgType 0, Message the attachment in JSON
//   message.restricted_visibility   VisibleTo
//   member.hide_messages_before     not in that member's list
//   message.parent_id, quoted_message_id, and members that Stream does not name   ExtendedData
//
// Skipped: type deleted or with deleted_at (it is gone for both), system, ephemeral and error;
// reactions; previews of links, which repeat what is behind a link in the text. Left out, as ZIM's
// import has no place for it: mentioned_users (the text names them), html and mml (made from the
// text), pins, silent, updated_at. hide_channel only hides a channel until its next message, not
// the messages, so it is no reason to leave them out.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_elements.h"
#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/media_message.h"
#include "client/formats/no_message.h"
#include "client/formats/rows.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kAttachmentSubMsgType = 0;
constexpr std::string_view kDeleted = "messages deleted for both users";

// Members of a message that Stream names; others are the app's own.
constexpr std::string_view kStreamMembers[] = {"attachments",
                                               "channel_id",
                                               "channel_member_ids",
                                               "channel_type",
                                               "cid",
                                               "created_at",
                                               "deleted_at",
                                               "deleted_reply_count",
                                               "html",
                                               "id",
                                               "latest_reactions",
                                               "mentioned_users",
                                               "mentioned_users_ids",
                                               "mml",
                                               "own_reactions",
                                               "pin_expires",
                                               "pinned",
                                               "pinned_at",
                                               "pinned_by",
                                               "pinned_by_id",
                                               "reaction_counts",
                                               "reaction_scores",
                                               "reply_count",
                                               "restricted_visibility",
                                               "shadowed",
                                               "show_in_channel",
                                               "silent",
                                               "text",
                                               "type",
                                               "updated_at",
                                               "user",
                                               "user_id"};

struct TypeRow {
  std::string_view type;
  std::string_view skipped;  // "" for messages
};
constexpr TypeRow kMessageTypes[] = {{"regular", ""},
                                     {"reply", ""},
                                     {"", ""},
                                     {"deleted", kDeleted},
                                     {"system", "system messages"},
                                     {"ephemeral", "ephemeral messages"},
                                     {"error", "error messages"}};

struct AttachmentRow {
  std::string_view name;
  MessageType type;
};
constexpr AttachmentRow kAttachmentTypes[] = {{"image", kImage},          {"giphy", kImage},
                                              {"video", kVideo},          {"audio", kAudio},
                                              {"voiceRecording", kAudio}, {"file", kFile}};

using Users = std::set<std::string>;

// A channel's name across the lines: by its id, or by its members.
std::string channel_key(const json& data) {
  const std::string& type = string_of(data, "channel_type");
  if (const std::string id = id_of(data, "channel_id"); !id.empty()) return type + ":" + id;
  Users members;
  for (const json& member : array_of(data, "channel_member_ids")) members.insert(id_of(member));
  return type + ":!" + json(members).dump();
}

// A time of RFC 3339; without a zone it is none. Stream writes microseconds.
std::optional<std::int64_t> time_of(const json& value) {
  constexpr std::size_t kDigits = 3;
  std::string text = string_of(value);
  const bool zoned = text.ends_with('Z') || text.ends_with('z') ||
                     (text.size() > 6 && text.find_first_of("+-", text.size() - 6) != text.npos);
  if (const auto dot = text.find('.'); dot != text.npos) {
    const auto end = std::min(text.find_first_not_of("0123456789", dot + 1), text.size());
    if (end > dot + 1 + kDigits) text.erase(dot + 1 + kDigits, end - dot - 1 - kDigits);
  }
  return zoned ? parse_iso_time(text) : std::nullopt;
}

// What is in "data", or in older files in "item".
const json& data_of(const json& line) {
  const json& data = member_of(line, "data");
  return data.is_null() ? member_of(line, "item") : data;
}

struct Channels {
  std::map<std::string, Users> members;                                       // of those with an id
  std::map<std::pair<std::string, std::string>, std::int64_t> hidden_before;  // channel and member
};

void note_channel(const json& data, Channels& channels) {
  const std::string id = id_of(data, "id");
  if (id.empty()) return;
  Users& members = channels.members[string_of(data, "type") + ":" + id];
  for (const json& member : array_of(data, "member_ids")) members.insert(id_of(member));
}

std::optional<SourceProblem> note_member(const json& data, Channels& channels) {
  const std::string key = channel_key(data);
  const std::string user = id_of(data, "user_id");
  if (!id_of(data, "channel_id").empty()) channels.members[key].insert(user);
  const json& hidden = member_of(data, "hide_messages_before");
  if (hidden.is_null()) return std::nullopt;
  const auto time = time_of(hidden);
  if (!time) {
    return SourceProblem{"/data/hide_messages_before", "a time of RFC 3339",
                         json_type_and_value(hidden)};
  }
  channels.hidden_before[{key, user}] = *time;
  return std::nullopt;
}

// A source that says wrongly whose messages are hidden would show them.
Result<Channels> read_channels(const std::filesystem::path& path) {
  Channels channels;
  auto done = read_json_items(path, [&](JsonElement& element) -> Result<void> {
    if (element.problem) return {};
    const std::string& type = string_of(element.value, "type");
    const json& data = data_of(element.value);
    if (type == "channel") note_channel(data, channels);
    if (type != "member") return {};
    const auto problem = note_member(data, channels);
    if (!problem) return {};
    return fail(ErrorKind::kInput,
                fmt::format("{}: line {}: {}: expected {}, got {}", path.string(), element.line,
                            problem->pointer, problem->expected, problem->got));
  });
  if (!done) return tl::unexpected(done.error());
  return channels;
}

struct Pair {
  std::string from, to;
};

// Makes records of the data of messages; pointers are into that.
class StreamMessages {
 public:
  StreamMessages(const Channels& channels, Conversion& out) : channels_(channels), out_(out) {}

  // Fills `record`, as far as it comes.
  Made<void> fill(const json& data, json& record) const {
    if (std::string id = id_of(data, "id"); !id.empty()) record["Id"] = std::move(id);
    const json& created = member_of(data, "created_at");
    const auto time = time_of(created);
    if (time) record["SendMessageTime"] = *time;
    if (auto is = check_type(data); !is) return is;
    auto users = users_of(data);
    if (!users) return tl::unexpected(users.error());
    record["FromUserId"] = users->from;
    record["ToUserId"] = users->to;
    if (!time) return broken("/created_at", "a time of RFC 3339", json_type_and_value(created));
    auto visible = visible_to(data, *users, *time);
    if (!visible) return tl::unexpected(visible.error());
    auto parts = parts_of(data);
    if (!parts) return tl::unexpected(parts.error());
    if (visible->size() == 1) record["VisibleTo"] = *std::move(visible);
    put_parts(*parts, record);
    if (const json kept = extended_data(data); !kept.empty()) {
      record["ExtendedData"] = json_line(kept);
    }
    return {};
  }

 private:
  static Made<void> check_type(const json& data) {
    const json& type = member_of(data, "type");
    const TypeRow* row = nullptr;
    for (const TypeRow& one : kMessageTypes) {
      if (type.is_null() ? one.type.empty() : type == one.type) row = &one;
    }
    if (row == nullptr) return broken("/type", "a type of message", json_type_and_value(type));
    if (!member_of(data, "deleted_at").is_null()) return left_out(kDeleted);
    if (!row->skipped.empty()) return left_out(row->skipped);
    return {};
  }

  Made<Pair> users_of(const json& data) const {
    const bool by_id = !id_of(data, "channel_id").empty();
    const std::string at = by_id ? "/channel_id" : "/channel_member_ids";
    Users members;
    if (by_id) {
      const auto found = channels_.members.find(channel_key(data));
      if (found != channels_.members.end()) members = found->second;
    } else {
      for (const json& member : array_of(data, "channel_member_ids")) members.insert(id_of(member));
    }
    if (members.contains("")) return broken(at, "user ids that are texts", "something else");
    if (members.size() > 2) return left_out("messages of groups");
    if (members.size() < 2) {
      return broken(at, "a channel of two members", fmt::format("{}", members.size()));
    }
    const json& user = member_of(data, data.contains("user") ? "user" : "user_id");
    std::string from = user.is_object() ? id_of(user, "id") : id_of(user);
    if (!members.contains(from)) {
      return broken("/user", "one of the channel's two members", json_type_and_value(user));
    }
    members.erase(from);
    return Pair{std::move(from), *members.begin()};
  }

  // Of a channel's line "member", and of the message.
  Made<json> visible_to(const json& data, const Pair& users, std::int64_t time) const {
    const json& restricted = member_of(data, "restricted_visibility");
    if (!restricted.is_null() && !restricted.is_array()) {
      return broken("/restricted_visibility", "a list of user ids",
                    json_type_and_value(restricted));
    }
    Users allowed;
    for (const json& user : array_of(data, "restricted_visibility")) allowed.insert(id_of(user));
    json visible = json::array();
    for (const std::string& user : {users.from, users.to}) {
      const auto hidden = channels_.hidden_before.find({channel_key(data), user});
      const bool cleared = hidden != channels_.hidden_before.end() && time < hidden->second;
      if (!cleared && (allowed.empty() || allowed.contains(user))) visible.push_back(user);
    }
    if (visible.empty()) return left_out(kDeleted);
    return visible;
  }

  Made<std::vector<MessagePart>> parts_of(const json& data) const {
    const json& text = member_of(data, "text");
    if (!text.is_null() && !text.is_string()) {
      return broken("/text", "a text", json_type_and_value(text));
    }
    std::vector<MessagePart> parts;
    if (!string_of(text).empty()) parts.push_back(text_part(string_of(text)));
    const json& attachments = array_of(data, "attachments");
    for (std::size_t i = 0; i < attachments.size(); ++i) {
      if (is_preview(attachments[i]) && !string_of(text).empty()) {
        out_.skipped("previews of links");
        continue;
      }
      auto part = part_of(attachments[i], pointer_to("/attachments", i));
      if (!part) return tl::unexpected(part.error());
      parts.push_back(*std::move(part));
    }
    if (parts.empty()) return broken("/text", "a text or an attachment", "neither");
    return parts;
  }

  static bool is_preview(const json& attachment) {
    return !string_of(attachment, "og_scrape_url").empty() ||
           (!string_of(attachment, "title_link").empty() &&
            string_of(attachment, "asset_url").empty());
  }

  Made<MessagePart> part_of(const json& attachment, const std::string& at) const {
    if (!attachment.is_object()) return broken(at, "an object", json_type_and_value(attachment));
    const std::string& type = string_of(attachment, "type");
    const std::string& title = string_of(attachment, "title");
    const AttachmentRow* row = nullptr;
    for (const AttachmentRow& one : kAttachmentTypes) {
      if (one.name == type) row = &one;
    }
    if (row == nullptr) {
      return custom_part(kAttachmentSubMsgType, json_line(attachment),
                         title.empty() ? string_of(attachment, "text") : title);
    }
    Media media;
    media.type = row->type;
    const bool image = row->type == kImage;
    std::string_view url_at = image ? "image_url" : "asset_url";
    for (const std::string_view name : {"asset_url", "thumb_url"}) {
      if (image && string_of(attachment, url_at).empty()) url_at = name;
    }
    auto url = fetchable_url(pointer_to(at, url_at), string_of(attachment, url_at), out_.options());
    if (!url) return tl::unexpected(NoMessage{{}, std::move(url.error())});
    media.url = *std::move(url);
    media.file_name = image ? string_of(attachment, "fallback") : title;
    media.size = loose_integer_of(attachment, "file_size");
    media.width = integer_of(attachment, "original_width").value_or(0);
    media.height = integer_of(attachment, "original_height").value_or(0);
    media.duration_s = rounded_of(attachment, "duration");
    return media_part(media);
  }

  static json extended_data(const json& data) {
    json kept = json::object();
    for (const auto& [name, value] : data.items()) {
      const bool known = std::find(std::begin(kStreamMembers), std::end(kStreamMembers), name) !=
                         std::end(kStreamMembers);
      if (!known && !value.is_null() && value != "") kept[name] = value;
    }
    return kept;
  }

  const Channels& channels_;
  Conversion& out_;
};

Result<void> convert_item(JsonElement& item, const StreamMessages& messages, Conversion& out) {
  if (item.problem) return out.bad(item.source_place(), *item.problem, nullptr);
  const json& type = member_of(item.value, "type");
  const json& data = data_of(item.value);
  if (!type.is_string() || !data.is_object()) {
    return out.bad(item.source_place(),
                   {"", "an object with \"type\" and \"data\"", json_type_and_value(item.value)},
                   nullptr);
  }
  if (type == "reaction") out.skipped("reactions");
  if (type != "message") return {};
  json record = json::object();
  auto made = messages.fill(data, record);
  if (made) return out.message(item.source_place(), record);
  made.error().problem.pointer.insert(0, item.value.contains("data") ? "/data" : "/item");
  return report(item.source_place(), made.error(), record, out);
}

Result<void> convert_stream(const std::filesystem::path& path, Conversion& out) {
  const auto channels = read_channels(path);
  if (!channels) return tl::unexpected(channels.error());
  const StreamMessages messages(*channels, out);
  return read_json_items(path,
                         [&](JsonElement& item) { return convert_item(item, messages, out); });
}

}  // namespace

bool is_stream(std::string_view head, const std::filesystem::path& /*path*/) {
  return (has_json_path(head, {"/type"}) && has_json_path(head, {"/data", "/item"})) ||
         (has_json_path(head, {"/*/type"}) && has_json_path(head, {"/*/data", "/*/item"}));
}

Result<std::unique_ptr<SourceReader>> open_stream(const std::filesystem::path& path,
                                                  const FormatOptions& options) {
  return open_converted("stream", path, options, convert_stream);
}

}  // namespace zimmock
