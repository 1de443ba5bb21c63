#pragma once

// Slack's blocks: what a message shows where it was not typed as a text, or not only.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/formats/slack_text.h"

namespace zimmock::client {

// The words of blocks as people read them, a line for each block and each item of a list; "" if
// they show none. Emoji are written :so:, mentions by `names`.
std::string slack_blocks_text(const nlohmann::json& blocks, const SlackNames& names);

// True if everything that the blocks say is said in the text, whatever stands between the words:
// Slack writes a text of its own for blocks, in which marks stand for bold and lists.
bool slack_text_has(std::string_view text, const nlohmann::json& blocks, const SlackNames& names);

}  // namespace zimmock::client
