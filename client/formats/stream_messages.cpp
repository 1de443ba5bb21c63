#include "client/formats/stream_messages.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_members.h"
#include "client/formats/message_parts.h"
#include "client/formats/skipped_kinds.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kAttachmentSubMsgType = 0;

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
                                               "i18n",
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
                                               "quoted_message",
                                               "reaction_counts",
                                               "reaction_groups",
                                               "reaction_scores",
                                               "reply_count",
                                               "restricted_visibility",
                                               "shadowed",
                                               "show_in_channel",
                                               "silent",
                                               "text",
                                               "thread_participants",
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
                                     {"deleted", kDeletedForBoth},
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

struct Pair {
  std::string from, to;
};

class Filling {
 public:
  Filling(const StreamChannels& channels, Conversion& out) : channels_(channels), out_(out) {}

  Made<void> fill(const json& data, json& record) const {
    if (std::string id = id_of(data, "id"); !id.empty()) record["Id"] = std::move(id);
    const json& created = member_of(data, "created_at");
    const auto time = stream_time(created);
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
    if (!member_of(data, "deleted_at").is_null()) return left_out(kDeletedForBoth);
    if (!row->skipped.empty()) return left_out(row->skipped);
    return {};
  }

  Made<Pair> users_of(const json& data) const {
    const bool by_id = !id_of(data, "channel_id").empty();
    const std::string at = by_id ? "/channel_id" : "/channel_member_ids";
    StreamUsers members;
    if (by_id) {
      const auto found = channels_.members.find(stream_channel_key(data));
      if (found != channels_.members.end()) members = found->second;
    } else {
      for (const json& member : array_of(data, "channel_member_ids")) members.insert(id_of(member));
    }
    if (members.contains("")) return broken(at, "user ids that are texts", "something else");
    if (members.size() > 2) return left_out(kOfGroups);
    if (members.size() == 1 && members == writers_of(data, by_id)) return left_out(kToOneself);
    if (members.size() < 2) {
      return broken(at, "a channel of two members", fmt::format("{}", members.size()));
    }
    std::string from = stream_writer(data);
    if (!members.contains(from)) {
      const json& user = member_of(data, data.contains("user") ? "user" : "user_id");
      return broken("/user", "one of the channel's two members", json_type_and_value(user));
    }
    members.erase(from);
    return Pair{std::move(from), *members.begin()};
  }

  // Who has written in the channel; of one with an id, another member may have left it.
  StreamUsers writers_of(const json& data, bool by_id) const {
    const auto found = channels_.writers.find(stream_channel_key(data));
    if (by_id && found != channels_.writers.end()) return found->second;
    return {stream_writer(data)};
  }

  // Of a channel's line "member", and of the message.
  Made<json> visible_to(const json& data, const Pair& users, std::int64_t time) const {
    const json& restricted = member_of(data, "restricted_visibility");
    if (!restricted.is_null() && !restricted.is_array()) {
      return broken("/restricted_visibility", "a list of user ids",
                    json_type_and_value(restricted));
    }
    StreamUsers allowed;
    for (const json& user : array_of(data, "restricted_visibility")) allowed.insert(id_of(user));
    const bool shadowed = is_true(data, "shadowed");
    json visible = json::array();
    for (const std::string& user : {users.from, users.to}) {
      const auto hidden = channels_.hidden_before.find({stream_channel_key(data), user});
      const bool cleared = (hidden != channels_.hidden_before.end() && time < hidden->second) ||
                           (shadowed && user == users.to);
      if (!cleared && (allowed.empty() || allowed.contains(user))) visible.push_back(user);
    }
    if (visible.empty()) return left_out(kDeletedForBoth);
    return visible;
  }

  Made<std::vector<MessagePart>> parts_of(const json& data) const {
    const json& text = member_of(data, "text");
    if (!text.is_null() && !text.is_string()) {
      return broken("/text", "a text", json_type_and_value(text));
    }
    MessageParts parts(out_);
    parts.add_text(string_of(text));
    const json& attachments = array_of(data, "attachments");
    for (std::size_t i = 0; i < attachments.size(); ++i) {
      if (is_preview(attachments[i], string_of(text))) {
        out_.skipped(kLinkPreviews);
        continue;
      }
      auto added = parts.add(part_of(attachments[i], pointer_to("/attachments", i)));
      if (!added) return tl::unexpected(std::move(added.error()));
    }
    return parts.take(broken("/text", "a text or an attachment", "neither"));
  }

  // What Stream made itself of a link in the text. Older ones do not say so (og_scrape_url), and a
  // picture that the user chose has a link, too.
  static bool is_preview(const json& attachment, std::string_view text) {
    if (text.empty()) return false;
    if (!string_of(attachment, "og_scrape_url").empty()) return true;
    const std::string& link = string_of(attachment, "title_link");
    return !link.empty() && string_of(attachment, "asset_url").empty() &&
           text.find(link) != text.npos;
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
    auto url = medium_url(pointer_to(at, url_at), string_of(attachment, url_at), out_.options());
    if (!url) return tl::unexpected(std::move(url.error()));
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

  const StreamChannels& channels_;
  Conversion& out_;
};

}  // namespace

std::string stream_channel_key(const json& data) {
  const std::string& type = string_of(data, "channel_type");
  if (const std::string id = id_of(data, "channel_id"); !id.empty()) return type + ":" + id;
  StreamUsers members;
  for (const json& member : array_of(data, "channel_member_ids")) members.insert(id_of(member));
  return type + ":!" + json(members).dump();
}

std::optional<std::int64_t> stream_time(const json& value) {
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

std::string stream_writer(const json& data) {
  const json& user = member_of(data, data.contains("user") ? "user" : "user_id");
  return user.is_object() ? id_of(user, "id") : id_of(user);
}

void note_stream_writer(const std::string& channel, const std::string& user,
                        StreamChannels& channels) {
  StreamUsers& writers = channels.writers[channel];
  if (writers.size() < 2) writers.insert(user);
}

void note_stream_person(const json& user, Conversion& out) {
  if (user.is_object())
    out.person(id_of(user, "id"), string_of(user, "name"), string_of(user, "image"));
}

Made<void> StreamMessages::fill(const json& data, json& record) const {
  note_stream_person(member_of(data, "user"), out_);
  return Filling(channels_, out_).fill(data, record);
}

}  // namespace zimmock::client
