#include "client/plan/record_tag.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr std::size_t kTagDigits = 20;

// The parts with their lengths, so that "ab" + "c" is not "a" + "bc".
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += fmt::format("{}:{}", part.size(), part);
  return out;
}

// The first 8 bytes of their digest.
std::uint64_t identity_of(std::initializer_list<std::string_view> parts) {
  const std::string hex = md5_hex(joined(parts));
  std::uint64_t out = 0;
  std::from_chars(hex.data(), hex.data() + 16, out, 16);
  return out;
}

// The object that a text is, or a discarded value.
json object_of(std::string_view text) {
  json document = json_or_discarded(text);
  return document.is_object() ? document : json(json::value_t::discarded);
}

}  // namespace

std::uint64_t record_identity(std::string_view format, const SourceRecord& record) {
  if (record.id.empty()) return content_identity(record);
  return identity_of({format, record.id, std::to_string(record.message.send_time_ms)});
}

std::uint64_t content_identity(const SourceRecord& record) {
  const Message& message = record.message;
  const MessageContent& content = message.content;
  return identity_of({message.from_user_id, message.to_user_id,
                      std::to_string(message.send_time_ms), std::to_string(content.type),
                      std::to_string(content.sub_type), content.body, content.extended_data});
}

std::uint32_t content_mark(const SourceRecord& record) {
  const MessageContent& content = record.message.content;
  return static_cast<std::uint32_t>(
      identity_of({std::to_string(content_identity(record)), std::to_string(content.priority),
                   content.searched_content}));
}

std::string record_tag(std::uint64_t identity, std::uint32_t occurrence, std::string_view from,
                       std::string_view to, std::string_view viewer) {
  return md5_hex(joined({std::to_string(identity), std::to_string(occurrence), from, to, viewer}))
      .substr(0, kTagDigits);
}

std::string with_tag(std::string_view extended_data, std::string_view tag) {
  const json object = object_of(extended_data);
  if (object.is_discarded() || object.contains(kTagMember)) {
    std::string out = fmt::format("{{\"{}\":\"{}\"", kTagMember, tag);
    if (!extended_data.empty()) {
      out += fmt::format(",\"ExtendedData\":{}", json_line(json(extended_data)));
    }
    return out + "}";
  }
  // The text stays as it is, its numbers and spaces too.
  std::string out(extended_data);
  out.insert(out.find('{') + 1,
             fmt::format("\"{}\":\"{}\"{}", kTagMember, tag, object.empty() ? "" : ","));
  return out;
}

std::string tag_of(std::string_view payload) {
  const json object = object_of(payload);
  if (object.is_discarded()) return "";
  const auto found = object.find(kTagMember);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace zimmock::client
