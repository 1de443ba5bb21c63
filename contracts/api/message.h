#pragma once

// A message, whatever operation carries it and whatever list it is in.

#include <cstdint>
#include <string>

namespace zimmock::inline contract {

// What a message says. (docs/zim-api.md, section 5)
struct MessageContent {
  std::int64_t type = 0;         // a MessageType
  std::int64_t sub_type = 0;     // of a custom message
  std::int64_t priority = 2;     // 1 to 3
  std::string body;              // Message: a text, or a JSON document as text, by the type
  std::string extended_data;     // comes back as Payload
  std::string searched_content;  // of a custom message
};

// A message of a conversation between two users.
struct Message {
  std::string from_user_id;
  std::string to_user_id;
  MessageContent content;
  std::int64_t send_time_ms = 0;  // Unix milliseconds; 0: when it arrives
};

}  // namespace zimmock::inline contract
