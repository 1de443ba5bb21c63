#pragma once

// The messages of Stream Chat, which its import and its export have alike: stream.cpp says what
// becomes of their members.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "client/formats/conversion.h"
#include "client/formats/no_message.h"

namespace zimmock::client {

using StreamUsers = std::set<std::string>;

// What must be known of all channels before the first message is read.
struct StreamChannels {
  // By channel, of those with an id: the members, and two at most of those who have written.
  std::map<std::string, StreamUsers> members;
  std::map<std::string, StreamUsers> writers;
  // By channel and member, Unix milliseconds: what is older is not in that member's list.
  std::map<std::pair<std::string, std::string>, std::int64_t> hidden_before;
};

// A channel's name across the lines: by its id, or by its members. `data` has channel_type, and
// channel_id or channel_member_ids.
std::string stream_channel_key(const nlohmann::json& data);

// Unix milliseconds of a time of RFC 3339; without a zone it is none. Stream writes microseconds.
std::optional<std::int64_t> stream_time(const nlohmann::json& value);

// Who has written a message: `user` or `user_id`; "" if that is not said.
std::string stream_writer(const nlohmann::json& data);

// The name and the image of a user, if it is an object.
void note_stream_person(const nlohmann::json& user, Conversion& out);

void note_stream_writer(const std::string& channel, const std::string& user,
                        StreamChannels& channels);

// Makes records of the data of messages; pointers are into that.
class StreamMessages {
 public:
  // Both must outlive it.
  StreamMessages(const StreamChannels& channels, Conversion& out)
      : channels_(channels), out_(out) {}

  // Fills `record`, as far as it comes.
  Made<void> fill(const nlohmann::json& data, nlohmann::json& record) const;

 private:
  const StreamChannels& channels_;
  Conversion& out_;
};

}  // namespace zimmock::client
