#include "client/formats/stream_export.h"

#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "client/formats/json_elements.h"
#include "client/formats/json_members.h"
#include "client/formats/no_message.h"
#include "client/formats/stream_messages.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

// Of an export, a document or an element of the array that it is.
using Place = std::pair<std::size_t, std::size_t>;

class StreamExport {
 public:
  StreamExport(const std::filesystem::path& path, Conversion& out) : path_(path), out_(out) {}

  Result<void> convert() {
    // Every other one is the same in an array.
    enum What { kChannel, kMember, kWriter };
    static constexpr std::array<std::string_view, 6> kPaths{
        "/channel",     "/*/channel",          "/members/*",
        "/*/members/*", "/messages/*/user/id", "/*/messages/*/user/id"};
    auto done = each(kPaths, [this](JsonElement& element) -> Result<void> {
      Found& found = found_[place_of(element)];
      const auto what = static_cast<What>(element.path / 2);
      if (what == kChannel) found.channel = std::move(element.value);
      if (what == kMember) {
        found.members.insert(id_of(element.value, "user_id"));
        note_stream_person(member_of(element.value, "user"), out_);
      }
      if (what == kWriter && found.writers.size() < 2) found.writers.insert(id_of(element.value));
      return {};
    });
    if (!done) return done;
    StreamChannels channels;
    for (auto& [place, found] : found_) {
      found.key = stream_channel_key(named(found, json::object()));
      channels.members[found.key].insert(found.members.begin(), found.members.end());
      for (const std::string& user : found.writers) note_stream_writer(found.key, user, channels);
    }
    out_.note(
        "a Stream export says nothing of messages that one user deleted on his side: both users "
        "get every message");
    const StreamMessages messages(channels, out_);
    static constexpr std::array<std::string_view, 2> kMessages{"/messages/*", "/*/messages/*"};
    return each(kMessages, [&](JsonElement& element) { return message(element, messages); });
  }

 private:
  struct Found {
    json channel;
    StreamUsers members, writers;
    std::string key;
  };

  static Place place_of(const JsonElement& element) {
    return {element.document, element.path % 2 == 1 ? element.at.front() + 1 : 0};
  }

  Result<void> each(std::span<const std::string_view> paths, const TakeElement& take) const {
    JsonReading reading;
    reading.several = true;
    return read_json_elements(path_, paths, take, reading);
  }

  // The data with the channel that it stands in, as lines of an import have it.
  static json named(const Found& found, json data) {
    data["channel_type"] = string_of(found.channel, "type");
    data["channel_id"] = id_of(found.channel, "cid");
    return data;
  }

  Result<void> message(JsonElement& element, const StreamMessages& messages) {
    if (element.problem) return out_.bad(element.source_place(), *element.problem, nullptr);
    json record = json::object();
    Made<void> made = broken("", "an object", json_type_and_value(element.value));
    if (element.value.is_object())
      made = messages.fill(named(found_[place_of(element)], std::move(element.value)), record);
    if (made) return out_.message(element.source_place(), record);
    return report(element.source_place(), made.error(), record, out_);
  }

  const std::filesystem::path& path_;
  Conversion& out_;
  std::map<Place, Found> found_;
};

}  // namespace

bool is_stream_export(std::string_view head) {
  return has_json_path(head, {"/channel/cid", "/*/channel/cid"});
}

Result<void> convert_stream_export(const std::filesystem::path& path, Conversion& out) {
  return StreamExport(path, out).convert();
}

}  // namespace zimmock::client
