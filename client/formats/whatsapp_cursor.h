#pragma once

// Goes through the beginning of a message, past marks that nobody sees.

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "contracts/api/text.h"

namespace zimmock::client {

// The marks of writing direction, and the byte order mark.
inline bool is_mark(std::int32_t c) {
  return (c >= 0x200E && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF || c == 0x061C;
}

inline bool is_space(std::int32_t c) {
  return c == ' ' || c == 0xA0 || c == 0x2009 || c == 0x202F || c == '\t';
}

// 0 to 9 for a digit, also an Arabic or Persian one; -1 for anything else.
inline int digit_of(std::int32_t c) {
  for (const std::int32_t zero : {std::int32_t{'0'}, 0x660, 0x6F0}) {
    if (c >= zero && c <= zero + 9) return c - zero;
  }
  return -1;
}

// Of any script: what is neither ASCII punctuation nor a space, digit, mark, comma or dash.
inline bool is_letter(std::int32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool dash_or_bracket = (c >= 0x2010 && c <= 0x2015) || c == 0x3010 || c == 0x3011 ||
                               c == 0xFF3B || c == 0xFF3D || c == 0x060C || c == 0xFF0C ||
                               c == 0x3001;
  return !dash_or_bracket && !is_space(c) && !is_mark(c) && digit_of(c) < 0;
}

class WhatsAppCursor {
 public:
  explicit WhatsAppCursor(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }

  // The next code point, or -1.
  std::int32_t peek() {
    while (!at_end() && is_mark(point().value)) at_ += point().bytes;
    return at_end() ? -1 : point().value;
  }

  bool take(std::int32_t c) {
    if (at_end() || peek() != c) return false;
    at_ += point().bytes;
    return true;
  }

  // One of them, or 0.
  std::int32_t take_any(std::u32string_view of) {
    const std::int32_t next = peek();
    if (next < 0 || of.find(static_cast<char32_t>(next)) == of.npos) return 0;
    at_ += point().bytes;
    return next;
  }

  bool take_spaces() {
    const std::size_t before = at_;
    while (!at_end() && is_space(peek())) at_ += point().bytes;
    return at_ > before;
  }

  // The word, if no letter follows; any spaces stand for one in it.
  bool take_word(std::string_view word) {
    WhatsAppCursor ahead = *this;
    while (!word.empty()) {
      const std::string_view part = word.substr(0, word.find(' '));
      ahead.peek();
      const std::string_view rest = text_.substr(std::min(ahead.at_, text_.size()));
      if (!equal_ignoring_case(rest.substr(0, part.size()), part)) return false;
      ahead.at_ += part.size();
      word.remove_prefix(part.size());
      if (word.empty()) break;
      if (!ahead.take_spaces()) return false;
      word.remove_prefix(1);
    }
    if (!ahead.at_end() && is_letter(ahead.peek())) return false;
    *this = ahead;
    return true;
  }

  // Letters, full stops and single spaces between them, `most` bytes at most.
  bool take_letters(std::size_t most) {
    WhatsAppCursor ahead = *this;
    if (ahead.peek() < 0 || !is_letter(ahead.peek())) return false;
    std::size_t end = ahead.at_;
    while (!ahead.at_end() && ahead.at_ - at_ <= most) {
      const std::int32_t c = ahead.peek();
      if (c < 0 || (!is_letter(c) && c != '.' && !is_space(c))) break;
      ahead.at_ += ahead.point().bytes;
      if (!is_space(c)) end = ahead.at_;
    }
    if (end - at_ > most) return false;
    at_ = end;
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

}  // namespace zimmock::client
