#pragma once

// Media of a source as messages of types 11 to 14, and several parts of one message as type 10:
// the documents that ZIM wants in Message.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "client/formats/format.h"
#include "contracts/api/message_body.h"

namespace zimmock::client {

struct Picture {
  std::string url;  // "": there is none
  std::int64_t width = 0;
  std::int64_t height = 0;

  bool ok() const { return !url.empty() && width > 0 && height > 0; }
};

// What a source knows of one.
struct Media {
  MessageType type = kFile;  // kImage, kFile, kAudio or kVideo
  std::string uid;           // "": made of the URL
  std::string url;           // as media_url() gives it
  std::string file_name;     // "": the URL's last part
  std::optional<std::int64_t> size;
  std::int64_t width = 0;  // of an image; without both it becomes a file
  std::int64_t height = 0;
  std::optional<std::int64_t> duration_s;  // of audio and video
  Picture large;                           // of an image; left out unless ok()
  Picture thumbnail;                       // of an image or a video; left out unless ok()
};

// What a message, or one item of a message of several, says.
struct MessagePart {
  std::int64_t type = kText;
  std::string message;
  std::optional<std::int64_t> sub_msg_type;  // of a custom one
  std::string searched;                      // of a custom one; "": none
};

MessagePart text_part(std::string text);
MessagePart media_part(const Media& media);

// A custom one. What is searched is cut to what ZIM takes, between two characters.
MessagePart custom_part(std::int64_t sub_msg_type, std::string message, std::string_view searched);

// Writes MessageType, Message, SubMsgType and SearchedContent: of the one part, or of several as
// type 10. There must be one; how many more are allowed is for the check of the contract.
void put_parts(const std::vector<MessagePart>& parts, nlohmann::json& record);

// By "image/jpeg", or a file's name; kFile if that says nothing.
MessageType media_type_of_mime(std::string_view mime);
MessageType media_type_of_name(std::string_view file_name);

// Where the medium can be fetched that the source has at a URL or path; the problem says what to
// do.
tl::expected<std::string, SourceProblem> fetchable_url(std::string_view pointer,
                                                       std::string_view source,
                                                       const FormatOptions& options);

}  // namespace zimmock::client
