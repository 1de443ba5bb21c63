#include "client/formats/whatsapp_line.h"

#include <algorithm>
#include <cstdint>

#include "contracts/api/text.h"

namespace zimmock {
namespace {

// The marks of writing direction, and the byte order mark.
bool is_mark(std::int32_t c) {
  return (c >= 0x200E && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF || c == 0x061C;
}

bool is_space(std::int32_t c) {
  return c == ' ' || c == 0xA0 || c == 0x2009 || c == 0x202F || c == '\t';
}

// 0 to 9 for a digit, also an Arabic or Persian one; -1 for anything else.
int digit_of(std::int32_t c) {
  for (const std::int32_t zero : {std::int32_t{'0'}, 0x660, 0x6F0}) {
    if (c >= zero && c <= zero + 9) return c - zero;
  }
  return -1;
}

// Goes through a line and past marks that nobody sees.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }

  std::int32_t peek() {
    while (!at_end() && is_mark(point().value)) at_ += point().bytes;
    return at_end() ? -1 : point().value;
  }

  bool take(std::int32_t c) {
    if (at_end() || peek() != c) return false;
    at_ += point().bytes;
    return true;
  }

  bool take_spaces() {
    const std::size_t before = at_;
    while (!at_end() && is_space(peek())) at_ += point().bytes;
    return at_ > before;
  }

  bool take_word(std::string_view word) {
    peek();
    const std::string_view rest = text_.substr(std::min(at_, text_.size()));
    if (!equal_ignoring_case(rest.substr(0, word.size()), word)) return false;
    at_ += word.size();
    return true;
  }

  // How many digits there were, at most `most`; 0 if there are none or more.
  std::size_t take_number(std::size_t most, int& value) {
    std::size_t digits = 0;
    value = 0;
    while (!at_end()) {
      const int digit = digit_of(peek());
      if (digit < 0 || at_end()) break;
      if (++digits > most) return 0;
      value = value * 10 + digit;
      at_ += point().bytes;
    }
    return digits;
  }

 private:
  CodePoint point() const { return code_point_at(text_, at_); }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct HalfDay {
  std::string_view word;
  bool after_noon;
};

// As phones write them behind the time, or (East Asia) before it. The longer ones first.
constexpr HalfDay kHalfDays[] = {{"a.m.", false}, {"p.m.", true}, {"a. m.", false}, {"p. m.", true},
                                 {"am", false},   {"pm", true},   {"上午", false},  {"下午", true},
                                 {"午前", false}, {"午後", true}, {"오전", false},  {"오후", true},
                                 {"ص", false},    {"م", true}};

enum class Half { kNone, kMorning, kAfternoon };

Half take_half_day(Cursor& cursor) {
  for (const HalfDay& row : kHalfDays) {
    if (cursor.take_word(row.word)) return row.after_noon ? Half::kAfternoon : Half::kMorning;
    // "p. m." with the narrow spaces that phones put there
    Cursor spaced = cursor;
    if (row.word.size() == 5 && row.word[2] == ' ' && spaced.take_word(row.word.substr(0, 2)) &&
        spaced.take_spaces() && spaced.take_word(row.word.substr(3))) {
      cursor = spaced;
      return row.after_noon ? Half::kAfternoon : Half::kMorning;
    }
  }
  return Half::kNone;
}

bool read_date(Cursor& cursor, WhatsAppLine& out) {
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

bool read_time(Cursor& cursor, WhatsAppLine& out) {
  Half half = take_half_day(cursor);
  cursor.take_spaces();
  if (cursor.take_number(2, out.hour) == 0) return false;
  out.shape.time_separator = cursor.peek() == '.' ? '.' : ':';
  if (!cursor.take(out.shape.time_separator) || cursor.take_number(2, out.minute) != 2)
    return false;
  if (cursor.take(out.shape.time_separator)) {
    if (cursor.take_number(2, out.second) != 2) return false;
    out.shape.seconds = true;
  }
  Cursor behind = cursor;
  behind.take_spaces();
  const Half written = half == Half::kNone ? take_half_day(behind) : Half::kNone;
  if (written != Half::kNone) {
    half = written;
    cursor = behind;
  }
  out.shape.half_days = half != Half::kNone;
  if (half == Half::kMorning && out.hour == 12) out.hour = 0;
  if (half == Half::kAfternoon && out.hour < 12) out.hour += 12;
  return true;
}

}  // namespace

std::optional<WhatsAppLine> read_whatsapp_line(std::string_view line) {
  WhatsAppLine out;
  Cursor cursor(line);
  out.shape.bracket = cursor.take('[');
  cursor.peek();
  const std::size_t stamp = cursor.at();
  if (!read_date(cursor, out)) return std::nullopt;
  cursor.take('.');  // Hungarian and Korean dates end with one
  const bool comma = cursor.take(',');
  if (!cursor.take_spaces() && !comma) return std::nullopt;
  if (cursor.take_word("klo")) cursor.take_spaces();  // Finnish: "at"
  if (!read_time(cursor, out)) return std::nullopt;
  out.stamp = line.substr(stamp, cursor.at() - stamp);
  if (out.shape.bracket) {
    if (!cursor.take(']')) return std::nullopt;
  } else {
    cursor.take_spaces();
    if (!cursor.take('-')) return std::nullopt;
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

}  // namespace zimmock
