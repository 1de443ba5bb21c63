// Sendbird: lists of messages, with the channels that they are of. The layout of its export archive
// is not known to us; what is read is what its Platform API answers and what its own converter from
// Pusher writes. A file has one or several documents, or one array of them:
//
//   {"channel": {"channel_url", "members": [{"user_id"}]}, "messages": [..]}
//   {"messages": [..]}                        an answer of "list messages", whose messages name
//                                             their channel_url; the channel is elsewhere, as
//   {"channels": [{"channel_url", "members": [..]}]}   an answer of "list group channels" with
//                                             show_member=true, or
//   {"channel_url", "members": [..]}          one channel
//
// It is read twice, for a channel's members may come after its messages; three times where a
// channel has one member.
//
//   message_id, dedup_id            Id
//   user.user_id, user_id           FromUserId; ToUserId is the channel's other member
//   created_at, ts (ms)             SendMessageTime
//   MESG message                    type 1
//   MESG with a custom_type         type 200, SubMsgType 0, Message {"custom_type", "message"}
//   FILE file, files                by their MIME type: 11 with a width and a height, which it
//                                   seldom gives, 13, 14, else 12; several are type 10
//   FILE message                    the words with the file: type 10 of both
//   data                            ExtendedData as it is; with parent_message_id, or custom_type
//                                   of a FILE, an object of all three
//
// Skipped: ADMM, which nobody sent; is_removed; channels of more than two members, and of one who
// is the only one to write there; polls, of which the text is kept. Left out:
// updated_at (the text is the last one), mentions (the text has them), reactions, read states.
// Files with require_auth need a key: bad, unless --media-map puts them elsewhere.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_elements.h"
#include "client/formats/json_members.h"
#include "client/formats/message_parts.h"
#include "client/formats/rows.h"
#include "client/formats/skipped_kinds.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kCustomTypeSubMsgType = 0;
constexpr std::size_t kEnoughMembers =
    3;  // members that are known of a channel: more than two is a group

struct Channel {
  std::set<std::string> members;
  std::int64_t count = 0;         // of members, as it is said; 0: it is not
  std::set<std::string> writers;  // of a channel of one member: another one may have left

  bool of_a_group() const { return count > 2 || members.size() > 2; }
  bool of_one() const { return count <= 1 && members.size() == 1; }
  bool of_oneself() const { return of_one() && writers == members; }
};

// A document, or an element of the array that a document is.
using Place = std::pair<std::size_t, std::size_t>;

struct Channels {
  std::map<std::string, Channel> by_url;
  std::map<Place, std::string> url_at;       // of the channel beside messages, or of a place alone
  std::map<Place, Channel> at;               // of one without a URL
  bool many_of_two = false;                  // there is one that is not distinct
  std::map<std::string, UserEntity> people;  // members
};

void add_count(const json& count, Channel& channel) {
  channel.count = std::max(channel.count, integer_of(count).value_or(0));
}

void add_members(const json& members, Channel& channel) {
  for (const json& member : members) {
    if (channel.members.size() < kEnoughMembers) channel.members.insert(id_of(member, "user_id"));
  }
}

void note_person(const json& user, Channels& channels) {
  channels.people.try_emplace(id_of(user, "user_id"), UserEntity{string_of(user, "nickname"),
                                                                 string_of(user, "profile_url")});
}

void note_channel(const json& source, const std::optional<Place>& place, Channels& channels) {
  const std::string& url = string_of(source, "channel_url");
  if (url.empty() && !place) return;
  Channel& channel = url.empty() ? channels.at[*place] : channels.by_url[url];
  if (place && !url.empty()) channels.url_at[*place] = url;
  add_members(array_of(source, "members"), channel);
  if (!channel.of_a_group()) {
    for (const json& member : array_of(source, "members")) note_person(member, channels);
  }
  add_count(member_of(source, "member_count"), channel);
  channels.many_of_two |= member_of(source, "is_distinct") == false;
}

Place place_of(const JsonElement& element, bool in_array) {
  return {element.document, in_array ? element.at.front() + 1 : 0};
}

Result<void> read_elements(const std::filesystem::path& path,
                           std::span<const std::string_view> paths, const TakeElement& take) {
  JsonReading reading;
  reading.several = true;
  return read_json_elements(path, paths, take, reading);
}

Result<Channels> read_sendbird_channels(const std::filesystem::path& path) {
  // Every other one is the same in an array.
  enum What { kBeside, kListed, kUrl, kMember, kDistinct, kCount };
  static constexpr std::array<std::string_view, 12> kPaths{
      "/channel",     "/*/channel",     "/channels/*",   "/*/channels/*",
      "/channel_url", "/*/channel_url", "/members/*",    "/*/members/*",
      "/is_distinct", "/*/is_distinct", "/member_count", "/*/member_count"};
  Channels channels;
  std::map<Place, Channel> alone;
  auto done = read_elements(path, kPaths, [&](JsonElement& element) -> Result<void> {
    const auto what = static_cast<What>(element.path / 2);
    const Place place = place_of(element, element.path % 2 == 1);
    if (what == kBeside) note_channel(element.value, place, channels);
    if (what == kListed) note_channel(element.value, std::nullopt, channels);
    if (what == kUrl) channels.url_at[place] = string_of(element.value);
    if (what == kMember) {
      add_members(json::array({element.value}), alone[place]);
      note_person(element.value, channels);
    }
    if (what == kDistinct) channels.many_of_two |= element.value == false;
    if (what == kCount) add_count(element.value, alone[place]);
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  for (const auto& [place, channel] : alone) {
    const auto url = channels.url_at.find(place);
    if (url == channels.url_at.end()) continue;
    Channel& known = channels.by_url[url->second];
    known.members.insert(channel.members.begin(), channel.members.end());
    known.count = std::max(known.count, channel.count);
  }
  return channels;
}

// The channel of a message: the one beside it, or the one that it names; nullptr if unknown.
Channel* channel_of(const json& message, Place place, Channels& channels) {
  if (const auto found = channels.at.find(place); found != channels.at.end()) return &found->second;
  const auto beside = channels.url_at.find(place);
  const std::string& named = string_of(message, "channel_url");
  const auto found = channels.by_url.find(
      named.empty() && beside != channels.url_at.end() ? beside->second : named);
  return found == channels.by_url.end() ? nullptr : &found->second;
}

std::string writer_of(const json& message) {
  const json& user = member_of(message, "user");
  return id_of(user.is_object() ? user : message, "user_id");
}

constexpr std::array<std::string_view, 2> kMessagePaths{"/messages/*", "/*/messages/*"};

// Who has written in channels of one member. Reads the file only if there is such a channel.
Result<void> note_writers(const std::filesystem::path& path, Channels& channels) {
  const auto of_one = [](const auto& row) { return row.second.of_one(); };
  if (std::none_of(channels.by_url.begin(), channels.by_url.end(), of_one) &&
      std::none_of(channels.at.begin(), channels.at.end(), of_one))
    return {};
  return read_elements(path, kMessagePaths, [&](JsonElement& element) -> Result<void> {
    Channel* channel = channel_of(element.value, place_of(element, element.path == 1), channels);
    const std::string writer = writer_of(element.value);
    if (channel != nullptr && channel->of_one() && !writer.empty() && channel->writers.size() < 2)
      channel->writers.insert(writer);
    return {};
  });
}

Made<void> put_users(const json& message, const Channel* channel, json& record) {
  if (channel == nullptr || channel->members.empty()) {
    return broken("/channel_url", "a channel whose members the file has",
                  json_type_and_value(member_of(message, "channel_url")));
  }
  if (channel->of_a_group()) return left_out(kOfGroups);
  if (channel->of_oneself()) return left_out(kToOneself);
  if (channel->members.size() < 2 || channel->members.contains("")) {
    return broken("/channel_url", "a channel of two members with a user_id", "another");
  }
  const bool nested = member_of(message, "user").is_object();
  std::string from = writer_of(message);
  if (!channel->members.contains(from)) {
    return broken(nested ? "/user/user_id" : "/user_id", "one of the channel's two members",
                  from.empty() ? "none" : quote(from));
  }
  const std::string& first = *channel->members.begin();
  record["ToUserId"] = from == first ? *channel->members.rbegin() : first;
  record["FromUserId"] = std::move(from);
  return {};
}

Made<MessagePart> file_part(const json& file, const std::string& at, bool needs_key,
                            const FormatOptions& options) {
  const std::string& source = string_of(file, "url");
  auto url = medium_url(at + "/url", source, options);
  if (!url) return tl::unexpected(std::move(url.error()));
  if (needs_key && *url == source) {
    return without_public_url(at + "/url",
                              "a URL that needs no key, which --media-map can make of it",
                              quote(source) + " with require_auth",
                              string_of(file, file.contains("name") ? "name" : "file_name"));
  }
  const auto either = [&file](const char* name, const char* other) {
    return file.contains(name) ? name : other;
  };
  Media media;
  media.type = media_type_of_mime(string_of(file, either("type", "file_type")));
  media.url = *std::move(url);
  media.file_name = string_of(file, either("name", "file_name"));
  media.size = integer_of(file, either("size", "file_size"));
  media.width = integer_of(file, "width").value_or(0);
  media.height = integer_of(file, "height").value_or(0);
  return media_part(media);
}

Made<void> add_files(const json& message, const FormatOptions& options, MessageParts& parts) {
  const bool needs_key = is_true(message, "require_auth");
  const json& files = array_of(message, "files");
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto added = parts.add(file_part(files[i], pointer_to("/files", i), needs_key, options));
    if (!added) return added;
  }
  if (!files.empty()) return {};
  const json& file = member_of(message, "file");
  return parts.add(file_part(file, "/file", needs_key || is_true(file, "require_auth"), options));
}

// The words with files; "" for what names the file again.
const std::string& words_with_files(const json& message) {
  static const std::string kNone;
  const std::string& text = string_of(message, "message");
  const json& file = member_of(message, "file");
  const bool names_it = text == string_of(file, "name") || text == string_of(file, "url");
  return names_it ? kNone : text;
}

Made<std::vector<MessagePart>> sendbird_parts(const json& message, Conversion& out) {
  MessageParts parts(out);
  const json& text = member_of(message, "message");
  const std::string& custom = string_of(message, "custom_type");
  if (string_of(message, "type") == "FILE") {
    parts.add_text(words_with_files(message));
    if (auto added = add_files(message, out.options(), parts); !added)
      return tl::unexpected(std::move(added.error()));
  } else if (custom.empty() || string_of(text).empty()) {
    parts.add_text(string_of(text));
  } else {
    static_cast<void>(parts.add(custom_part(kCustomTypeSubMsgType,
                                            json_line({{"custom_type", custom}, {"message", text}}),
                                            string_of(text))));
  }
  auto all = parts.take(broken("/message", "a text", json_type_and_value(text)));
  if (all && member_of(message, "poll").is_object()) out.skipped("polls; their text was kept");
  return all;
}

std::string extended_data(const json& message) {
  const json& data = member_of(message, "data");
  const bool has_data = !data.is_null() && data != "";
  json all = json::object();
  const json& parent = member_of(message, "parent_message_id");
  if (parent.is_number_integer() && parent != 0) all["parent_message_id"] = parent;
  const std::string& custom = string_of(message, "custom_type");
  if (string_of(message, "type") == "FILE" && !custom.empty()) all["custom_type"] = custom;
  if (all.empty()) return !has_data ? "" : data.is_string() ? string_of(data) : json_line(data);
  if (has_data) all["data"] = data;
  return json_line(all);
}

// Fills `record`, as far as it comes.
Made<void> fill(const JsonElement& element, const Channel* channel, Conversion& out, json& record) {
  const json& message = element.value;
  std::string id = id_of(message, message.contains("message_id") ? "message_id" : "dedup_id");
  if (!id.empty()) record["Id"] = std::move(id);
  const char* name = message.contains("created_at") ? "created_at" : "ts";
  const auto time = integer_of(message, name);
  if (time) record["SendMessageTime"] = *time;
  const std::string& type = string_of(message, "type");
  if (type == "ADMM") return left_out("admin messages");
  if (type != "MESG" && type != "FILE") {
    return broken("/type", "MESG, FILE or ADMM", json_type_and_value(member_of(message, "type")));
  }
  if (is_true(message, "is_removed")) return left_out(kDeletedForBoth);
  if (element.problem) return tl::unexpected(NoMessage{{}, *element.problem});
  if (auto done = put_users(message, channel, record); !done) return done;
  if (!time) {
    return broken(pointer_to("", name), "Unix milliseconds",
                  json_type_and_value(member_of(message, name)));
  }
  auto parts = sendbird_parts(message, out);
  if (!parts) return tl::unexpected(parts.error());
  put_parts(*parts, record);
  if (std::string ext = extended_data(message); !ext.empty()) {
    record["ExtendedData"] = std::move(ext);
  }
  return {};
}

Result<void> convert_sendbird(const std::filesystem::path& path, Conversion& out) {
  auto channels = read_sendbird_channels(path);
  if (!channels) return tl::unexpected(channels.error());
  if (auto noted = note_writers(path, *channels); !noted) return noted;
  out.note(
      "sendbird's lists cannot say who deleted a message for themselves, so both users get every "
      "message");
  for (const auto& [id, person] : channels->people) out.person(id, person.name, person.avatar);
  if (channels->many_of_two) {
    out.note(
        "sendbird has channels that are not distinct: all of those between the same two users "
        "become one conversation");
  }
  return read_elements(path, kMessagePaths, [&](JsonElement& element) -> Result<void> {
    const Place place = place_of(element, element.path == 1);
    const Channel* channel = channel_of(element.value, place, *channels);
    json record = json::object();
    const auto made = fill(element, channel, out, record);
    if (!made) return report(element.source_place(), made.error(), record, out);
    const json& user = member_of(element.value, "user");
    out.person(writer_of(element.value), string_of(user, "nickname"),
               string_of(user, "profile_url"));
    return out.message(element.source_place(), record);
  });
}

}  // namespace

bool is_sendbird(std::string_view head, const std::filesystem::path& /*path*/) {
  return has_json_path(
      head, {"/channel_url", "/*/channel_url", "/channel/channel_url", "/*/channel/channel_url",
             "/channels/*/channel_url", "/*/channels/*/channel_url", "/messages/*/message_id",
             "/*/messages/*/message_id", "/messages/*/dedup_id", "/*/messages/*/dedup_id"});
}

Result<std::unique_ptr<SourceReader>> open_sendbird(const std::filesystem::path& path,
                                                    const FormatOptions& options) {
  return open_converted("sendbird", path, options, convert_sendbird);
}

}  // namespace zimmock::client
