#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/result.h"

namespace zimmock::client {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
inline constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

// A regular file read line by line, without ever holding more of it than one line.
class LineFile {
 public:
  struct Line {
    std::uint64_t offset = 0;  // in bytes, of the line's first
    std::uint64_t length = 0;  // without the line end
    std::uint32_t number = 0;  // from 1
    std::string text;          // empty if the line is longer than kMaxLineBytes
  };

  // An Error (kUsage) for what is not a readable regular file.
  static Result<LineFile> open(const std::filesystem::path& path);
  LineFile(LineFile&& other) noexcept;
  LineFile& operator=(LineFile&&) = delete;
  ~LineFile();

  // The next line, nothing at the end. Lines end at U+000A only; a CR before it and a byte order
  // mark at the start of the file are not part of the text. Used by one thread.
  Result<std::optional<Line>> next();

  // Takes the size anew, of a file that has been written to since it was opened.
  Result<void> measure();

  // `length` bytes from `offset`. Safe from several threads, also while another reads next().
  Result<std::string> read(std::uint64_t offset, std::size_t length) const;

  std::uint64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  LineFile(std::filesystem::path path, int fd, std::uint64_t size);
  Result<bool> fill();

  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;

  std::vector<char> buffer_;
  std::size_t at_ = 0;             // in the buffer
  std::size_t end_ = 0;            // of what is in the buffer
  std::uint64_t next_offset_ = 0;  // in the file, of buffer_[at_]
  std::uint32_t lines_ = 0;
};

// The file's first 64 KiB, for telling what it is. Errors: as LineFile's.
Result<std::string> head_of(const std::filesystem::path& path);

// FNV-1a, enough to notice that a file was edited under our feet.
std::uint32_t line_checksum(std::string_view text);

}  // namespace zimmock::client
