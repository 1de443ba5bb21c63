#include "contracts/api/message_body.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;
using Kind = FieldReader::Kind;

constexpr std::array<std::int64_t, 7> kImportable{kText,  kMulti, kImage, kFile,
                                                  kAudio, kVideo, kCustom};

void check_not_negative(std::optional<std::int64_t> number, std::string pointer,
                        Findings& findings) {
  if (!number || *number >= 0) return;
  findings.refuse(RuleId::kMediaMember, std::move(pointer), "0 or more", std::to_string(*number));
}

void check_url(FieldReader& reader, Findings& findings) {
  const auto url = reader.required_string("Url");
  if (url && url->empty()) {
    findings.refuse(RuleId::kMediaMember, reader.pointer("Url"), "a URL", "\"\"");
  }
  check_max_bytes(url, kMaxUrlBytes, RuleId::kMediaUrlLength, reader.pointer("Url"), findings);
}

// An image's other sizes may lack any member, or all. (docs/zim-api.md section 5)
enum class SizeOf { kOrigin, kOtherSize, kVideoThumbnail };

void check_picture(const json* picture, const std::string& pointer, SizeOf size,
                   Findings& findings) {
  if (picture == nullptr) return;
  FieldReader reader(*picture, pointer, findings, Kind::kMedia);
  const bool required = size != SizeOf::kOtherSize;
  if (required) {
    check_url(reader, findings);
  } else {
    check_max_bytes(reader.optional_string("Url"), kMaxUrlBytes, RuleId::kMediaUrlLength,
                    reader.pointer("Url"), findings);
  }
  for (const std::string_view side : {"Width", "Height"}) {
    const auto pixels = required ? reader.required_int(side) : reader.optional_int(side);
    check_not_negative(pixels, reader.pointer(side), findings);
    if (size == SizeOf::kVideoThumbnail && pixels) findings.check(RuleId::kMediaThumbnailSize);
    if (size == SizeOf::kVideoThumbnail && pixels == 0) {
      findings.refuse(RuleId::kMediaThumbnailSize, reader.pointer(side), "more than 0", "0");
    }
  }
  reader.report_unknown();
}

void check_file_name(FieldReader& reader, Findings& findings) {
  check_max_bytes(reader.required_string("FileName"), kMaxFileNameBytes,
                  RuleId::kMediaFileNameLength, reader.pointer("FileName"), findings);
}

void check_image(FieldReader& reader, Findings& findings) {
  check_picture(reader.required_object("Origin"), reader.pointer("Origin"), SizeOf::kOrigin,
                findings);
  for (const std::string_view name : {"LargeImage", "Thumbnail"}) {
    check_picture(reader.optional_object(name), reader.pointer(name), SizeOf::kOtherSize, findings);
  }
}

void check_document(std::int64_t type, const json& document, const std::string& pointer,
                    Findings& findings) {
  FieldReader reader(document, pointer, findings, Kind::kMedia);
  reader.required_string("Uid");
  if (type == kImage) {
    check_image(reader, findings);
  } else {
    check_url(reader, findings);
  }
  check_file_name(reader, findings);
  check_not_negative(reader.optional_int("Size"), reader.pointer("Size"), findings);
  if (type == kAudio || type == kVideo) {
    check_not_negative(reader.optional_int("MediaDuration"), reader.pointer("MediaDuration"),
                       findings);
  }
  if (type == kVideo) {
    check_picture(reader.optional_object("Thumbnail"), reader.pointer("Thumbnail"),
                  SizeOf::kVideoThumbnail, findings);
  }
  reader.report_unknown();
}

// The document written in `text`, or nothing and a refusal.
std::optional<json> inner_document(std::string_view text, const std::string& pointer,
                                   const Profile& profile, Findings& findings) {
  findings.check(RuleId::kMediaIsJson);
  auto parsed = parse_json(text, {});
  if (!parsed) {
    findings.refuse(RuleId::kMediaIsJson, pointer, "a JSON object as a string", parsed.error().got);
    return std::nullopt;
  }
  if (!parsed->is_object()) {
    findings.refuse(RuleId::kMediaIsJson, pointer, "a JSON object as a string",
                    json_type_and_value(*parsed));
    return std::nullopt;
  }
  if (!profile.refuse_numbers_with_point) make_numbers_whole(*parsed);
  return std::move(*parsed);
}

void check_multi_item(const json& item, const std::string& pointer, const Profile& profile,
                      Findings& findings) {
  if (!item.is_object()) {
    findings.refuse(RuleId::kMediaMember, pointer, "an object", json_type_and_value(item));
    return;
  }
  FieldReader reader(item, pointer, findings, Kind::kMedia);
  const auto type = reader.required_int("MsgType");
  const auto sub_type = reader.optional_int("SubMsgType");
  const auto content = reader.required_string("Msg");
  const auto searched = reader.optional_string("SearchedContent");
  reader.report_unknown();
  const bool known = type && *type != kMulti &&
                     std::find(kImportable.begin(), kImportable.end(), *type) != kImportable.end();
  if (type) findings.check(RuleId::kMultiType);
  if (type && !known) {
    findings.refuse(RuleId::kMultiType, reader.pointer("MsgType"), "1, 11, 12, 13, 14 or 200",
                    std::to_string(*type));
  }
  if (type == kCustom) findings.check(RuleId::kImportSubMsgTypeNeeded);
  if (type == kCustom && !sub_type && !item.contains("SubMsgType")) {
    findings.refuse(RuleId::kImportSubMsgTypeNeeded, reader.pointer("SubMsgType"),
                    "an integer, because MsgType is 200", "nothing");
  }
  if (sub_type) findings.check(RuleId::kImportSubMsgTypeRange);
  if (sub_type && (*sub_type < 0 || *sub_type > kMaxSubMsgType)) {
    findings.refuse(RuleId::kImportSubMsgTypeRange, reader.pointer("SubMsgType"), "0 to 200",
                    std::to_string(*sub_type));
  }
  check_max_bytes(searched, kMaxSearchedContentBytes, RuleId::kImportSearchedLength,
                  reader.pointer("SearchedContent"), findings);
  if (!content) return;
  findings.check(RuleId::kMessageNotEmpty);
  if (content->empty()) {
    findings.refuse(RuleId::kMessageNotEmpty, reader.pointer("Msg"), "a text", "\"\"");
  } else if (known && is_media(*type)) {
    const std::string where = reader.pointer("Msg");
    if (const auto document = inner_document(*content, where, profile, findings)) {
      check_document(*type, *document, where, findings);
    }
  }
}

void check_multi(const json& document, const std::string& pointer, const Profile& profile,
                 Findings& findings) {
  FieldReader reader(document, pointer, findings, Kind::kMedia);
  const json* items = reader.required_array("MultiMsg");
  reader.report_unknown();
  if (items == nullptr) return;
  const std::string where = reader.pointer("MultiMsg");
  findings.check(RuleId::kMultiCount);
  if (items->empty() || items->size() > kMaxMultiItems) {
    findings.refuse(RuleId::kMultiCount, where, "1 to 20 items",
                    fmt::format("{} items", items->size()));
    return;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    check_multi_item((*items)[i], pointer_to(where, i), profile, findings);
  }
}

}  // namespace

std::span<const std::int64_t> importable_types() { return kImportable; }

std::string message_type_name(std::int64_t type) {
  switch (type) {
    case kText:
      return "text";
    case kCommand:
      return "command";
    case kMulti:
      return "multi-item";
    case kImage:
      return "image";
    case kFile:
      return "file";
    case kAudio:
      return "audio";
    case kVideo:
      return "video";
    case kBarrage:
      return "barrage";
    case kCustom:
      return "custom";
    default:
      return fmt::format("type {}", type);
  }
}

bool is_media(std::int64_t type) { return type >= kMulti && type <= kVideo; }

void check_message(std::int64_t type, std::string_view message, std::string_view pointer,
                   const Profile& profile, Findings& findings) {
  const std::string where(pointer);
  findings.check(RuleId::kMessageNotEmpty);
  if (message.empty()) {
    findings.refuse(RuleId::kMessageNotEmpty, where, "a text", "\"\"");
    return;
  }
  findings.check(RuleId::kMessageLength);
  const std::int64_t max = type == kMulti ? profile.max_multi_bytes : profile.max_message_bytes;
  if (static_cast<std::int64_t>(message.size()) > max) {
    findings.refuse(RuleId::kMessageLength, where, fmt::format("at most {} bytes of UTF-8", max),
                    fmt::format("{} bytes", message.size()));
  }
  if (!is_media(type)) return;
  const auto document = inner_document(message, where, profile, findings);
  if (!document) return;
  if (type == kMulti) {
    check_multi(*document, where, profile, findings);
  } else {
    check_document(type, *document, where, findings);
  }
}

}  // namespace zimmock::inline contract
