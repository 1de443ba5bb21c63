// Tencent Chat (IM): answers of admin_getroammsg, or bodies of importmsg; one or several documents,
// as JSON Lines or not, or one array of them. It is read twice: who deleted what is said by all of
// it together.
//
// An answer does not say whose list it is, so Operator_Account and Peer_Account of its request must
// be put beside its MsgList:
//
//   {"Operator_Account":"user1","Peer_Account":"user2","ActionStatus":"OK","Complete":1,
//    "MsgList":[..]}
//
// Pull each conversation twice, with the two users in turn as the operator, and every page of it: a
// message that only one of the two lists has was deleted by the other user. An answer that failed,
// or a list without its last page (Complete 1), is an Error, for what is missing would be taken as
// deleted. A conversation pulled for one user, and bodies of importmsg, cannot say who deleted
// what: both users get those.
//
//   From_Account, To_Account        FromUserId, ToUserId
//   MsgTimeStamp (seconds)          SendMessageTime; those of one second are set 1 ms apart in the
//                                   order of MsgSeq, which is theirs by Tencent's documents
//   MsgSeq_MsgRandom_MsgTimeStamp   Id; that is MsgKey
//   TIMTextElem                     type 1
//   TIMImageElem                    type 11 of ImageInfoArray's Type 1, with 2 as LargeImage and 3
//                                   as Thumbnail; without a size 12
//   TIMFileElem                     type 12
//   TIMSoundElem                    type 13
//   TIMVideoFileElem                type 14
//   TIMCustomElem                   type 200, SubMsgType 1 \.
//   TIMFaceElem                     type 200, SubMsgType 2  > Message: MsgContent in JSON
//   TIMLocationElem                 type 200, SubMsgType 3 /
//   several elements                type 10
//   CloudCustomData                 ExtendedData
//
// Skipped: MsgFlagBits 8, recalled; messages with a GroupId; messages to oneself; copies, which are
// the same message in another list or page. Left out: IsPeerRead (ZIM imports no read states),
// OfflinePushInfo, SyncFromOldSystem.

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/message_parts.h"
#include "client/formats/rows.h"
#include "client/formats/skipped_kinds.h"
#include "client/formats/tencent_views.h"
#include "contracts/api/clock.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kRecalledFlag = 8;

// --- elements ---

std::string_view ending_of_image(const json& content) {
  switch (integer_of(content, "ImageFormat").value_or(0)) {
    case 1:
      return ".jpg";
    case 2:
      return ".gif";
    case 3:
      return ".png";
    case 4:
      return ".bmp";
    default:
      return "";
  }
}

// Small pictures that cannot be fetched are left out.
Picture small_picture(const json& content, const char* url, const char* width, const char* height,
                      const FormatOptions& options) {
  return {media_url(string_of(content, url), options).value_or(""),
          integer_of(content, width).value_or(0), integer_of(content, height).value_or(0)};
}

Made<MessagePart> image_part(const json& content, const std::string& at,
                             const FormatOptions& options) {
  Media media;
  media.type = kImage;
  media.uid = string_of(content, "UUID");
  const std::string_view ending = ending_of_image(content);
  if (!media.uid.empty() && !ending.empty()) media.file_name = media.uid + std::string(ending);
  const json& pictures = array_of(content, "ImageInfoArray");
  const json* origin = nullptr;
  std::string origin_at;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const json& picture = pictures[i];
    const auto type = integer_of(picture, "Type");
    if (type == 1 && origin == nullptr) {
      origin = &picture;
      origin_at = pointer_to(at + "/ImageInfoArray", i) + "/URL";
    }
    if (type == 2) media.large = small_picture(picture, "URL", "Width", "Height", options);
    if (type == 3) media.thumbnail = small_picture(picture, "URL", "Width", "Height", options);
  }
  if (origin == nullptr) {
    return broken(at + "/ImageInfoArray", "an original picture, Type 1",
                  json_type_and_value(member_of(content, "ImageInfoArray")));
  }
  auto url = medium_url(origin_at, string_of(*origin, "URL"), options);
  if (!url) return tl::unexpected(std::move(url.error()));
  media.url = *std::move(url);
  media.width = integer_of(*origin, "Width").value_or(0);
  media.height = integer_of(*origin, "Height").value_or(0);
  media.size = loose_integer_of(*origin, "Size");
  return media_part(media);
}

// The members that files, sounds and videos have under different names; "" for none.
struct FileRow {
  std::string_view element;
  MessageType type;
  const char *url, *uid, *size, *seconds;
};
constexpr FileRow kFileElements[] = {
    {"TIMFileElem", kFile, "Url", "UUID", "FileSize", ""},
    {"TIMSoundElem", kAudio, "Url", "UUID", "Size", "Second"},
    {"TIMVideoFileElem", kVideo, "VideoUrl", "VideoUUID", "VideoSize", "VideoSecond"}};

Made<MessagePart> file_part(const FileRow& row, const json& content, const std::string& at,
                            const FormatOptions& options) {
  auto url = medium_url(pointer_to(at, row.url), string_of(content, row.url), options);
  if (!url) return tl::unexpected(std::move(url.error()));
  Media media;
  media.type = row.type;
  media.url = *std::move(url);
  media.uid = string_of(content, row.uid);
  media.size = loose_integer_of(content, row.size);
  media.duration_s = rounded_of(content, row.seconds);
  media.file_name = string_of(content, "FileName");
  const std::string& format = string_of(content, "VideoFormat");
  if (media.file_name.empty() && !media.uid.empty() && !format.empty()) {
    media.file_name = media.uid + "." + format;
  }
  if (row.type == kVideo) {
    media.thumbnail = small_picture(content, "ThumbUrl", "ThumbWidth", "ThumbHeight", options);
  }
  return media_part(media);
}

struct CustomRow {
  std::string_view element;
  std::int64_t sub_msg_type;
  const char* searched;
};
constexpr CustomRow kCustomElements[] = {
    {"TIMCustomElem", 1, "Desc"}, {"TIMFaceElem", 2, "Data"}, {"TIMLocationElem", 3, "Desc"}};

Made<MessagePart> part_of(const json& element, const std::string& at,
                          const FormatOptions& options) {
  const std::string& type = string_of(element, "MsgType");
  const json& content = member_of(element, "MsgContent");
  const std::string inside = at + "/MsgContent";
  if (!content.is_object()) return broken(inside, "an object", json_type_and_value(content));
  if (type == "TIMTextElem") {
    const json& text = member_of(content, "Text");
    if (!text.is_string()) return broken(inside + "/Text", "a text", json_type_and_value(text));
    return text_part(string_of(text));
  }
  if (type == "TIMImageElem") return image_part(content, inside, options);
  for (const FileRow& row : kFileElements) {
    if (row.element == type) return file_part(row, content, inside, options);
  }
  for (const CustomRow& row : kCustomElements) {
    if (row.element != type) continue;
    return custom_part(row.sub_msg_type, json_line(content), string_of(content, row.searched));
  }
  return broken(at + "/MsgType", "an element that importmsg takes, such as TIMTextElem",
                json_type_and_value(member_of(element, "MsgType")));
}

Made<std::vector<MessagePart>> tencent_parts(const json& message, Conversion& out) {
  const json& body = member_of(message, "MsgBody");
  if (!body.is_array() || body.empty()) {
    return broken("/MsgBody", "an array of elements", json_type_and_value(body));
  }
  MessageParts parts(out);
  for (std::size_t i = 0; i < body.size(); ++i) {
    auto added = parts.add(part_of(body[i], pointer_to("/MsgBody", i), out.options()));
    if (!added) return tl::unexpected(std::move(added.error()));
  }
  return parts.take(broken("/MsgBody", "an array of elements", json_type_and_value(body)));
}

// --- messages ---

std::optional<std::uint32_t> number_of(const json& message, const char* name) {
  const auto value = loose_integer_of(message, name);
  if (!value || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max()) return {};
  return static_cast<std::uint32_t>(*value);
}

// `viewer` and `peer` are "" for a body of importmsg.
Made<TencentMessage> identity_of(const json& message, const std::string& viewer,
                                 const std::string& peer) {
  if (!message.is_object()) return broken("", "an object", json_type_and_value(message));
  if (message.contains("GroupId")) return left_out(kOfGroups);
  TencentMessage out;
  for (const auto& [name, user] : {std::pair{"From_Account", &out.from}, {"To_Account", &out.to}}) {
    *user = string_of(message, name);
    const bool allowed = viewer.empty() || *user == viewer || *user == peer;
    if (user->empty() || !allowed) {
      return broken(pointer_to("", name),
                    viewer.empty() ? "a user id" : "Operator_Account or Peer_Account",
                    json_type_and_value(member_of(message, name)));
    }
  }
  if (out.from == out.to) return left_out(kToOneself);
  const auto second = number_of(message, "MsgTimeStamp");
  if (!second) {
    return broken("/MsgTimeStamp", "Unix seconds",
                  json_type_and_value(member_of(message, "MsgTimeStamp")));
  }
  if ((loose_integer_of(message, "MsgFlagBits").value_or(0) & kRecalledFlag) != 0) {
    return left_out("recalled messages");
  }
  out.second = *second;
  out.seq = number_of(message, "MsgSeq");
  out.random = number_of(message, "MsgRandom");
  return out;
}

// Fills `record`, as far as it comes.
Made<void> fill(const json& message, const TencentMessage& identity, TencentViews::Fate fate,
                Conversion& out, json& record) {
  record = {{"FromUserId", identity.from},
            {"ToUserId", identity.to},
            {"SendMessageTime", identity.second * kMillisPerSecond + fate.place}};
  if (identity.seq || identity.random) {
    record["Id"] = fmt::format("{}_{}_{}", identity.seq.value_or(0), identity.random.value_or(0),
                               identity.second);
  }
  auto parts = tencent_parts(message, out);
  if (!parts) return tl::unexpected(parts.error());
  if (fate.from_sees == 0 || fate.to_sees == 0) {
    record["VisibleTo"] = {fate.from_sees == 1 ? identity.from : identity.to};
  }
  put_parts(*parts, record);
  const std::string& custom = string_of(message, "CloudCustomData");
  if (!custom.empty()) record["ExtendedData"] = custom;
  return {};
}

// --- the file ---

// One thing in the file.
struct Source {
  SourcePlace place;
  const json& document;
  std::string viewer;  // of an answer
  std::string peer;

  bool answer() const { return document.contains("MsgList"); }
  // Of an answer all messages; else the document itself.
  std::size_t count() const { return answer() ? array_of(document, "MsgList").size() : 1; }
  const json& message(std::size_t i) const {
    return answer() ? array_of(document, "MsgList")[i] : document;
  }
  SourcePlace place_of(std::size_t i) const {
    if (!answer()) return place;
    return {place.line, pointer_to(place.pointer + "/MsgList", i)};
  }
};

Source source_of(const JsonElement& element) {
  return {element.source_place(), element.value, string_of(element.value, "Operator_Account"),
          string_of(element.value, "Peer_Account")};
}

class Tencent {
 public:
  Tencent(const std::filesystem::path& path, Conversion& out) : path_(path), out_(out) {}

  Result<void> convert() {
    auto looked = read_json_documents(path_, [this](JsonElement& element) -> Result<void> {
      const Source source = source_of(element);
      if (!element.problem) return look_at(source);
      if (!source.answer()) return {};
      return refuse(source, ErrorKind::kInput,
                    fmt::format("{}: expected {}, got {}", element.problem->pointer,
                                element.problem->expected, element.problem->got));
    });
    if (!looked) return looked;
    for (const auto& [users, complete] : complete_) {
      if (complete) continue;
      return fail(ErrorKind::kInput,
                  fmt::format("{}: expected every page of the list of {} with {}, got none with "
                              "\"Complete\": 1",
                              path_.string(), quote(users.first), quote(users.second)));
    }
    views_.settle();
    give_notes();
    return read_json_documents(path_, [this](JsonElement& element) -> Result<void> {
      if (element.problem) return out_.bad(element.source_place(), *element.problem, nullptr);
      return convert(source_of(element));
    });
  }

 private:
  tl::unexpected<Error> refuse(const Source& source, ErrorKind kind, std::string_view what) const {
    return fail(kind, fmt::format("{}: line {}: {}", path_.string(), source.place.line, what));
  }

  Result<void> look_at(const Source& source) {
    if (source.answer()) {
      if (auto is = check_answer(source); !is) return is;
    } else if (source.document.contains("MsgBody")) {
      imported_ = true;
    }
    for (std::size_t i = 0; i < source.count(); ++i) {
      const auto identity = identity_of(source.message(i), source.viewer, source.peer);
      if (identity) {
        views_.add(*identity, source.viewer);
      } else {
        views_.add_none();
      }
    }
    return {};
  }

  Result<void> check_answer(const Source& source) {
    const json& answer = source.document;
    if (loose_integer_of(answer, "ErrorCode").value_or(0) != 0) {
      return refuse(source, ErrorKind::kInput,
                    fmt::format("expected an answer that succeeded, got ErrorCode {}: {}",
                                answer["ErrorCode"].dump(), quote(string_of(answer, "ErrorInfo"))));
    }
    if (!answer["MsgList"].is_array()) {
      return refuse(source, ErrorKind::kInput,
                    "/MsgList: expected an array, got " + json_type_and_value(answer["MsgList"]));
    }
    if (source.viewer.empty() || source.peer.empty()) {
      return refuse(source, ErrorKind::kUsage,
                    "expected Operator_Account and Peer_Account of the request beside MsgList, for "
                    "that does not say whose list it is; put them there, such as with jq -c '. + "
                    "{Operator_Account: \"user1\", Peer_Account: \"user2\"}'");
    }
    if (source.viewer == source.peer) return {};  // what one has written to oneself
    views_.pulled(source.viewer, source.peer);
    complete_[{source.viewer, source.peer}] |= loose_integer_of(answer, "Complete") == 1;
    return {};
  }

  void give_notes() {
    if (imported_) {
      out_.note(
          "tencent's bodies of importmsg cannot say who deleted what, so both users get every "
          "message");
    }
    if (views_.one_sided() > 0) {
      out_.note(fmt::format(
          "tencent's lists of {} of {} conversations were pulled for one user only, so both users "
          "get what that one has",
          views_.one_sided(), views_.conversations()));
    }
    if (views_.one_sided() < views_.conversations()) {
      out_.note(
          "tencent's lists were pulled for both users, so what only one list has counts as deleted "
          "by the other user: both must be of the same times");
    }
  }

  Result<void> convert(const Source& source) {
    if (!source.answer() && !source.document.contains("MsgBody")) {
      ++number_;
      return out_.bad(source.place,
                      {"", "an answer with MsgList or a message with MsgBody",
                       json_type_and_value(source.document)},
                      nullptr);
    }
    for (std::size_t i = 0; i < source.count(); ++i) {
      json record;
      const auto made = fill_at(source, i, record);
      auto done = made ? out_.message(source.place_of(i), record)
                       : report(source.place_of(i), made.error(), record, out_);
      if (!done) return done;
    }
    return {};
  }

  Made<void> fill_at(const Source& source, std::size_t i, json& record) {
    const TencentViews::Fate fate = views_.fate(number_++);
    auto identity = identity_of(source.message(i), source.viewer, source.peer);
    if (!identity) return tl::unexpected(identity.error());
    if (fate.first == 0) return left_out("copies of messages in another list or page");
    if (fate.place > 0) out_.repaired("times of the same second, set 1 ms apart by MsgSeq");
    return fill(source.message(i), *identity, fate, out_, record);
  }

  const std::filesystem::path& path_;
  Conversion& out_;
  TencentViews views_;
  std::map<std::pair<std::string, std::string>, bool> complete_;  // by operator and peer
  bool imported_ = false;
  std::size_t number_ = 0;  // of the message that comes next, in views_
};

Result<void> convert_tencent(const std::filesystem::path& path, Conversion& out) {
  return Tencent(path, out).convert();
}

}  // namespace

bool is_tencent(std::string_view head, const std::filesystem::path& /*path*/) {
  return has_json_path(head, {"/MsgList", "/*/MsgList", "/MsgBody", "/*/MsgBody"});
}

Result<std::unique_ptr<SourceReader>> open_tencent(const std::filesystem::path& path,
                                                   const FormatOptions& options) {
  return open_converted("tencent", path, options, convert_tencent);
}

}  // namespace zimmock::client
