#include "cli/files.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace zimmock::cli {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> system_error(const fs::path& path, std::string_view doing) {
  return fail(ErrorKind::kSystem,
              fmt::format("{}: could not {}: {}", path.string(), doing, std::strerror(errno)));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// What another process left there keeps its readers, so it goes first.
int open_new(const fs::path& path, Readers readers) {
  ::unlink(path.c_str());
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                static_cast<unsigned>(readers));
}

Result<std::ifstream> open_file(const fs::path& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) {
    return fail(ErrorKind::kUsage, fmt::format("{}: expected a file, got a folder", path.string()));
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: could not open: {}", path.string(), std::strerror(errno)));
  }
  return in;
}

Result<std::string> read_all(std::istream& in, const std::string& name) {
  constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
  std::string out;
  errno = 0;
  while (in) {
    const std::size_t before = out.size();
    out.resize(before + kChunkBytes);
    in.read(out.data() + before, kChunkBytes);
    out.resize(before + static_cast<std::size_t>(in.gcount()));
  }
  if (!in.bad()) return out;
  return fail(ErrorKind::kInput, fmt::format("{}: could not read: {}", name, std::strerror(errno)));
}

// The folder that the variable names, else that one in the user's home; nothing without a home.
std::optional<fs::path> xdg_home(const char* variable, const char* in_home) {
  if (const char* xdg = std::getenv(variable); xdg != nullptr && *xdg == '/') {
    return fs::path(xdg) / "zimmock";
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return std::nullopt;
  return fs::path(home) / in_home / "zimmock";
}

}  // namespace

Result<std::string> read_small_file(const fs::path& path) {
  auto in = open_file(path);
  if (!in) return tl::unexpected(in.error());
  constexpr std::uintmax_t kMaxBytes = 1 << 20;
  std::error_code code;
  if (fs::file_size(path, code) > kMaxBytes && !code) {
    return fail(ErrorKind::kUsage, fmt::format("{}: expected at most 1 MiB", path.string()));
  }
  return read_all(*in, path.string());
}

Result<std::string> read_input(const std::string& file_or_dash) {
  if (file_or_dash == "-") return read_all(std::cin, "stdin");
  auto in = open_file(file_or_dash);
  if (!in) return tl::unexpected(in.error());
  return read_all(*in, file_or_dash);
}

Result<PendingFile> PendingFile::open(const fs::path& path, Readers readers) {
  std::error_code code;
  if (fs::exists(path, code) && !fs::is_regular_file(path, code)) {
    return fail(ErrorKind::kUsage, fmt::format("{}: expected a regular file", path.string()));
  }
  static std::atomic<unsigned> opened{0};  // the same path may be asked for twice
  std::string beside = fmt::format("{}.{}.{}.tmp", path.string(), ::getpid(), opened++);
  const int fd = open_new(beside, readers);
  if (fd < 0) return system_error(path, "write");
  return PendingFile(path, std::move(beside), fd);
}

PendingFile::~PendingFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(beside_.c_str());
}

Result<void> PendingFile::add(std::string_view text) {
  return write_all(fd_, text) ? Result<void>() : system_error(path_, "write");
}

Result<void> PendingFile::finish() {
  const bool synced = ::fsync(fd_) == 0;
  const int sync_errno = errno;
  const bool closed = ::close(std::exchange(fd_, -1)) == 0;
  if (!synced || !closed || ::rename(beside_.c_str(), path_.c_str()) != 0) {
    if (!synced) errno = sync_errno;
    auto error = system_error(path_, "write");
    ::unlink(beside_.c_str());
    return error;
  }
  return {};
}

Result<void> PendingFile::write(std::string_view text) {
  if (auto added = add(text); !added) return added;
  return finish();
}

Result<void> write_file_atomically(const fs::path& path, std::string_view text, Readers readers) {
  auto file = PendingFile::open(path, readers);
  if (!file) return tl::unexpected(file.error());
  return file->write(text);
}

Result<void> check_new_file(const char* option, const fs::path& path, bool force) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  if (!fs::is_regular_file(path, ignored)) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}: expected a regular file", option, path.string()));
  }
  if (force) return {};
  return fail(
      ErrorKind::kUsage,
      fmt::format("{}: {}: expected a new file, got one that is there; --force overwrites it",
                  option, path.string()));
}

std::FILE* open_private_file(const fs::path& path) {
  const int fd = open_new(path, Readers::kUser);
  return fd < 0 ? nullptr : ::fdopen(fd, "w");
}

std::string secret_file_warning(const fs::path& path) {
  constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (code || !fs::is_regular_file(status)) return "";
  if ((status.permissions() & kOthers) == fs::perms::none) return "";
  return fmt::format(
      "{}: holds a secret, expected mode 0600, got {:04o}: others on this machine may read it; run "
      "chmod 600",
      path.string(), static_cast<unsigned>(status.permissions()));
}

fs::path data_home() {
  return xdg_home("XDG_DATA_HOME", ".local/share").value_or("./.local/share/zimmock");
}

std::vector<fs::path> state_folders() {
  std::vector<fs::path> out;
  if (auto home = xdg_home("XDG_STATE_HOME", ".local/state")) out.push_back(*std::move(home));
  std::error_code code;
  const fs::path temporary = fs::temp_directory_path(code);
  if (!code) out.push_back(temporary / fmt::format("zimmock-{}", ::geteuid()));
  return out;
}

}  // namespace zimmock::cli
