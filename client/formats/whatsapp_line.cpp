#include "client/formats/whatsapp_line.h"

#include "client/formats/whatsapp_clock.h"
#include "client/formats/whatsapp_cursor.h"

namespace zimmock::client {
namespace {

struct Brackets {
  std::int32_t open;
  std::int32_t close;
};
constexpr Brackets kBrackets[] = {{'[', ']'}, {'(', ')'}, {0x3010, 0x3011}, {0xFF3B, 0xFF3D}};

constexpr std::u32string_view kCommas = U",\u060C\uFF0C\u3001";
constexpr std::u32string_view kDashes = U"-\u2013\u2014";

// What phones write between date and time: "at", in their languages.
constexpr std::string_view kAt[] = {
    "at",  "um",     "à",    "a las", "a la",   "a les",   "alle", "alle ore", "às",
    "om",  "kl.",    "kl",   "klo",   "o",      "o godz.", "v",    "u",        "ob",
    "la",  "plkst.", "lúc",  "pukul", "saat",   "στις",    "в",    "о",        "об",
    "във", "у",      "בשעה", "في",    "الساعة", "ساعت",    "को",   "वाजता",    "เวลา"};

bool take_date(WhatsAppCursor& cursor, WhatsAppLine& out) {
  std::array<std::size_t, 3> digits{};
  for (std::size_t part = 0; part < 3; ++part) {
    digits[part] = cursor.take_number(4, out.date[part]);
    if (digits[part] == 0 || digits[part] == 3) return false;
    if (part == 2) break;
    const std::int32_t separator = cursor.peek();
    if (part == 0 && separator != '/' && separator != '.' && separator != '-') return false;
    if (part == 0) out.shape.date_separator = static_cast<char>(separator);
    if (!cursor.take(out.shape.date_separator)) return false;
    cursor.take_spaces();
  }
  out.shape.year_first = digits[0] == 4;
  if (digits[1] == 4 || (digits[0] == 4 && digits[2] == 4)) return false;
  return true;
}

bool take_between(WhatsAppCursor& cursor) {
  const bool comma = cursor.take_any(kCommas) != 0;
  if (!cursor.take_spaces() && !comma) return false;
  for (const std::string_view word : kAt) {
    if (!cursor.take_word(word)) continue;
    cursor.take_any(kCommas);
    cursor.take_spaces();
    break;
  }
  return true;
}

bool take_clock(WhatsAppCursor& cursor, WhatsAppLine& out) {
  WhatsAppTime time;
  if (!take_time(cursor, time)) return false;
  out.hour = time.hour;
  out.minute = time.minute;
  out.second = time.second;
  out.shape.seconds = time.seconds;
  out.shape.half_days = time.half_days;
  out.shape.time_separator = time.separator;
  return true;
}

bool take_stamp(WhatsAppCursor& cursor, WhatsAppLine& out) {
  WhatsAppCursor ahead = cursor;
  if (take_date(ahead, out)) {
    ahead.take('.');  // Hungarian and Korean dates end with one
    if (!take_between(ahead) || !take_clock(ahead, out)) return false;
  } else {
    ahead = cursor;
    out.shape.time_first = true;
    if (!take_clock(ahead, out) || !take_between(ahead) || !take_date(ahead, out)) return false;
  }
  cursor = ahead;
  return true;
}

std::int32_t take_open(WhatsAppCursor& cursor) {
  for (const Brackets& pair : kBrackets) {
    if (cursor.take(pair.open)) return pair.close;
  }
  return 0;
}

}  // namespace

std::optional<WhatsAppLine> read_whatsapp_line(std::string_view line) {
  WhatsAppLine out;
  WhatsAppCursor cursor(line);
  const std::int32_t close = take_open(cursor);
  out.shape.bracket = close != 0;
  cursor.peek();
  const std::size_t stamp = cursor.at();
  if (!take_stamp(cursor, out)) return std::nullopt;
  out.stamp = line.substr(stamp, cursor.at() - stamp);
  if (out.shape.bracket) {
    if (!cursor.take(close)) return std::nullopt;
  } else {
    // Old iPhones wrote seconds, and a colon behind them.
    const bool colon = out.shape.seconds && cursor.take(':');
    if (!colon) cursor.take_spaces();
    if (!colon && cursor.take_any(kDashes) == 0) return std::nullopt;
  }
  // One space, and no mark behind it: that is part of the message.
  out.rest = line.substr(cursor.at());
  if (out.rest.starts_with(' ')) out.rest.remove_prefix(1);
  return out;
}

std::string plain_name(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (is_space(point.value)) {
      out += ' ';
    } else if (!is_mark(point.value)) {
      out += text.substr(at, point.bytes);
    }
    at += point.bytes;
  }
  return std::string(trim(out));
}

}  // namespace zimmock::client
