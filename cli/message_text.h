#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/api/zim_api.h"

namespace zimmock::cli {

// `text` in one line, as printable_line(), and at most `max_characters` of it, so that no message
// can draw on the screen.
std::string one_line(std::string_view text, std::size_t max_characters = 60);

// An item's time, MsgSeq, MsgId, sender and type, in columns.
std::string item_columns(const client::QueryItem& item);

// Says on stderr how many items came again while a list was read; nothing if none did.
void note_repeated(std::uint64_t count);

}  // namespace zimmock::cli
