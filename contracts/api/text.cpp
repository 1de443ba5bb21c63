#include "contracts/api/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <limits>

#include <fmt/format.h>

namespace zimmock::inline contract {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment: insertions, deletions, changes and swaps of neighbours count one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto same = [&](std::size_t i, std::size_t j) { return lower(a[i]) == lower(b[j]); };
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = d[i - 1][j - 1] + (same(i - 1, j - 1) ? 0 : 1);
      d[i][j] = std::min({change, d[i - 1][j] + 1, d[i][j - 1] + 1});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1)) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

enum class Quotes { kKept, kEscaped };
enum class Beyond { kAscii, kPrintable };  // what is not escaped

std::string escaped(std::string_view text, Quotes quotes, Beyond beyond) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const char c = text[at];
    if (point.value < 0) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (quotes == Quotes::kEscaped && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else if (!is_printable(point.value) || (beyond == Beyond::kAscii && point.value > 0x7E)) {
      out += fmt::format("\\u{{{:X}}}", point.value);
    } else {
      out += text.substr(at, point.bytes);
    }
    at += point.bytes;
  }
  return out;
}

// Reads exactly `digits` decimal digits.
std::optional<int> fixed_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + digits, value);
  if (code != std::errc{} || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".5" ... ".123": milliseconds; more digits are refused.
std::optional<int> parse_fraction(std::string_view& text) {
  int value = 0;
  int scale = 100;
  std::size_t count = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
    ++count;
  }
  if (count == 0 || count > 3) return std::nullopt;
  return value;
}

// "", "Z", "+08:00": minutes east of UTC.
std::optional<int> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = fixed_digits(text, 2);
  skip(text, ':');
  const auto minutes = fixed_digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::optional<std::int64_t> parse_int64(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool is_printable(std::int32_t code_point) {
  struct Range {
    std::int32_t first, last;
  };
  // General categories Cc, Cf, Zl and Zp of Unicode 15.
  static constexpr Range kHidden[] = {
      {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x0600, 0x0605},
      {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},
      {0x08E2, 0x08E2},   {0x180E, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},
      {0x2060, 0x206F},   {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},
      {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},
      {0x1D173, 0x1D17A}, {0xE0000, 0xE007F},
  };
  if ((code_point & 0xFFFE) == 0xFFFE) return false;  // noncharacters, as FDD0 to FDEF
  return std::none_of(std::begin(kHidden), std::end(kHidden), [&](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

std::string quote(std::string_view text, std::size_t max_bytes) {
  const auto shown = [](std::string_view part) {
    return escaped(part, Quotes::kEscaped, Beyond::kPrintable);
  };
  if (text.size() <= max_bytes) return fmt::format("\"{}\"", shown(text));
  std::size_t cut = max_bytes;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return fmt::format("\"{}...\" ({} bytes)", shown(text.substr(0, cut)), text.size());
}

std::string printable_line(std::string_view text) {
  return escaped(text, Quotes::kKept, Beyond::kPrintable);
}

std::string ascii_line(std::string_view text) {
  return escaped(text, Quotes::kKept, Beyond::kAscii);
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  // Nothing known is so long, and the cost grows with the length.
  constexpr std::size_t kLongestWord = 64;
  if (word.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  return best_distance <= allowed ? best : std::string_view{};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view best = nearest(word, candidates);
  return best.empty() ? std::string{} : fmt::format("; did you mean {}?", best);
}

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return {};
  std::int32_t value = lead & (0x7F >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0) != 0x80) return {};
    value = (value << 6) | (next & 0x3F);
  }
  constexpr std::array<std::int32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || value > 0x10FFFF || surrogate) return {};
  return {value, bytes};
}

std::string code_point_name(std::int32_t value) {
  struct Named {
    std::int32_t value;
    std::string_view name;
  };
  static constexpr Named kNamed[] = {
      {0x09, "TAB"},
      {0x0A, "LINE FEED"},
      {0x0D, "CARRIAGE RETURN"},
      {0x22, "QUOTATION MARK"},
      {0x27, "APOSTROPHE"},
      {0x2A, "ASTERISK"},
      {0x2C, "COMMA"},
      {0x2F, "SOLIDUS"},
      {0x5C, "REVERSE SOLIDUS"},
      {0x60, "GRAVE ACCENT"},
      {0xA0, "NO-BREAK SPACE"},
      {0x200B, "ZERO WIDTH SPACE"},
      {0x2018, "LEFT SINGLE QUOTATION MARK"},
      {0x2019, "RIGHT SINGLE QUOTATION MARK"},
      {0x3000, "IDEOGRAPHIC SPACE"},
      {0x3001, "IDEOGRAPHIC COMMA"},
      {0xFEFF, "BYTE ORDER MARK"},
      {0xFF0C, "FULLWIDTH COMMA"},
  };
  for (const Named& named : kNamed) {
    if (named.value == value) return fmt::format("U+{:04X} {}", value, named.name);
  }
  return fmt::format("U+{:04X}", value);
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (point.value < 0) return false;
    at += point.bytes;
  }
  return true;
}

std::string iso_time(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds{unix_ms}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  using namespace std::chrono;
  const auto y = fixed_digits(text, 4);
  if (!y || !skip(text, '-')) return std::nullopt;
  const auto m = fixed_digits(text, 2);
  if (!m || !skip(text, '-')) return std::nullopt;
  const auto d = fixed_digits(text, 2);
  if (!d) return std::nullopt;
  int hour = 0, minute = 0, second = 0, millis = 0;
  if (!text.empty() && (skip(text, 'T') || skip(text, 't') || skip(text, ' '))) {
    const auto h = fixed_digits(text, 2);
    if (!h || !skip(text, ':')) return std::nullopt;
    const auto min = fixed_digits(text, 2);
    if (!min) return std::nullopt;
    hour = *h;
    minute = *min;
    if (skip(text, ':')) {
      const auto s = fixed_digits(text, 2);
      if (!s) return std::nullopt;
      second = *s;
      if (skip(text, '.')) {
        const auto fraction = parse_fraction(text);
        if (!fraction) return std::nullopt;
        millis = *fraction;
      }
    }
  }
  const auto zone = parse_zone(text);
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!zone || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto time = sys_days{date} + hours{hour} + minutes{minute - *zone} + seconds{second} +
                    milliseconds{millis};
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  std::int64_t sign = 1;
  if (skip(text, '-')) {
    sign = -1;
  } else {
    skip(text, '+');
  }
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || value < 0 || text.empty()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  struct Unit {
    std::string_view name;
    std::int64_t millis;
  };
  static constexpr Unit kUnits[] = {{"ms", 1},        {"s", 1000},     {"", 1000},
                                    {"m", 60'000},    {"min", 60'000}, {"h", 3'600'000},
                                    {"d", 86'400'000}};
  for (const Unit& unit : kUnits) {
    if (text != unit.name) continue;
    if (value > std::numeric_limits<std::int64_t>::max() / unit.millis) return std::nullopt;
    return sign * value * unit.millis;
  }
  return std::nullopt;
}

std::string shell_word(std::string_view text) {
  const bool plain = is_utf8(text) && std::all_of(text.begin(), text.end(), [](char c) {
                       return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
                     });
  std::string out = plain ? "'" : "$'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c == '\'' ? "'\\''" : std::string(1, c);
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    }
  }
  return out + "'";
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace zimmock::inline contract
