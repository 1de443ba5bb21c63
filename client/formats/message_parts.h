#pragma once

// The parts of one message, collected.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/formats/media_message.h"
#include "client/formats/no_message.h"

namespace zimmock::client {

// As fetchable_url(). A medium of which the source names no URL or path is lost.
Made<std::string> medium_url(std::string_view pointer, std::string_view source,
                             const FormatOptions& options);

// A part whose medium only the source's own users can read at its URL.
tl::unexpected<NoMessage> without_public_url(std::string pointer, std::string expected,
                                             std::string got, std::string file);

// Begins the text that stands for a missing medium.
inline constexpr std::string_view kMissingFile = "[missing file";

// The text that stands for a missing medium with --missing-media placeholder.
MessagePart missing_part(const std::string& file);

// FormatOptions::missing_media says what becomes of a medium that is missing. With kStop a lost one
// costs no words: a message that has anything else is imported without it, and it is counted;
// without anything else, why the first one is lost is why the message is bad, as is any that has no
// URL.
class MessageParts {
 public:
  // It must outlive this.
  explicit MessageParts(Conversion& out) : out_(out) {}

  // Nothing for "".
  void add_text(std::string text);

  // False if the message cannot be made, because of this part.
  Made<void> add(Made<MessagePart> part);

  bool empty() const { return parts_.empty() && !lost_; }

  // All, in the order in which they were added. `nothing` is why there is no message if none was.
  Made<std::vector<MessagePart>> take(tl::unexpected<NoMessage> nothing);

 private:
  Conversion& out_;
  std::vector<MessagePart> parts_;
  std::optional<NoMessage> lost_;  // the first one
  std::size_t count_lost_ = 0;
};

}  // namespace zimmock::client
