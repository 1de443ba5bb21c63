#pragma once

// What must be known of a WhatsApp export before its first message can be converted.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/formats/format.h"
#include "client/formats/line_file.h"
#include "client/formats/whatsapp_line.h"
#include "client/formats/whatsapp_words.h"

namespace zimmock::client {

struct WhatsAppChat {
  WhatsAppShape shape;
  std::string stamp;  // the first message's
  // The two whose chat it is: those who have written, the second from --users where he has written
  // nothing. Empty if it is a group's.
  std::vector<std::string> people;
  // How many messages each name has written. If it is the chat of two, others are names in text
  // that was pasted. No more than kMaxNames.
  std::map<std::string, std::uint64_t, std::less<>> messages;
  DateOrder order = DateOrder::kUnknown;
  // True if more messages look like WhatsApp's own words than are known to be.
  bool language_unknown = false;

  static constexpr std::size_t kMaxNames = 100;

  bool of_a_group() const { return people.empty() && messages.size() > 2; }
  bool has(std::string_view name) const;
  // True for a name in text that was pasted into the chat of two.
  bool is_pasted(std::string_view name) const;

  // The line taken apart if a message begins with it.
  std::optional<WhatsAppLine> begins(std::string_view text) const;

  // "Bob: hello". A name that only marks make up, which nobody sees, is these marks; "" stands
  // for no name before the colon.
  struct Named {
    std::string name;
    std::string_view text;
  };
  // The name is what --users or the chat has, else what stands before the first colon with a space
  // behind it. Nothing for one of WhatsApp's own lines.
  std::optional<Named> split_name(std::string_view rest, const FormatOptions& options) const;
};

// Reads the whole file. Errors (kUsage): what the options lack or the file disproves, or that it
// has two ways of writing times; kInput: there is no message in it.
Result<WhatsAppChat> scan_whatsapp(const std::filesystem::path& path, const FormatOptions& options,
                                   const WhatsAppWords& words);

}  // namespace zimmock::client
