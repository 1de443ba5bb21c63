#pragma once

// Kinds of what readers leave out and count, as Conversion::skipped() takes them: those that
// several readers share, and why.

#include <string_view>

namespace zimmock::client {

inline constexpr std::string_view kOfGroups = "messages of groups";
inline constexpr std::string_view kOfChannels = "messages of channels";
inline constexpr std::string_view kChannelsAndGroups = "channels and groups";
inline constexpr std::string_view kToOneself = "messages to oneself";
inline constexpr std::string_view kOfBots = "messages of bots";
inline constexpr std::string_view kDeletedForBoth = "messages deleted for both users";
inline constexpr std::string_view kServiceMessages = "service messages";
inline constexpr std::string_view kCalls = "calls";
inline constexpr std::string_view kMissingMedia = "media that are missing";  // nothing else in it
// A message with these is imported, with something in their place.
inline constexpr std::string_view kPlaceholders = "missing media, which a placeholder stands for";
// A message with these is imported without them.
inline constexpr std::string_view kLinkPreviews = "previews of links";
inline constexpr std::string_view kLostMedia =
    "media that were not exported, of messages whose text is kept";

// Why things of that kind are not imported, as an explanation in brackets; "" if the kind says it.
std::string_view why_skipped(std::string_view kind);

}  // namespace zimmock::client
