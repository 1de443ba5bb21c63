// Telegram Desktop's export in JSON, of one chat or of the whole account; tools for other
// messengers (WhatsApp-Chat-Exporter) write it too. It is read twice: which two users a chat has is
// said by its messages.
//
//   chat.type personal_chat         the only one that is imported
//   chat.id                         the other user: 700000000 is user700000000, as from_id says it
//   personal_information.user_id    the user whose export it is; without it, who else wrote in that
//                                   chat; if nobody else did, "me" where --users knows that
//   message.from_id                 FromUserId; a number N in old exports is userN
//   message.id                      Id
//   message.date_unixtime (seconds, a string or a number)   SendMessageTime
//   message.date                    SendMessageTime in old exports: a local time, needs --tz
//   message.text_entities, else message.text (a text, or a list of texts and {"text"})
//                                   Message of type 1, or the first item of type 10
//   message.photo                   type 11 with width and height, else 12
//   message.file                    by media_type: voice_message, audio_file type 13,
//   video_message,
//                                   video_file 14, a sticker that is an image 11, all others 12
//   contact_information             type 200, SubMsgType 1 \.
//   location_information            type 200, SubMsgType 2  |
//   poll                            type 200, SubMsgType 3  > Message: these members in JSON
//   game_title                      type 200, SubMsgType 4  |
//   invoice_information             type 200, SubMsgType 5 /
//   reply_to_message_id, forwarded_from, and the href of links that have another text  ExtendedData
//
// User ids are from_id's; names (from, chat.name) are changeable and not unique, so --users maps
// "user700000000", not "Bob". Skipped: service messages (calls apart), chats that are no
// personal_chat, reactions; media that were not exported, of a message that says more. Bad:
// unsupported, and messages of such a medium only. Left out: edited
// (the text is the last one), thumbnails (their size is not said), contact_vcard, buttons of bots.
// Mended: \x07 for control characters and a bare path after "document_id", which are no JSON.

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
#include "client/formats/local_time.h"
#include "client/formats/message_parts.h"
#include "client/formats/rows.h"
#include "client/formats/skipped_kinds.h"
#include "contracts/api/clock.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr std::string_view kMe = "me";

struct ChatRow {
  std::string_view type;
  std::string_view skipped;  // "" for the one that is imported
};
constexpr ChatRow kChatTypes[] = {{"personal_chat", ""},
                                  {"saved_messages", kToOneself},
                                  {"bot_chat", kOfBots},
                                  {"replies", "messages of Telegram's own chats"},
                                  {"verification_codes", "messages of Telegram's own chats"},
                                  {"private_group", kOfGroups},
                                  {"private_supergroup", kOfGroups},
                                  {"public_supergroup", kOfGroups},
                                  {"private_channel", kOfChannels},
                                  {"public_channel", kOfChannels}};

struct MediaTypeRow {
  std::string_view media_type;
  MessageType type;
};
constexpr MediaTypeRow kFileTypes[] = {{"voice_message", kAudio},
                                       {"audio_file", kAudio},
                                       {"video_message", kVideo},
                                       {"video_file", kVideo}};

// What is no text and no file: the members that say it, the first of them always there.
struct CustomMembers {
  std::int64_t sub_msg_type;
  std::vector<const char*> members;
  const char* searched;  // a JSON Pointer
};
const std::vector<CustomMembers>& custom_rows() {
  static const std::vector<CustomMembers> rows{
      {1, {"contact_information"}, "/contact_information/first_name"},
      {2,
       {"location_information", "place_name", "address", "live_location_period_seconds"},
       "/place_name"},
      {3, {"poll"}, "/poll/question"},
      {4, {"game_title", "game_description", "game_link"}, "/game_title"},
      {5, {"invoice_information"}, "/invoice_information/title"}};
  return rows;
}

// Where chats are: the export is one, or has lists of them.
enum ChatList : std::size_t { kSingle, kChats, kLeftChats };
using ChatPlace = std::pair<ChatList, std::size_t>;

struct Chat {
  std::string type;
  std::string name;
  std::string peer;             // as from_id has it; "" if it is not said
  std::set<std::string> wrote;  // three at most: two are enough to know, three to give up
  std::int64_t last_ms = 0;
};

struct Export {
  std::string owner;  // "" if it is not said
  std::map<ChatPlace, Chat> chats;
};

// "user4321", for 4321 too, as old exports have it.
std::string user_of(const json& value) {
  const std::string id = id_of(value);
  return value.is_number_integer() ? "user" + id : id;
}

// Chats without messages are none here.
ChatPlace place_of(ChatList list, const JsonElement& element) {
  return {list, list == kSingle ? 0 : element.at.front()};
}

Result<Export> read_export(const std::filesystem::path& path) {
  struct Fact {
    ChatList list;
    enum What { kOwner, kType, kId, kName, kFrom } what;
  };
  static constexpr std::array<std::string_view, 11> kPaths{"/personal_information/user_id",
                                                           "/type",
                                                           "/id",
                                                           "/name",
                                                           "/messages/*/from_id",
                                                           "/chats/list/*/type",
                                                           "/chats/list/*/id",
                                                           "/chats/list/*/name",
                                                           "/chats/list/*/messages/*/from_id",
                                                           "/left_chats/list/*/type",
                                                           "/left_chats/list/*/id"};
  static constexpr std::array<Fact, 11> kFacts{{{kSingle, Fact::kOwner},
                                                {kSingle, Fact::kType},
                                                {kSingle, Fact::kId},
                                                {kSingle, Fact::kName},
                                                {kSingle, Fact::kFrom},
                                                {kChats, Fact::kType},
                                                {kChats, Fact::kId},
                                                {kChats, Fact::kName},
                                                {kChats, Fact::kFrom},
                                                {kLeftChats, Fact::kType},
                                                {kLeftChats, Fact::kId}}};
  Export out;
  const auto take = [&out](JsonElement& element) -> Result<void> {
    const Fact fact = kFacts[element.path];
    const std::string id = user_of(element.value);
    if (fact.what == Fact::kOwner) {
      out.owner = id;
      return {};
    }
    Chat& chat = out.chats[place_of(fact.list, element)];
    if (fact.what == Fact::kType) chat.type = string_of(element.value);
    if (fact.what == Fact::kId) chat.peer = id;
    if (fact.what == Fact::kName) chat.name = string_of(element.value);
    if (fact.what == Fact::kFrom && !id.empty() && chat.wrote.size() < 3) chat.wrote.insert(id);
    return {};
  };
  JsonReading reading;
  reading.mend_telegram = true;
  if (auto done = read_json_elements(path, kPaths, take, reading); !done) {
    return tl::unexpected(done.error());
  }
  return out;
}

// The chat's two users; one is "" if it cannot be told.
std::pair<std::string, std::string> users_of(const Chat& chat, const Export& all,
                                             const FormatOptions& options) {
  std::set<std::string> others = chat.wrote;
  const bool peer_wrote = others.erase(chat.peer) > 0;
  if (!peer_wrote && others.size() == 2) return {*others.begin(), *others.rbegin()};
  if (others.size() == 1) return {*others.begin(), chat.peer};
  if (!all.owner.empty()) return {all.owner, chat.peer};
  const bool knows_me = others.empty() && options.users.find(kMe) != options.users.end();
  return {knows_me ? std::string(kMe) : "", chat.peer};
}

// The text as it is shown, and the addresses behind its links.
struct Text {
  std::string shown;
  json links = json::array();
};

Made<Text> text_of_message(const json& message) {
  const bool entities = !array_of(message, "text_entities").empty();
  const char* name = entities ? "text_entities" : "text";
  const json& source = member_of(message, name);
  Text out;
  if (source.is_string()) out.shown = string_of(source);
  if (source.is_string() || source.is_null()) return out;
  if (!source.is_array()) {
    return broken(pointer_to("", name), "a text, or a list of its parts",
                  json_type_and_value(source));
  }
  for (std::size_t i = 0; i < source.size(); ++i) {
    const json& part = source[i];
    const json& text = part.is_object() ? member_of(part, "text") : part;
    if (!text.is_string()) {
      return broken(pointer_to(pointer_to("", name), i), "a text, or an object with \"text\"",
                    json_type_and_value(part));
    }
    out.shown += string_of(text);
    if (!string_of(part, "href").empty()) out.links.push_back(string_of(part, "href"));
  }
  return out;
}

bool was_exported(std::string_view file) {
  for (const std::string_view why : {"(File not included", "(File exceeds maximum size",
                                     "(File unavailable", "(Photo not included"}) {
    if (file.find(why) != file.npos) return false;
  }
  return true;
}

MessageType type_of_file(const json& message) {
  const std::string& media_type = string_of(message, "media_type");
  for (const MediaTypeRow& row : kFileTypes) {
    if (row.media_type == media_type) return row.type;
  }
  if (media_type != "sticker") return kFile;
  const std::string& mime = string_of(message, "mime_type");
  return mime.empty() ? media_type_of_name(string_of(message, "file")) == kImage ? kImage : kFile
         : media_type_of_mime(mime) == kImage ? kImage
                                              : kFile;
}

Made<MessagePart> file_part(const json& message, const char* name, const FormatOptions& options) {
  const bool photo = std::string_view(name) == "photo";
  const std::string& file = string_of(message, name);
  if (file.empty() || !was_exported(file)) {
    return lost_medium(pointer_to("", name), "a file that was exported with the messages",
                       json_type_and_value(message[name]));
  }
  auto url = medium_url(pointer_to("", name), file, options);
  if (!url) return tl::unexpected(std::move(url.error()));
  Media media;
  media.type = photo ? kImage : type_of_file(message);
  media.url = *std::move(url);
  media.file_name = photo ? "" : string_of(message, "file_name");
  media.size = integer_of(message, photo ? "photo_file_size" : "file_size");
  media.width = integer_of(message, "width").value_or(0);
  media.height = integer_of(message, "height").value_or(0);
  media.duration_s = rounded_of(message, "duration_seconds");
  return media_part(media);
}

Made<std::vector<MessagePart>> parts_of(const json& message, std::string text, Conversion& out) {
  MessageParts parts(out);
  parts.add_text(std::move(text));
  for (const char* name : {"photo", "file"}) {
    if (!message.contains(name)) continue;
    auto added = parts.add(file_part(message, name, out.options()));
    if (!added) return tl::unexpected(std::move(added.error()));
  }
  for (const CustomMembers& row : custom_rows()) {
    if (!message.contains(row.members.front())) continue;
    json kept = json::object();
    for (const char* name : row.members) {
      if (message.contains(name)) kept[name] = message[name];
    }
    const json::json_pointer searched(row.searched);
    static_cast<void>(
        parts.add(custom_part(row.sub_msg_type, json_line(kept),
                              kept.contains(searched) ? string_of(kept[searched]) : "")));
  }
  return parts.take(broken("/text", "a text or a medium", "neither"));
}

class TelegramMessages {
 public:
  TelegramMessages(const std::filesystem::path& path, Export& all, Conversion& out)
      : path_(path), all_(all), out_(out) {}

  Result<void> take(ChatPlace place, const JsonElement& element) {
    // Options that are missing are asked for, once: that is an Error, not a bad message.
    if (auto zone = demand_zone(place, element.value); !zone) return zone;
    json record = json::object();
    const auto made = fill(all_.chats[place], element, record);
    if (!made) return report(element.source_place(), made.error(), record, out_);
    return out_.message(element.source_place(), record);
  }

 private:
  static const ChatRow* row_of(const Chat& chat) {
    for (const ChatRow& row : kChatTypes) {
      if (row.type == chat.type) return &row;
    }
    return nullptr;
  }

  Result<void> demand_zone(ChatPlace place, const json& message) {
    const ChatRow* chat = row_of(all_.chats[place]);
    const bool wanted = chat != nullptr && chat->skipped.empty() &&
                        string_of(message, "type") == "message" &&
                        member_of(message, "date_unixtime").is_null() &&
                        parse_local_time(string_of(message, "date")).has_value();
    if (zone_ || !wanted) return {};
    auto zone = TimeZone::demand(out_.options(), path_, string_of(message, "date"));
    if (!zone) return tl::unexpected(zone.error());
    zone_ = *zone;
    return {};
  }

  // Fills `record`, as far as it comes.
  Made<void> fill(Chat& chat, const JsonElement& element, json& record) {
    const json& message = element.value;
    if (std::string id = id_of(message, "id"); !id.empty()) record["Id"] = std::move(id);
    const ChatRow* row = row_of(chat);
    if (row == nullptr) return broken("", "a chat of a known type", quote(chat.type));
    if (!row->skipped.empty()) return left_out(row->skipped);
    if (auto is = check_type(message); !is) return is;
    if (element.problem) return tl::unexpected(NoMessage{{}, *element.problem});

    if (auto done = put_users(chat, message, record); !done) return done;
    out_.person(string_of(record, "FromUserId"), string_of(message, "from"), "");
    out_.person(chat.peer, chat.name, "");  // who may have written nothing
    auto time = time_of(message, chat.last_ms);
    if (!time) return tl::unexpected(time.error());
    record["SendMessageTime"] = *time;
    auto text = text_of_message(message);
    if (!text) return tl::unexpected(text.error());
    auto parts = parts_of(message, std::move(text->shown), out_);
    if (!parts) return tl::unexpected(parts.error());

    chat.last_ms = *time;
    put_parts(*parts, record);
    put_extended_data(message, std::move(text->links), record);
    for (std::size_t i = 0; i < array_of(message, "reactions").size(); ++i) {
      out_.skipped("reactions");
    }
    return {};
  }

  static Made<void> check_type(const json& message) {
    const json& type = member_of(message, "type");
    const bool call = string_of(message, "action") == "phone_call";
    if (type == "service") return left_out(call ? kCalls : kServiceMessages);
    if (type == "unsupported") {
      return broken("/type", "a message that Telegram Desktop could export", "\"unsupported\"");
    }
    if (type != "message") return broken("/type", "\"message\"", json_type_and_value(type));
    return {};
  }

  Made<void> put_users(const Chat& chat, const json& message, json& record) const {
    const auto [one, other] = users_of(chat, all_, out_.options());
    const std::string from = user_of(member_of(message, "from_id"));
    if (one == other) return left_out(kToOneself);
    if (one.empty() || other.empty()) {
      return broken("",
                    "both users: in personal_information, as who else wrote here, or \"me\" in "
                    "--users",
                    quote(one.empty() ? other : one) + " only");
    }
    if (from != one && from != other) {
      return broken("/from_id", fmt::format("{} or {}", quote(one), quote(other)),
                    json_type_and_value(member_of(message, "from_id")));
    }
    record["FromUserId"] = from;
    record["ToUserId"] = from == one ? other : one;
    return {};
  }

  Made<std::int64_t> time_of(const json& message, std::int64_t last_ms) {
    const json& unix_time = member_of(message, "date_unixtime");
    if (!unix_time.is_null()) {
      const auto seconds = loose_integer_of(message, "date_unixtime");
      constexpr std::int64_t kMaxSeconds = 253402300799;  // the year 9999
      if (!seconds || *seconds < 0 || *seconds > kMaxSeconds) {
        return broken("/date_unixtime", "Unix seconds", json_type_and_value(unix_time));
      }
      return *seconds * kMillisPerSecond;
    }
    const json& date = member_of(message, "date");
    const auto local = parse_local_time(string_of(date));
    if (!local || !zone_) {
      return broken("/date", "a time such as 2019-07-12T16:55:33", json_type_and_value(date));
    }
    const ZonedTime time = zone_->to_unix_ms(*local, last_ms);
    count_local_time(time.kind, out_);
    return time.unix_ms;
  }

  static void put_extended_data(const json& message, json links, json& record) {
    json kept = json::object();
    for (const char* name : {"reply_to_message_id", "reply_to_peer_id", "forwarded_from"}) {
      if (!member_of(message, name).is_null()) kept[name] = message[name];
    }
    if (!links.empty()) kept["links"] = std::move(links);
    if (!kept.empty()) record["ExtendedData"] = json_line(kept);
  }

  const std::filesystem::path& path_;
  Export& all_;
  Conversion& out_;
  std::optional<TimeZone> zone_;
};

Result<void> convert_telegram(const std::filesystem::path& path, Conversion& out) {
  static constexpr std::array<std::string_view, 3> kMessages{
      "/messages/*", "/chats/list/*/messages/*", "/left_chats/list/*/messages/*"};
  auto all = read_export(path);
  if (!all) return tl::unexpected(all.error());
  out.note(
      "telegram is one user's export: it lacks what that user deleted and cannot say what the "
      "other did, so both users get every message");
  JsonReading reading;
  reading.mend_telegram = true;
  reading.repaired_escape = [&out] { out.repaired("control characters written as \\x07"); };
  reading.repaired_path = [&out] { out.repaired("paths without quotes"); };
  TelegramMessages messages(path, *all, out);
  return read_json_elements(
      path, kMessages,
      [&messages](JsonElement& element) {
        const auto list = static_cast<ChatList>(element.path);
        return messages.take(place_of(list, element), element);
      },
      reading);
}

}  // namespace

bool is_telegram(std::string_view head, const std::filesystem::path& /*path*/) {
  static constexpr std::array<std::string_view, 9> kSigns{
      "/personal_information", "/messages/*/from_id", "/messages/*/actor_id",
      "/messages/*/date_unixtime", "/messages/*/text_entities", "/chats/list/*/messages",
      // An empty chat has these three.
      "/name", "/type", "/messages"};
  JsonReading reading;
  reading.mend_telegram = true;
  const auto seen = json_paths_in(head, kSigns, reading);
  return std::find(seen.begin(), seen.begin() + 6, true) != seen.begin() + 6 ||
         (seen[6] && seen[7] && seen[8]);
}

Result<std::unique_ptr<SourceReader>> open_telegram(const std::filesystem::path& path,
                                                    const FormatOptions& options) {
  return open_converted("telegram", path, options, convert_telegram);
}

}  // namespace zimmock::client
