#include <array>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "contracts/api/answer_notes.h"
#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/operations/query_peer_msg.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

enum class Type { kString, kInteger, kZeroToTwo, kStringOrObject };

struct Member {
  std::string_view name;
  Type type;
};

constexpr Member kItem[] = {
    {"Sender", Type::kString},  {"MsgType", Type::kInteger}, {"SubMsgType", Type::kInteger},
    {"MsgBody", Type::kString}, {"MsgId", Type::kInteger},   {"MsgSeq", Type::kInteger},
    {"Payload", Type::kString}, {"MsgTime", Type::kInteger}, {"IsEmpty", Type::kZeroToTwo}};

constexpr std::string_view kNotReturned[] = {"SearchedContent", "Priority", "Uid"};

// A MsgBody's members, by the types that have them. (docs/zim-api.md section 6, documented)
constexpr Member kFileMembers[] = {{"md5", Type::kString},
                                   {"file_name", Type::kString},
                                   {"file_size", Type::kString},
                                   {"download_url", Type::kString}};
constexpr Member kDuration[] = {{"media_duration", Type::kString}};
constexpr Member kOriginImage[] = {{"origin_image_width", Type::kInteger},
                                   {"origin_image_height", Type::kInteger}};
constexpr Member kImageOptional[] = {
    {"large_image_download_url", Type::kString}, {"large_image_width", Type::kInteger},
    {"large_image_height", Type::kInteger},      {"thumbnail_download_url", Type::kString},
    {"thumbnail_width", Type::kInteger},         {"thumbnail_height", Type::kInteger}};
constexpr Member kVideoOptional[] = {{"video_first_frame_download_url", Type::kString},
                                     {"video_first_frame_width", Type::kInteger},
                                     {"video_first_frame_height", Type::kInteger}};
// Two of the vendor's pages have the content as a string, two as an object.
constexpr Member kMultiItem[] = {{"msg_type", Type::kInteger},
                                 {"callback_content", Type::kStringOrObject}};
constexpr Member kCustomItem[] = {{"sub_msg_type", Type::kInteger}};

bool has_type(const json& value, Type type) {
  if (type == Type::kString) return value.is_string();
  if (type == Type::kStringOrObject) return value.is_string() || value.is_object();
  if (!value.is_number_integer()) return false;
  return type == Type::kInteger || value == 0 || value == 1 || value == 2;
}

std::string_view name_of(Type type) {
  switch (type) {
    case Type::kString:
      return "a string";
    case Type::kInteger:
      return "an integer";
    case Type::kStringOrObject:
      return "a string or an object";
    default:
      return "0, 1 or 2";
  }
}

enum class Presence { kRequired, kOptional };

void check_members(RuleId id, const json& object, std::span<const Member> members,
                   Presence presence, const std::string& where, AnswerNotes& notes) {
  for (const auto& [name, type] : members) {
    const json* value = member(object, name);
    if (value == nullptr && presence == Presence::kOptional) continue;
    if (value != nullptr && has_type(*value, type)) continue;
    std::string got = got_of(value);
    if (value == nullptr && name == "IsEmpty" && member(object, "IsEempy") != nullptr) {
      got += ", but IsEempy, as one sample of the vendor misspells it";
    }
    notes.broken(id, pointer_to(where, name), std::string(name_of(type)), std::move(got));
  }
}

// Of bounded depth, because what looks into it goes as deep as it does.
std::optional<json> parse_document(std::string_view text) {
  constexpr std::int64_t kMaxDepth = 64;
  auto parsed = parse_json(text, {kMaxDepth, false});
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

void check_not_returned(const json& value, const std::string& where, AnswerNotes& notes) {
  if (value.is_object()) {
    for (const std::string_view name : kNotReturned) {
      if (const json* there = member(value, name)) {
        notes.broken(RuleId::kQueryNotReturned, pointer_to(where, name), "nothing", got_of(there));
      }
    }
  }
  if (!value.is_structured()) return;
  for (const auto& [key, inner] : value.items()) {
    if (inner.is_structured()) check_not_returned(inner, pointer_to(where, key), notes);
  }
}

void check_multi(const json& document, const std::string& where, AnswerNotes& notes) {
  const json* items = member(document, "multi_msg");
  if (items == nullptr || !items->is_array()) {
    notes.broken(RuleId::kQueryMedia, where + "/multi_msg", "an array", got_of(items));
    return;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    const json& item = (*items)[i];
    const std::string here = pointer_to(where + "/multi_msg", i);
    if (!item.is_object()) {
      notes.broken(RuleId::kQueryMedia, here, "an object", json_type_and_value(item));
      continue;
    }
    check_members(RuleId::kQueryMedia, item, kMultiItem, Presence::kRequired, here, notes);
    const json* type = member(item, "msg_type");
    const json* content = member(item, "callback_content");
    if (type == nullptr || !type->is_number_integer() || content == nullptr) continue;
    const bool custom = *type == kCustom;
    check_members(RuleId::kQueryMedia, item, kCustomItem,
                  custom ? Presence::kRequired : Presence::kOptional, here, notes);
    // A text's or custom message's content is the user's own: only documents are looked into.
    if (!is_media(type->get<std::int64_t>())) continue;
    const auto inner = content->is_string() ? parse_document(content->get_ref<const std::string&>())
                                            : std::optional(*content);
    if (inner) check_not_returned(*inner, here + "/callback_content", notes);
  }
}

void check_document(std::int64_t type, const json& document, const std::string& where,
                    AnswerNotes& notes) {
  const auto check = [&](std::span<const Member> members, Presence presence) {
    check_members(RuleId::kQueryMedia, document, members, presence, where, notes);
  };
  if (type == kMulti) return check_multi(document, where, notes);
  check(kFileMembers, Presence::kRequired);
  if (type == kImage) {
    check(kOriginImage, Presence::kRequired);
    check(kImageOptional, Presence::kOptional);
  }
  if (type == kAudio || type == kVideo) check(kDuration, Presence::kRequired);
  if (type == kVideo) check(kVideoOptional, Presence::kOptional);
}

void check_media_body(std::int64_t type, const std::string& body, const std::string& where,
                      AnswerNotes& notes) {
  notes.look_at(RuleId::kQueryMedia);
  if (body.find_first_of("{\"") != std::string::npos) {
    notes.broken(RuleId::kQueryMedia, where, "URL-encoded JSON",
                 "text that is not URL-encoded: " + quote(body, 40));
    return;
  }
  const auto document = parse_document(url_decode(body));
  if (!document || !document->is_object()) {
    notes.broken(RuleId::kQueryMedia, where, "a URL-encoded JSON object", quote(body, 40));
    return;
  }
  check_document(type, *document, where, notes);
  check_not_returned(*document, where, notes);
}

void check_item(const json& item, const std::string& where, AnswerNotes& notes) {
  if (!item.is_object()) {
    notes.broken(RuleId::kQueryItem, where, "an object", json_type_and_value(item));
    return;
  }
  check_members(RuleId::kQueryItem, item, kItem, Presence::kRequired, where, notes);
  notes.look_at(RuleId::kQueryNotReturned);
  for (const std::string_view name : kNotReturned) {
    if (const json* there = member(item, name)) {
      notes.broken(RuleId::kQueryNotReturned, pointer_to(where, name), "nothing", got_of(there));
    }
  }
  const json* type = member(item, "MsgType");
  const json* empty = member(item, "IsEmpty");
  const json* body = member(item, "MsgBody");
  if (type == nullptr || !type->is_number_integer() || body == nullptr || !body->is_string())
    return;
  const bool emptied = empty != nullptr && *empty != 0;
  if (emptied || !is_media(type->get<std::int64_t>())) return;
  check_media_body(type->get<std::int64_t>(), body->get_ref<const std::string&>(),
                   where + "/MsgBody", notes);
}

void check_order(const json& list, AnswerNotes& notes) {
  const json* newer = nullptr;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const json* time = list[i].is_object() ? member(list[i], "MsgTime") : nullptr;
    if (time == nullptr || !time->is_number_integer()) continue;
    if (newer != nullptr) {
      notes.look_at(RuleId::kQueryNewestFirst);
      if (*time > *newer) {
        notes.broken(RuleId::kQueryNewestFirst, pointer_to("/List", i) + "/MsgTime",
                     fmt::format("at most {}, as the item before", newer->dump()), time->dump());
      }
    }
    newer = time;
  }
}

}  // namespace

void check_query_answer(const json& answer, AnswerNotes& notes) {
  const json* next = member(answer, "Next");
  const json* list = member(answer, "List");
  // How a list without messages is answered is not documented.
  const bool empty = list == nullptr || list->is_null() || (list->is_array() && list->empty());
  if (next == nullptr || !next->is_number_integer()) {
    notes.broken(empty ? RuleId::kQueryEmpty : RuleId::kQueryPages, "/Next", "an integer",
                 got_of(next));
  }
  if (list == nullptr || !list->is_array()) {
    notes.broken(empty ? RuleId::kQueryEmpty : RuleId::kQueryItem, "/List", "an array",
                 got_of(list));
    return;
  }
  if (!list->empty()) notes.look_at(RuleId::kQueryItem);
  for (std::size_t i = 0; i < list->size(); ++i) {
    check_item((*list)[i], pointer_to("/List", i), notes);
  }
  check_order(*list, notes);
}

}  // namespace zimmock::inline contract
