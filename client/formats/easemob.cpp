#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_elements.h"
#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/message_parts.h"
#include "client/formats/rows.h"
#include "client/formats/skipped_kinds.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

// Easemob's (Agora Chat's) history files, GET chatmessages/{hour}, unpacked: a message a line, or
// an array of them.
//
//   source                                    ZIM
//   msg_id                                    Id
//   from, to (chat_type "chat")               FromUserId, ToUserId
//   timestamp (ms)                            SendMessageTime
//   payload.bodies[] txt {msg}                1
//     img {url, filename, file_length,        11
//       size {width, height}}
//     file; audio {length}; video {length,    12; 13; 14
//       thumb, size}
//     loc, custom                             200, SubMsgType 0, the body as JSON in Message;
//                                             SearchedContent: the address of loc
//   several bodies                            10
//   payload.ext                               ExtendedData, as JSON
//   a second copy of a msg_id ("incoming")    left out
//   cmd                                       left out: a command for programs, no message
//   from and to the same                      left out: messages to oneself
//   groupchat, chatroom                       left out: messages of groups
//
// A URL with a "secret" is readable for Easemob's users only, so it needs --media-map. What one
// user has deleted on his side is not said.

namespace zimmock::client {
namespace {

using json = nlohmann::json;

// Which ids have been seen, in 8 bytes each at best: a file may have millions. It keeps 64 bits of
// a hash: of ten million ids, two have the same with a chance of 1 in 400,000.
class SeenIds {
 public:
  // False if the id was added before.
  bool add(std::string_view id) {
    std::uint64_t hash = 14695981039346656037U;  // FNV-1a
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    if ((count_ + 1) * 4 > slots_.size() * 3) grow();
    if (!insert(mixed(hash))) return false;
    ++count_;
    return true;
  }

 private:
  // FNV's low bits alone would cluster; 0 stands for an empty slot.
  static std::uint64_t mixed(std::uint64_t hash) {
    hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDU;
    hash ^= hash >> 33;
    return hash == 0 ? 1 : hash;
  }

  bool insert(std::uint64_t hash) {
    std::size_t at = static_cast<std::size_t>(hash) & (slots_.size() - 1);
    for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == hash) return false;
    }
    slots_[at] = hash;
    return true;
  }

  void grow() {
    std::vector<std::uint64_t> old(std::max<std::size_t>(1024, slots_.size() * 2));
    old.swap(slots_);
    for (const std::uint64_t hash : old) {
      if (hash != 0) insert(hash);
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
};

class EasemobReader {
 public:
  explicit EasemobReader(Conversion& out) : out_(out) {}

  Result<void> read(const JsonElement& item) {
    const json& record = item.value;
    place_ = item.source_place();
    known_ = known_of(record);
    const json& payload = member_of(record, "payload");
    if (!payload.is_object()) return bad("/payload", "an object", member_of(record, "payload"));
    constexpr std::string_view kGroups[] = {"groupchat", "chatroom"};
    const std::string& chat_type = string_of(record, "chat_type");
    if (chat_type == kGroups[0] || chat_type == kGroups[1]) {
      out_.skipped(kOfGroups);
      return {};
    }
    if (chat_type != "chat") {
      return bad("/chat_type", "chat, groupchat or chatroom", member_of(record, "chat_type"));
    }
    const std::string id = id_of(record, "msg_id");
    if (id.empty()) return bad("/msg_id", "an id", member_of(record, "msg_id"));
    // An id counts within its conversation.
    std::array users{id_of(record, "from"), id_of(record, "to")};
    std::sort(users.begin(), users.end());
    if (!seen_.add(json_line({users[0], users[1], id}))) {
      out_.skipped("second copies of messages");
      return {};
    }
    return message(record, payload, id);
  }

 private:
  static json known_of(const json& record) {
    return {{"Id", id_of(record, "msg_id")},
            {"FromUserId", id_of(record, "from")},
            {"ToUserId", id_of(record, "to")},
            {"SendMessageTime", loose_integer_of(record, "timestamp").value_or(0)}};
  }

  Result<void> bad(std::string pointer, std::string expected, const json& got) {
    return out_.bad(place_, {std::move(pointer), std::move(expected), json_type_and_value(got)},
                    known_);
  }

  Result<void> message(const json& record, const json& payload, const std::string& id) {
    json out{{"Id", id}};
    for (const auto& [name, into] :
         {std::pair{"from", "FromUserId"}, std::pair{"to", "ToUserId"}}) {
      std::string user = id_of(record, name);
      if (user.empty()) return bad(fmt::format("/{}", name), "a user", member_of(record, name));
      out[into] = std::move(user);
    }
    if (out["FromUserId"] == out["ToUserId"]) {
      out_.skipped(kToOneself);
      return {};
    }
    const auto time = loose_integer_of(record, "timestamp");
    if (!time || *time <= 0)
      return bad("/timestamp", "Unix milliseconds", member_of(record, "timestamp"));
    out["SendMessageTime"] = *time;
    const json& ext = member_of(payload, "ext");
    if (ext.is_object() && !ext.empty()) out["ExtendedData"] = json_line(ext);
    return bodies(payload, std::move(out));
  }

  Result<void> bodies(const json& payload, json record) {
    const std::string base = "/payload/bodies";
    const json& list = array_of(payload, "bodies");
    if (list.empty()) return bad(base, "one body or several", member_of(payload, "bodies"));
    MessageParts parts(out_);
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (string_of(list[i], "type") == "cmd") continue;
      const auto added = parts.add(part_of(list[i], pointer_to(base, i)));
      if (!added) return report(place_, added.error(), known_, out_);
    }
    const auto all = parts.take(left_out("commands"));
    if (!all) return report(place_, all.error(), known_, out_);
    put_parts(*all, record);
    return out_.message(place_, record);
  }

  Made<MessagePart> part_of(const json& body, const std::string& pointer) const {
    const std::string& type = string_of(body, "type");
    if (type == "txt") return text_part(string_of(body, "msg"));
    if (type == "loc") return custom_part(0, json_line(body), string_of(body, "addr"));
    if (type == "custom") return custom_part(0, json_line(body), "");
    struct Row {
      std::string_view name;
      MessageType type;
    };
    constexpr Row kMedia[] = {
        {"img", kImage}, {"file", kFile}, {"audio", kAudio}, {"video", kVideo}};
    for (const Row& row : kMedia) {
      if (row.name == type) return media_of(body, row.type, pointer);
    }
    const std::vector<std::string_view> known{"txt",   "img", "file",   "audio",
                                              "video", "loc", "custom", "cmd"};
    return broken(pointer + "/type",
                  fmt::format("{}{}", fmt::join(known, ", "), did_you_mean(type, known)),
                  json_type_and_value(member_of(body, "type")));
  }

  Made<MessagePart> media_of(const json& body, MessageType type, const std::string& pointer) const {
    const std::string& source = string_of(body, "url");
    Media media;
    auto url = medium_url(pointer + "/url", source, out_.options());
    if (!url) return tl::unexpected(std::move(url.error()));
    if (*url == source && !string_of(body, "secret").empty()) {
      return without_public_url(pointer + "/url",
                                "a URL that needs no secret, which --media-map makes of it",
                                quote(source), string_of(body, "filename"));
    }
    media.type = type;
    media.url = *std::move(url);
    media.file_name = string_of(body, "filename");
    media.size = loose_integer_of(body, "file_length");
    const json& size = member_of(body, "size");
    const Picture measured{"", loose_integer_of(size, "width").value_or(0),
                           loose_integer_of(size, "height").value_or(0)};
    if (type == kImage) {
      media.width = measured.width;
      media.height = measured.height;
    } else {
      media.duration_s = loose_integer_of(body, "length");
    }
    if (type == kVideo) {
      // One that cannot be fetched is left out: the video is there without it.
      const std::string& thumb = string_of(body, "thumb");
      const auto where = media_url(thumb, out_.options());
      const bool secret = where == thumb && !string_of(body, "thumb_secret").empty();
      if (where && !secret) media.thumbnail = {*where, measured.width, measured.height};
    }
    return media_part(media);
  }

  Conversion& out_;
  SeenIds seen_;
  SourcePlace place_;
  json known_;
};

Result<void> convert_easemob(const std::filesystem::path& path, Conversion& out) {
  out.note(
      "an Easemob history says nothing of messages that one user deleted on his side: both "
      "users get every message");
  EasemobReader reader(out);
  return read_json_items(path, [&](JsonElement& item) -> Result<void> {
    if (item.problem) return out.bad(item.source_place(), *item.problem, nullptr);
    return reader.read(item);
  });
}

}  // namespace

bool is_easemob(std::string_view head, const std::filesystem::path& /*path*/) {
  constexpr std::array<std::string_view, 4> kPaths{"/msg_id", "/payload", "/*/msg_id",
                                                   "/*/payload"};
  JsonReading several;
  several.several = true;
  const auto found = json_paths_in(head, kPaths, several);
  return (found[0] && found[1]) || (found[2] && found[3]);
}

Result<std::unique_ptr<SourceReader>> open_easemob(const std::filesystem::path& path,
                                                   const FormatOptions& options) {
  return open_converted("easemob", path, options, convert_easemob);
}

}  // namespace zimmock::client
