#pragma once

// What a message of Slack's says: text, blocks, attachments and files.

#include <vector>

#include <nlohmann/json.hpp>

#include "client/formats/message_parts.h"
#include "client/formats/slack_text.h"

namespace zimmock::client {

// The parts of a message, of which slack.cpp says what becomes what; pointers are into `message`.
// What is left out of them is counted.
Made<std::vector<MessagePart>> slack_parts(const nlohmann::json& message, const SlackNames& names,
                                           Conversion& out);

}  // namespace zimmock::client
