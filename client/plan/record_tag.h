#pragma once

// By what an imported message is known again: ImportPeerMsg has no idempotency key, so every
// message carries one in its ExtendedData, which comes back as Payload. (docs/zim-api.md sections 4
// and 6)

#include <cstdint>
#include <string>
#include <string_view>

#include "client/formats/format.h"

namespace zimmock::client {

// The member of ExtendedData that has the tag.
inline constexpr std::string_view kTagMember = "_zm";

// What a record is, wherever it stands in its file: from the source's id and time where it names
// one, else from its content. Records that are alike have one identity; occurrences tell them
// apart.
std::uint64_t record_identity(std::string_view format, const SourceRecord& record);

// The same from the content alone: without tags that is all by which a message is known again.
std::uint64_t content_identity(const SourceRecord& record);

// 4 bytes of a digest of all that is imported of the record: an edited text has another one.
std::uint32_t content_mark(const SourceRecord& record);

// 20 hex digits, the same for the same record and viewer in every run.
std::string record_tag(std::uint64_t identity, std::uint32_t occurrence, std::string_view from,
                       std::string_view to, std::string_view viewer);

// The ExtendedData that carries both: a JSON object gets one more member; any other text becomes
// the member ExtendedData of an object of two; without one, the tag stands alone.
std::string with_tag(std::string_view extended_data, std::string_view tag);

// The tag in a Payload, or "".
std::string tag_of(std::string_view payload);

}  // namespace zimmock::client
