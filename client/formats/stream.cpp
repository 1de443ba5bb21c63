// Stream Chat, the file of its import: JSON Lines of {"type", "data"}; older files are one array of
// {"type", "item"}. It is read twice: what it says of channels and their members comes anywhere.
// Its export of channels, {"channel", "messages", "members"}, has the same messages as its API
// answers them: one document, several, or an array of them. (Version 2 of it is not known to us.)
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
//   message.shadowed                VisibleTo its sender: nobody else ever saw it
//   member.hide_messages_before     not in that member's list
//   message.parent_id, quoted_message_id, and members that Stream does not name   ExtendedData
//
// Skipped: type deleted or with deleted_at (it is gone for both), system, ephemeral and error;
// reactions; channels of more than two members, and of one who is the only one to write there;
// previews of links, which repeat what is behind a link in the text. Left out, as ZIM's
// import has no place for it: mentioned_users (the text names them), html and mml (made from the
// text), pins, silent, updated_at. hide_channel only hides a channel until its next message, not
// the messages, so it is no reason to leave them out.

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_elements.h"
#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/line_file.h"
#include "client/formats/no_message.h"
#include "client/formats/rows.h"
#include "client/formats/stream_export.h"
#include "client/formats/stream_messages.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

// What is in "data", or in older files in "item".
const json& data_of(const json& line) {
  const json& data = member_of(line, "data");
  return data.is_null() ? member_of(line, "item") : data;
}

void note_channel(const json& data, StreamChannels& channels) {
  const std::string id = id_of(data, "id");
  if (id.empty()) return;
  StreamUsers& members = channels.members[string_of(data, "type") + ":" + id];
  for (const json& member : array_of(data, "member_ids")) members.insert(id_of(member));
}

std::optional<SourceProblem> note_member(const json& data, StreamChannels& channels) {
  const std::string key = stream_channel_key(data);
  const std::string user = id_of(data, "user_id");
  if (!id_of(data, "channel_id").empty()) channels.members[key].insert(user);
  const json& hidden = member_of(data, "hide_messages_before");
  if (hidden.is_null()) return std::nullopt;
  const auto time = stream_time(hidden);
  if (!time) {
    return SourceProblem{"/data/hide_messages_before", "a time of RFC 3339",
                         json_type_and_value(hidden)};
  }
  channels.hidden_before[{key, user}] = *time;
  return std::nullopt;
}

// A source that says wrongly whose messages are hidden would show them.
Result<StreamChannels> read_stream_channels(const std::filesystem::path& path) {
  StreamChannels channels;
  auto done = read_json_items(path, [&](JsonElement& element) -> Result<void> {
    if (element.problem) return {};
    const std::string& type = string_of(element.value, "type");
    const json& data = data_of(element.value);
    if (type == "channel") note_channel(data, channels);
    if (type == "message" && !id_of(data, "channel_id").empty())
      note_stream_writer(stream_channel_key(data), stream_writer(data), channels);
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

// Lines of an import that say nothing.
constexpr std::string_view kOtherItems[] = {"user", "channel", "member", "device", "custom_role"};

Result<void> convert_item(JsonElement& item, const StreamMessages& messages, Conversion& out) {
  if (item.problem) return out.bad(item.source_place(), *item.problem, nullptr);
  const json& type = member_of(item.value, "type");
  const json& data = data_of(item.value);
  if (!type.is_string() || !data.is_object()) {
    return out.bad(item.source_place(),
                   {"", "an object with \"type\" and \"data\"", json_type_and_value(item.value)},
                   nullptr);
  }
  if (type == "user") note_stream_person(data, out);
  if (type == "reaction") out.skipped("reactions");
  if (type == "reaction" ||
      std::find(std::begin(kOtherItems), std::end(kOtherItems), type) != std::end(kOtherItems))
    return {};
  if (type != "message") {
    return out.bad(item.source_place(),
                   {"/type", fmt::format("message, reaction, {}", fmt::join(kOtherItems, ", ")),
                    json_type_and_value(type)},
                   nullptr);
  }
  json record = json::object();
  auto made = messages.fill(data, record);
  if (made) return out.message(item.source_place(), record);
  made.error().problem.pointer.insert(0, item.value.contains("data") ? "/data" : "/item");
  return report(item.source_place(), made.error(), record, out);
}

Result<void> convert_stream(const std::filesystem::path& path, Conversion& out) {
  const auto head = head_of(path);
  if (!head) return tl::unexpected(head.error());
  if (is_stream_export(*head)) return convert_stream_export(path, out);
  const auto channels = read_stream_channels(path);
  if (!channels) return tl::unexpected(channels.error());
  const StreamMessages messages(*channels, out);
  return read_json_items(path,
                         [&](JsonElement& item) { return convert_item(item, messages, out); });
}

}  // namespace

bool is_stream(std::string_view head, const std::filesystem::path& /*path*/) {
  return is_stream_export(head) ||
         (has_json_path(head, {"/type"}) && has_json_path(head, {"/data", "/item"})) ||
         (has_json_path(head, {"/*/type"}) && has_json_path(head, {"/*/data", "/*/item"}));
}

Result<std::unique_ptr<SourceReader>> open_stream(const std::filesystem::path& path,
                                                  const FormatOptions& options) {
  return open_converted("stream", path, options, convert_stream);
}

}  // namespace zimmock::client
