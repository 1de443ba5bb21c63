#pragma once

// Texts over the service's limit, read as several messages or as a file.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/formats/format.h"
#include "contracts/api/result.h"

namespace zimmock::client {

enum class LongPolicy { kStop, kSplit, kFile };

struct LongMessages {
  LongPolicy policy = LongPolicy::kStop;
  // For kFile: keeps a text under that name, from where the user uploads it. Its Error ends the
  // reading. Called by next() alone.
  std::function<Result<void>(const std::string& file_name, std::string_view text)> keep;
};

// Parts of at most `max_bytes` each, which joined are the text. A cut stands behind a line's end,
// else a sentence's in Chinese and Japanese, else a space, if one is in the second half of the
// part; else between two characters.
std::vector<std::string> split_text(std::string_view text, std::size_t max_bytes);

// The same source, where a text message over the limit of FormatOptions::profile becomes:
// with kSplit several texts of the same time, with ids "ID#1", "ID#2", … and the source's
// ExtendedData at the first; with kFile a file (type 12) with the URL that FormatOptions::media has
// for "long-messages/NAME", NAME being 16 hex digits of the text's digest and ".txt". What became
// of how many is told by SourceFacts::repaired.
std::unique_ptr<SourceReader> read_long_messages(std::unique_ptr<SourceReader> source,
                                                 LongMessages how, const FormatOptions& options);

}  // namespace zimmock::client
