#include "contracts/api/returned_body.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/http.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

// What is written in a Message that was taken.
json inner_document(std::string_view message) {
  json out = json_or_discarded(message);
  make_numbers_whole(out);
  return out;
}

void add_picture(json& out, const json& document, const char* name, const std::string& prefix,
                 bool with_url) {
  const auto picture = document.find(name);
  if (picture == document.end()) return;
  for (const auto& [member, returned] :
       {std::pair{"Url", "download_url"}, std::pair{"Width", "width"},
        std::pair{"Height", "height"}}) {
    const auto found = picture->find(member);
    const bool url = found != picture->end() && found->is_string();
    if (found != picture->end() && (with_url || !url)) out[prefix + returned] = *found;
  }
}

json returned_document(std::int64_t type, const json& document) {
  json out{{"md5", ""}, {"file_name", document.at("FileName")}};
  out["file_size"] = std::to_string(document.value("Size", std::int64_t{0}));
  if (type == kImage) {
    out["download_url"] = document.at("Origin").at("Url");
    add_picture(out, document, "Origin", "origin_image_", false);
    add_picture(out, document, "LargeImage", "large_image_", true);
    add_picture(out, document, "Thumbnail", "thumbnail_", true);
    return out;
  }
  out["download_url"] = document.at("Url");
  if (type == kAudio || type == kVideo) {
    out["media_duration"] = std::to_string(document.value("MediaDuration", std::int64_t{0}));
  }
  if (type == kVideo) add_picture(out, document, "Thumbnail", "video_first_frame_", true);
  return out;
}

json returned_multi(const json& document) {
  json items = json::array();
  for (const json& item : document.at("MultiMsg")) {
    const auto type = item.at("MsgType").get<std::int64_t>();
    const auto& content = item.at("Msg").get_ref<const std::string&>();
    json& out = items.emplace_back(json{{"msg_type", type}});
    if (type == kCustom) out["sub_msg_type"] = item.value("SubMsgType", std::int64_t{0});
    out["callback_content"] =
        is_media(type) ? json_line(returned_document(type, inner_document(content))) : content;
  }
  return {{"multi_msg", items}};
}

// An item's content as a document where it is one: the vendor's pages have it as a string and as an
// object. (docs/zim-api.md section 6)
json in_item(json content) {
  if (!content.is_string()) return content;
  json inner = json_or_discarded(content.get<std::string>());
  return inner.is_object() ? inner : content;
}

// A returned body of types 10 to 14 as a document, items' contents too; discarded if it is none.
json decoded(std::string_view body, bool plus_is_space) {
  std::string text(body);
  if (!plus_is_space) {
    std::string kept;
    for (const char c : body) kept += c == '+' ? std::string("%2B") : std::string(1, c);
    text = kept;
  }
  json document = json_or_discarded(url_decode(text));
  if (document.is_object() && document.contains("multi_msg") && document["multi_msg"].is_array()) {
    for (json& item : document["multi_msg"]) {
      if (item.is_object() && item.contains("callback_content"))
        item["callback_content"] = in_item(std::move(item["callback_content"]));
    }
  }
  return document;
}

// What body_identity() keeps of a returned document; null if it is none.
json file_identity(const json& document) {
  return document.is_object() ? document.value("file_name", json()) : json();
}

json multi_identity(const json& document) {
  const json items = document.is_object() ? document.value("multi_msg", json()) : json();
  if (!items.is_array()) return {};
  json out = json::array();
  for (const json& item : items) {
    if (!item.is_object() || !item.value("msg_type", json()).is_number_integer()) return {};
    const auto type = item.at("msg_type").get<std::int64_t>();
    const json content = item.value("callback_content", json());
    json kept = is_media(type) ? file_identity(content) : content;
    if (kept.is_null()) return {};
    json sub_type = type == kCustom ? item.value("sub_msg_type", json()) : json();
    if (type == kCustom && sub_type.is_null()) sub_type = 0;  // a zero may be left out
    out.push_back(json::array({type, std::move(sub_type), std::move(kept)}));
  }
  return out;
}

// --- what came back, held against what was sent ---

bool is_zero(const json& value) { return value.is_null() || value == "" || value == 0; }

// Numbers that are written as strings.
bool is_zero_text(const std::string& name, const json& value) {
  return value == "0" && (name == "file_size" || name == "media_duration");
}

std::string shown_value(const json& value) {
  return value.is_null()     ? "nothing"
         : value.is_string() ? quote(value.get<std::string>())
                             : quote(json_line(value));
}

json member_or_null(const json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? json() : *found;
}

// Fills a BodyComparison, member by member.
class BodyComparer {
 public:
  explicit BodyComparer(BodyComparison& out) : out_(out) {}

  void message(std::int64_t type, const json& sent, const json& got, const std::string& pointer) {
    const json wanted = type == kMulti ? returned_multi(sent) : returned_document(type, sent);
    if (!got.is_object()) return differ(pointer, "an object", got);
    if (type == kMulti) return items(wanted.at("multi_msg"), sent.at("MultiMsg"), got, pointer);
    for (const auto& [name, value] : wanted.items())
      one(name, value, member_or_null(got, name), pointer_to(pointer, name));
    for (const auto& [name, value] : got.items()) {
      if (!wanted.contains(name) && !is_zero(value)) note(BodyNote::kOtherMembers);
    }
  }

 private:
  void note(BodyNote which) { out_.notes.set(static_cast<std::size_t>(which)); }

  void differ(const std::string& pointer, std::string expected, const json& got) {
    out_.differences.push_back({pointer, std::move(expected), shown_value(got)});
  }

  void one(const std::string& name, const json& wanted, const json& got,
           const std::string& pointer) {
    if (name.ends_with("download_url")) {
      if (!got.is_string()) return differ(pointer, shown_value(wanted), got);
      out_.urls.push_back({pointer, wanted.get<std::string>(), got.get<std::string>()});
      return;
    }
    const auto is_blank = [&name](const json& value) {
      return is_zero(value) || is_zero_text(name, value);
    };
    if (got == wanted || (is_blank(got) && is_blank(wanted))) return;
    if (name == "md5") return note(BodyNote::kMd5);
    if (name == "file_size") return note(BodyNote::kFileSize);
    if (name.ends_with("_width") || name.ends_with("_height")) return note(BodyNote::kDimensions);
    if (name == "media_duration") {
      if (got.is_number_integer() && got.dump() == wanted) return;
      if (is_blank(wanted)) return note(BodyNote::kMediaDuration);
    }
    differ(pointer, shown_value(wanted), got);
  }

  void items(const json& wanted, const json& sent, const json& document,
             const std::string& pointer) {
    const json got = member_or_null(document, "multi_msg");
    const std::string where = pointer_to(pointer, "multi_msg");
    if (!got.is_array() || got.size() != wanted.size()) {
      out_.differences.push_back(
          {where, fmt::format("{} items", wanted.size()),
           got.is_array() ? fmt::format("{} items", got.size()) : shown_value(got)});
      return;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i)
      item(wanted[i], sent[i], got[i], pointer_to(where, i));
  }

  void item(const json& wanted, const json& sent, const json& got, const std::string& pointer) {
    if (!got.is_object()) return differ(pointer, "an object", got);
    const json& type = wanted.at("msg_type");
    one("msg_type", type, member_or_null(got, "msg_type"), pointer_to(pointer, "msg_type"));
    if (type == kCustom) {
      one("sub_msg_type", member_or_null(wanted, "sub_msg_type"),
          member_or_null(got, "sub_msg_type"), pointer_to(pointer, "sub_msg_type"));
    }
    const json content = member_or_null(got, "callback_content");
    const std::string where = pointer_to(pointer, "callback_content");
    if (!is_media(type.get<std::int64_t>()))
      return one("callback_content", in_item(wanted.at("callback_content")), content, where);
    const auto& text = sent.at("Msg").get_ref<const std::string&>();
    message(type.get<std::int64_t>(), inner_document(text), content, where);
  }

  BodyComparison& out_;
};

BodyComparison compare_document(std::int64_t type, const json& sent, const json& got) {
  BodyComparison out;
  BodyComparer(out).message(type, sent, got, "");
  return out;
}

std::size_t changes(const BodyComparison& body) {
  return body.differences.size() + static_cast<std::size_t>(std::count_if(
                                       body.urls.begin(), body.urls.end(),
                                       [](const ReturnedUrl& url) { return url.sent != url.got; }));
}

struct NoteRow {
  std::string_view id;
  std::string_view statement;
};
constexpr NoteRow kNotes[kBodyNoteCount] = {
    {"md5", "came back with md5 filled in"},
    {"file_size", "came back with another file_size"},
    {"dimensions", "came back with corrected widths or heights"},
    {"media_duration", "came back with media_duration filled in"},
    {"other_members", "came back with members that were not sent"},
};

}  // namespace

std::string returned_body(std::int64_t type, std::string_view message) {
  if (!is_media(type)) return std::string(message);
  const json document = inner_document(message);
  return url_encode(
      json_line(type == kMulti ? returned_multi(document) : returned_document(type, document)));
}

bool same_returned_body(std::int64_t type, std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (!is_media(type)) return false;
  const json wanted = decoded(a, false);
  return !wanted.is_discarded() && (wanted == decoded(b, false) || wanted == decoded(b, true));
}

std::string body_identity(std::int64_t type, std::string_view body) {
  if (!is_media(type)) return std::string(body);
  const json document = decoded(body, true);
  const json kept = type == kMulti ? multi_identity(document) : file_identity(document);
  if (kept.is_null()) return std::string(body);
  std::string out = kept.dump();
  // Some encode a space as "+", some leave a "+" as it is: here they are one.
  std::replace(out.begin(), out.end(), '+', ' ');
  return out;
}

std::string_view to_string(BodyNote note) { return kNotes[static_cast<std::size_t>(note)].id; }

std::string_view statement(BodyNote note) {
  return kNotes[static_cast<std::size_t>(note)].statement;
}

bool BodyComparison::urls_unchanged() const {
  return std::all_of(urls.begin(), urls.end(),
                     [](const ReturnedUrl& url) { return url.sent == url.got; });
}

std::vector<BodyDifference> BodyComparison::with_changed_urls() const {
  std::vector<BodyDifference> out = differences;
  for (const ReturnedUrl& url : urls) {
    if (url.sent != url.got) out.push_back({url.pointer, quote(url.sent), quote(url.got)});
  }
  return out;
}

BodyComparison compare_returned_body(std::int64_t type, std::string_view message,
                                     std::string_view got) {
  BodyComparison out;
  if (!is_media(type)) {
    if (message != got) out.differences.push_back({"", quote(message, 40), quote(got, 40)});
    return out;
  }
  // Some encode a space as "+", some leave a "+" as it is.
  const json sent = inner_document(message);
  std::optional<BodyComparison> best;
  for (const bool plus_is_space : {false, true}) {
    const json document = decoded(got, plus_is_space);
    if (!document.is_object()) continue;
    BodyComparison one = compare_document(type, sent, document);
    if (!best || changes(one) < changes(*best)) best = std::move(one);
    if (changes(*best) == 0) break;
  }
  if (best) return *std::move(best);
  out.differences.push_back({"", "URL-encoded JSON", quote(got, 40)});
  return out;
}

}  // namespace zimmock::inline contract
