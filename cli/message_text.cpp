#include "cli/message_text.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/output.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"

namespace zimmock::cli {

std::string one_line(std::string_view text, std::size_t max_characters) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    if (characters == max_characters) return out + "...";
    const CodePoint point = code_point_at(text, at);
    out += printable_line(text.substr(at, point.bytes));
    at += point.bytes;
  }
  return out;
}

std::string item_columns(const client::QueryItem& item) {
  return fmt::format("{}  {:>8}  {:<20}  {:<20}  {:<10}", iso_time(item.msg_time_ms), item.msg_seq,
                     item.msg_id, one_line(item.sender, 32), message_type_name(item.msg_type));
}

void note_repeated(std::uint64_t count) {
  if (count == 0) return;
  tell_line("zimmock: the service returned {} of these messages again; each is shown once", count);
}

}  // namespace zimmock::cli
