#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
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

// A file that is written at the end of some work, opened before it: what cannot be written is an
// error before the work is done. A reader of `path` sees what stood there before or all of the new
// text: it is written beside it, synced, then renamed, and has these readers from its first byte
// on.
class PendingFile {
 public:
  // kSystem: a folder that is not there, or may not be written.
  static Result<PendingFile> open(const std::filesystem::path& path, Readers readers);

  PendingFile(PendingFile&& other) noexcept
      : path_(std::move(other.path_)), beside_(std::move(other.beside_)), fd_(other.fd_) {
    other.fd_ = -1;
  }
  PendingFile& operator=(PendingFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(beside_, other.beside_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  // Leaves `path` alone if finish() was not called.
  ~PendingFile();

  // Adds to the file. After an Error it is not to be finished.
  Result<void> add(std::string_view text);

  // Puts it in its place; once.
  Result<void> finish();

  // Both, for a file that is written at once.
  Result<void> write(std::string_view text);

 private:
  PendingFile(std::filesystem::path path, std::string beside, int fd)
      : path_(std::move(path)), beside_(std::move(beside)), fd_(fd) {}

  std::filesystem::path path_;
  std::string beside_;
  int fd_;
};

// A PendingFile, opened and written.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view text,
                                   Readers readers = Readers::kUser);

// An Error (kUsage) if the path is there: as no regular file, or without `force`.
Result<void> check_new_file(const char* option, const std::filesystem::path& path, bool force);

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
