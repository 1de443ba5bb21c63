#pragma once

// The beginnings of messages in WhatsApp's text export, as the phones of many languages write them:
//   [14/10/2021, 3:34:09 PM] Alice: hello     iOS
//   14/10/21, 15:35 - Bob: hello              Android
//   14/10/21 15:34:09: Alice: hello           iOS of before 2018
//   [15:34, 14/10/2021] Alice: hello          copied from WhatsApp Web
// The order of day, month and year is the phone's; nothing in the file says it.

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace zimmock::client {

// What is the same in all messages of one export. A line that begins otherwise is text that
// somebody pasted.
struct WhatsAppShape {
  bool bracket = false;
  bool time_first = false;
  bool year_first = false;  // written with four digits
  bool seconds = false;
  bool half_days = false;  // AM and PM
  char date_separator = '/';
  char time_separator = ':';

  auto operator<=>(const WhatsAppShape&) const = default;
};

struct WhatsAppLine {
  WhatsAppShape shape;
  std::array<int, 3> date{};  // as written, in the phone's order
  int hour = 0;               // 0 to 23, where the line is right; -1 by a half of the day that is
                              // not known
  int minute = 0;
  int second = 0;
  std::string_view stamp;  // "14/10/21, 15:35", as written
  std::string_view rest;   // "Bob: hello"
};

// The line taken apart, or nothing if no message begins with it.
std::optional<WhatsAppLine> read_whatsapp_line(std::string_view line);

// `text` without the marks of writing direction that nobody sees, with plain spaces for the others,
// and trimmed: a name, as it is looked up in --users.
std::string plain_name(std::string_view text);

// U+200E, which WhatsApp itself puts before what no user has written.
inline constexpr std::string_view kWhatsAppMark = "\xE2\x80\x8E";

}  // namespace zimmock::client
