#pragma once

// Stream Chat's export of channels: {"channel", "members", "messages"}, one document, several, or
// an array of them.

#include <filesystem>
#include <string_view>

#include "client/formats/conversion.h"

namespace zimmock::client {

// True if a file that begins so is one.
bool is_stream_export(std::string_view head);

// Reads the file twice. Errors: as read_json_elements.
Result<void> convert_stream_export(const std::filesystem::path& path, Conversion& out);

}  // namespace zimmock::client
