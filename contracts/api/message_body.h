#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock {

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

// Checks a Message against section 5: its length, and for types 10 to 14 the document inside.
// Pointers of the inner document continue `pointer` ("/MessageBody/Message/Origin/Url").
void check_message(std::int64_t type, std::string_view message, std::string_view pointer,
                   const Profile& profile, Findings& findings);

// MsgBody as QueryPeerMsg returns it (section 6): text and custom as they are; types 10 to 14 as
// URL-encoded JSON in the names used there. `message` has passed check_message. What the import has
// no source for is "" (md5) or 0.
std::string returned_body(std::int64_t type, std::string_view message);

// True when two returned bodies say the same: equal bytes, or for types 10 to 14 equal documents
// however they are encoded.
bool same_returned_body(std::int64_t type, std::string_view a, std::string_view b);

// What of a returned body an import determines for certain, for the message to be known by: text
// and custom whole; of types 11 to 14 the file name; of a multi-item message each item's type and
// what an item's body would keep. Not md5, sizes, lengths and URLs, which a service fills in or
// corrects (section 6). A body that is no such document is kept whole.
std::string body_identity(std::int64_t type, std::string_view body);

}  // namespace zimmock
