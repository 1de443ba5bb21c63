#pragma once

// How the formats that are not ZIM's own are read: each is converted once, record by record, into
// the format zim, in a spool file that has no name any more; everything else reads that.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "client/formats/format.h"
#include "contracts/api/result.h"

namespace zimmock::client {

// Takes what a converter finds in its source, in the source's order. Used by one thread.
class Conversion {
 public:
  virtual ~Conversion() = default;

  virtual const FormatOptions& options() const = 0;

  // A message, in the names of format zim: Id, FromUserId, ToUserId, MessageType, SubMsgType,
  // Message, ExtendedData, SearchedContent, SendMessageTime (ms), VisibleTo. User ids are the
  // source's own: --users is applied when it is read. It need not keep the contract: that is
  // checked later. The Error is the spool's (kSystem).
  virtual Result<void> message(const SourcePlace& place, const nlohmann::json& record) = 0;

  // A message that cannot be imported, because of its source. Of `known`, a record as above as far
  // as it came, Id, FromUserId, ToUserId, SendMessageTime and Message are told; it may be null.
  virtual Result<void> bad(const SourcePlace& place, const SourceProblem& problem,
                           const nlohmann::json& known) = 0;

  // Something that is no message to import, by its kind in a few plural words: "service messages",
  // "messages of groups". Counted, not kept.
  virtual void skipped(std::string_view kind) = 0;

  // Something broken that was repaired, by its kind in a few plural words: "control characters
  // written as \\x07". Counted.
  virtual void repaired(std::string_view kind) = 0;

  // What the source says of a person; the first name and the first avatar count. A path becomes a
  // URL by --media-map.
  virtual void person(const std::string& source_id, std::string_view name,
                      std::string_view avatar) = 0;

  // A sentence for the plan, of what this source cannot say. One that was given before is not
  // repeated.
  virtual void note(std::string sentence) = 0;
};

using Converter = Result<void> (*)(const std::filesystem::path& path, Conversion& out);

// The options' spool_folder has the spool, which is gone when the reader is. Takes as much space as
// the messages, and no memory to speak of. Errors: the converter's, and kSystem if the spool cannot
// be written.
Result<std::unique_ptr<SourceReader>> open_converted(std::string_view format,
                                                     const std::filesystem::path& path,
                                                     const FormatOptions& options,
                                                     Converter convert);

// The URL that a source's URL or path is kept at: the longest beginning that FormatOptions::media
// knows is exchanged, of the path in FormatOptions::media_folder before that of the path alone.
// Nothing if it is then no http or https URL, or if what it is exchanged for is "".
std::optional<std::string> media_url(std::string_view source, const FormatOptions& options);

}  // namespace zimmock::client
