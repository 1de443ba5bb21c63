#pragma once

#include <cstdio>
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

// Who may read a file that is made here.
enum class Readers : unsigned {
  kUser = 0600,    // the user alone: it may hold chats or secrets
  kAnyone = 0644,  // as far as the umask allows
};

// Writes a file so that a reader sees all of it or nothing: beside it, synced, then renamed. It has
// these readers from its first byte on, whatever stood at `path` before.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view text,
                                   Readers readers = Readers::kUser);

// A new stream to write to, for the user alone; replaces what is there. nullptr: errno says why.
std::FILE* open_private_file(const std::filesystem::path& path);

// What to warn of when others than its owner may read a file that holds a secret; else "".
std::string secret_file_warning(const std::filesystem::path& path);

// Where this user's data of ours lives: $XDG_DATA_HOME/zimmock, else ~/.local/share/zimmock.
std::filesystem::path data_home();

// Where this user's programs may tell each other what they are doing, the best place first:
// $XDG_STATE_HOME/zimmock, else ~/.local/state/zimmock; then a folder in the temporary folder.
std::vector<std::filesystem::path> state_folders();

}  // namespace zimmock::cli
