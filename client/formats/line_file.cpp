#include "client/formats/line_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zimmock::client {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

tl::unexpected<Error> bad_file(ErrorKind kind, const std::filesystem::path& path,
                               std::string_view what) {
  return fail(kind, fmt::format("{}: {}", path.string(), what));
}

}  // namespace

LineFile::LineFile(std::filesystem::path path, int fd, std::uint64_t size)
    : path_(std::move(path)), fd_(fd), size_(size) {}

LineFile::LineFile(LineFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(other.fd_),
      size_(other.size_),
      buffer_(std::move(other.buffer_)),
      at_(other.at_),
      end_(other.end_),
      next_offset_(other.next_offset_),
      lines_(other.lines_) {
  other.fd_ = -1;
}

LineFile::~LineFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<LineFile> LineFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK, so that a FIFO without a writer is refused below instead of waited for.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return bad_file(ErrorKind::kUsage, path,
                    fmt::format("could not open: {}", std::strerror(errno)));
  }
  LineFile file(path, fd, 0);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return bad_file(ErrorKind::kUsage, path, std::strerror(errno));
  if (S_ISDIR(info.st_mode)) {
    return bad_file(ErrorKind::kUsage, path, "expected a file, got a folder");
  }
  if (!S_ISREG(info.st_mode)) {
    return bad_file(ErrorKind::kUsage, path, "expected a regular file: it is read more than once");
  }
  file.size_ = static_cast<std::uint64_t>(info.st_size);
  return file;
}

// True if there is something in the buffer.
Result<bool> LineFile::fill() {
  if (at_ < end_) return true;
  buffer_.resize(kBufferBytes);
  while (true) {
    const ssize_t bytes =
        ::pread(fd_, buffer_.data(), buffer_.size(), static_cast<off_t>(next_offset_));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) {
      return bad_file(ErrorKind::kInput, path_,
                      fmt::format("could not read: {}", std::strerror(errno)));
    }
    at_ = 0;
    end_ = static_cast<std::size_t>(bytes);
    if (bytes == 0) buffer_ = {};  // many files are open at once, each read to its end
    return bytes > 0;
  }
}

Result<std::optional<LineFile::Line>> LineFile::next() {
  Line line;
  line.offset = next_offset_;
  bool found_end = false;
  while (!found_end) {
    const auto more = fill();
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    const char* from = buffer_.data() + at_;
    const auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - at_));
    found_end = newline != nullptr;
    const std::size_t bytes = found_end ? static_cast<std::size_t>(newline - from) : end_ - at_;
    line.length += bytes;
    if (line.length <= kMaxLineBytes) line.text.append(from, bytes);
    at_ += bytes + (found_end ? 1 : 0);
    next_offset_ += bytes + (found_end ? 1 : 0);
  }
  if (!found_end && line.length == 0) return std::nullopt;
  line.number = ++lines_;
  if (line.length > kMaxLineBytes) {
    line.text.clear();
    return line;
  }
  if (line.offset == 0 && line.text.starts_with(kByteOrderMark)) {
    line.text.erase(0, kByteOrderMark.size());
    line.offset += kByteOrderMark.size();
  }
  if (line.text.ends_with('\r')) line.text.pop_back();
  line.length = line.text.size();
  return line;
}

Result<std::string> LineFile::read(std::uint64_t offset, std::size_t length) const {
  std::string text(length, '\0');
  std::size_t done = 0;
  while (done < length) {
    const ssize_t bytes =
        ::pread(fd_, text.data() + done, length - done, static_cast<off_t>(offset + done));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) {
      return bad_file(ErrorKind::kInput, path_,
                      fmt::format("could not read: {}", std::strerror(errno)));
    }
    if (bytes == 0) return bad_file(ErrorKind::kInput, path_, "became shorter while it was read");
    done += static_cast<std::size_t>(bytes);
  }
  return text;
}

Result<void> LineFile::measure() {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return bad_file(ErrorKind::kSystem, path_, std::strerror(errno));
  size_ = static_cast<std::uint64_t>(info.st_size);
  return {};
}

Result<std::string> head_of(const std::filesystem::path& path) {
  constexpr std::uint64_t kHeadBytes = std::uint64_t{64} << 10;
  const auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return file->read(0, static_cast<std::size_t>(std::min(kHeadBytes, file->size())));
}

std::uint32_t line_checksum(std::string_view text) {
  std::uint32_t sum = 2166136261U;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
  return sum;
}

}  // namespace zimmock::client
