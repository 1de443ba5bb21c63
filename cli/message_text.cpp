#include "cli/message_text.h"

#include <cstdio>

#include <fmt/format.h>

#include "contracts/api/message_body.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

bool is_printable(std::int32_t point) {
  const bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
  const bool direction = point == 0x061C || point == 0x200E || point == 0x200F ||
                         (point >= 0x2028 && point <= 0x202E) ||
                         (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
  return !control && !direction;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t max_characters) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    if (characters == max_characters) return out + "...";
    const CodePoint point = code_point_at(text, at);
    const std::string_view bytes = text.substr(at, point.bytes);
    if (point.value >= 0 && is_printable(point.value)) {
      out += bytes;
    } else {
      out += ascii_line(bytes);
    }
    at += point.bytes;
  }
  return out;
}

std::string item_columns(const QueryItem& item) {
  return fmt::format("{}  {:>8}  {:<20}  {:<20}  {:<10}", iso_time(item.msg_time_ms), item.msg_seq,
                     item.msg_id, one_line(item.sender, 32), message_type_name(item.msg_type));
}

void note_repeated(std::uint64_t count) {
  if (count == 0) return;
  fmt::print(stderr,
             "zimmock: the service returned {} of these messages again; each is shown once\n",
             count);
}

}  // namespace zimmock::cli
