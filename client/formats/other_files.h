#pragma once

// Files that are no chat history as they are, and what to do with them.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace zimmock::client {

// "a .zip archive; unpack it and give the file or folder in it", of a file that begins with `head`,
// or of the folder at `path` if `head` is empty. Nothing for what may be a chat history. Looks into
// a folder for the names of a few files; blocks for that long.
std::optional<std::string> other_file(std::string_view head, const std::filesystem::path& path);

}  // namespace zimmock::client
