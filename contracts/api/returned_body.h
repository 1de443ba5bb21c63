#pragma once

// What QueryPeerMsg makes of a Message, and whether what a service gives back is what was sent.

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zimmock::inline contract {

// MsgBody as QueryPeerMsg returns it (docs/zim-api.md section 6): text and custom as they are;
// types 10 to 14 as URL-encoded JSON in the names used there. `message` has passed check_message.
// What the import has no source for is "" (md5) or 0.
std::string returned_body(std::int64_t type, std::string_view message);

// True when two returned bodies say the same: equal bytes, or for types 10 to 14 equal documents
// however they are encoded.
bool same_returned_body(std::int64_t type, std::string_view a, std::string_view b);

// What of a returned body an import determines for certain, for the message to be known by: text
// and custom whole; of types 11 to 14 the file name; of a multi-item message each item's type and
// what an item's body would keep. Not md5, sizes, lengths and URLs, which a service fills in or
// corrects (docs/zim-api.md section 6). A body that is no such document is kept whole.
std::string body_identity(std::int64_t type, std::string_view body);

// One member that the import determines and that came back as something else.
struct BodyDifference {
  std::string pointer;   // JSON Pointer into the decoded body; "" for the whole of it
  std::string expected;  // in one line
  std::string got;       // in one line
};

// A URL that was sent, and what came back in its place.
struct ReturnedUrl {
  std::string pointer;
  std::string sent;
  std::string got;
};

// What a service fills in or corrects (docs/zim-api.md section 6); the message is the same for all
// that.
enum class BodyNote { kMd5, kFileSize, kDimensions, kMediaDuration, kOtherMembers };
inline constexpr std::size_t kBodyNoteCount = 5;

// "md5", "file_size", "dimensions", "media_duration", "other_members".
std::string_view to_string(BodyNote note);

// `came back with md5 filled in`, to follow a count of messages.
std::string_view statement(BodyNote note);

struct BodyComparison {
  std::vector<BodyDifference> differences;  // but for URLs
  std::vector<ReturnedUrl> urls;            // all that were sent and came back, changed or not
  std::bitset<kBodyNoteCount> notes;

  bool urls_unchanged() const;

  // `differences`, and URLs that are not as sent.
  std::vector<BodyDifference> with_changed_urls() const;
};

// Compares a returned body with the Message that was sent, by what the import determines: type,
// file name, and the members that it gave. An absent member is as a zero one. `message` has passed
// check_message.
BodyComparison compare_returned_body(std::int64_t type, std::string_view message,
                                     std::string_view got);

}  // namespace zimmock::inline contract
