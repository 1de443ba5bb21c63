#pragma once

// The chats in a .zip, as WhatsApp, Slack and Telegram hand them out.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "contracts/api/result.h"

namespace zimmock::client {

// What is unpacked of one .zip at most: a few kilobytes can say that they are terabytes.
struct ZipLimits {
  std::uint64_t bytes = std::uint64_t{4} << 30;
  std::uint64_t entries = 100'000;
};

// A folder of its own for unpacked files, which goes away with it and all that is in it. What is
// open then can still be read.
class UnpackedFolder {
 public:
  UnpackedFolder(UnpackedFolder&& other) noexcept;
  UnpackedFolder& operator=(UnpackedFolder&& other) noexcept;
  ~UnpackedFolder();

  const std::filesystem::path& path() const { return path_; }

  // Files of the archive that were not unpacked: their names do not end in .txt, .json or .jsonl.
  const std::vector<std::string>& left_packed() const { return left_packed_; }

 private:
  friend Result<UnpackedFolder> unpack_zip(const std::filesystem::path&,
                                           const std::filesystem::path&, ZipLimits);
  UnpackedFolder() = default;

  std::filesystem::path path_;
  std::vector<std::string> left_packed_;
};

// True if the file begins as a .zip does.
bool is_zip(const std::filesystem::path& path);

// Unpacks what may be a chat into a new folder in `folder`, for the user alone. An Error (kUsage)
// for an archive that is broken, encrypted, over the limits, or has a name that leads out of it;
// kSystem if the files cannot be written. Nothing is left then.
Result<UnpackedFolder> unpack_zip(const std::filesystem::path& path,
                                  const std::filesystem::path& folder, ZipLimits limits = {});

}  // namespace zimmock::client
