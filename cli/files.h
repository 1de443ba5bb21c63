#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/result.h"

namespace zimmock::cli {

// The whole of a small file (settings, secrets); larger than 1 MiB is refused.
Result<std::string> read_small_file(const std::filesystem::path& path);

// The whole of a file of any size, or for "-" of stdin.
Result<std::string> read_input(const std::string& file_or_dash);

// Writes a file so that a reader sees all of it or nothing: beside it, synced, then renamed. `mode`
// is the new file's, from its first byte on.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view text,
                                   unsigned mode = 0644);

// Where this user's data of ours lives: $XDG_DATA_HOME/zimmock, else ~/.local/share/zimmock.
std::filesystem::path data_home();

// Where this user's programs may tell each other what they are doing, the best place first:
// $XDG_STATE_HOME/zimmock, else ~/.local/state/zimmock; then a folder in the temporary folder.
std::vector<std::filesystem::path> state_folders();

}  // namespace zimmock::cli
