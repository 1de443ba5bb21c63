#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock::inline contract {

enum MessageType : std::int64_t {
  kText = 1,
  kCommand = 2,
  kMulti = 10,
  kImage = 11,
  kFile = 12,
  kAudio = 13,
  kVideo = 14,
  kBarrage = 20,
  kCustom = 200,
};

inline constexpr std::size_t kMaxExtendedDataBytes = 1024;
inline constexpr std::size_t kMaxSearchedContentBytes = 64;
inline constexpr std::size_t kMaxUrlBytes = 500;
inline constexpr std::size_t kMaxFileNameBytes = 150;
inline constexpr std::size_t kMaxMultiItems = 20;
inline constexpr std::int64_t kMaxSubMsgType = 200;

// The types that ImportPeerMsg takes, ascending.
std::span<const std::int64_t> importable_types();

// "text", "custom", ...; "type 99" for one without a name.
std::string message_type_name(std::int64_t type);

// True for the types whose Message is a JSON document as a string (10 to 14).
bool is_media(std::int64_t type);

// Checks a Message against docs/zim-api.md section 5: its length, and for types 10 to 14 the
// document inside. Pointers of the inner document continue `pointer`
// ("/MessageBody/Message/Origin/Url").
void check_message(std::int64_t type, std::string_view message, std::string_view pointer,
                   const Profile& profile, Findings& findings);

}  // namespace zimmock::inline contract
