#pragma once

// Small text helpers that messages for humans are made with.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zimmock::inline contract {

bool equal_ignoring_case(std::string_view a, std::string_view b);

// `text` with the letters A to Z in lower case; other bytes stay.
std::string lower_ascii(std::string_view text);

std::string_view trim(std::string_view text);

// Decimal digits with an optional leading '-', nothing else; nothing if it does not fit.
std::optional<std::int64_t> parse_int64(std::string_view text);

// True for a character that a terminal shows in its place: no control (C0, DEL, C1), no line or
// paragraph separator, no format control (such as marks of writing direction, joiners and tags), no
// noncharacter. Whether a font or a locale has it is another question.
bool is_printable(std::int32_t code_point);

// `text` in double quotes, in one line: quotes, backslashes and what is not printable are escaped
// as \n, \t, \r or \u{HEX}, bytes that are not UTF-8 as \xHH. Longer than `max_bytes` is cut and
// its whole length is named.
std::string quote(std::string_view text, std::size_t max_bytes = 60);

// `text` in one line, with what is not printable escaped as above, without quotes and uncut: what
// may stand in a message.
std::string printable_line(std::string_view text);

// The same, and everything beyond ASCII escaped: what may stand in an HTTP header.
std::string ascii_line(std::string_view text);

// The candidate nearest to `word` by edit distance, ignoring case; "" if none is near enough to be
// what was meant (a third of its length, at least 1).
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

// "; did you mean X?" or "", by nearest().
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

// `text` as one word of a shell: in single quotes where it is plain text, so for any POSIX shell;
// with
// $'...' for bash and zsh where bytes must be named.
std::string shell_word(std::string_view text);

// `text` as it may stand in a cell of a Markdown table.
std::string markdown_cell(std::string_view text);

// One code point of a UTF-8 text. `value` is -1 for a byte that is not UTF-8.
struct CodePoint {
  std::int32_t value = -1;
  std::size_t bytes = 1;
};

// The code point that starts at text[at]; at < text.size().
CodePoint code_point_at(std::string_view text, std::size_t at);

// "U+FF0C FULLWIDTH COMMA": the code, and the name where it is one that people paste by accident.
std::string code_point_name(std::int32_t value);

// True when the text is well-formed UTF-8.
bool is_utf8(std::string_view text);

// 2026-10-01T12:00:00.000Z for Unix milliseconds.
std::string iso_time(std::int64_t unix_ms);

// The reverse: YYYY-MM-DD[THH:MM[:SS[.mmm]]][Z|±HH:MM]; without a zone it is UTC. Nothing if it is
// not such a time.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

// A duration with a unit, as people type it: 250ms, 90s, 10m, 3h, 2d, with an optional sign; a bare
// number is seconds. In milliseconds; nothing if it is not one.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);

}  // namespace zimmock::inline contract
