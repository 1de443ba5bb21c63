#include "client/formats/zip_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <minizip/unzip.h>

#include "client/formats/owned_file.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

namespace fs = std::filesystem;

constexpr uLong kEncrypted = 1;  // the flag's bit

struct CloseZip {
  void operator()(void* zip) const { unzClose(zip); }
};

tl::unexpected<Error> broken_zip(const fs::path& path, std::string_view what) {
  return fail(ErrorKind::kUsage, fmt::format("{}: {}", path.string(), what));
}

// A chat is text. What else is packed, photos and voices, stays where it is.
bool may_be_chat(std::string_view name) {
  constexpr std::array<std::string_view, 3> kEndings{".txt", ".json", ".jsonl"};
  const auto dot = std::min(name.rfind('.'), name.size());
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) {
    return equal_ignoring_case(name.substr(dot), ending);
  });
}

// A relative path that stays where it is unpacked.
bool stays_inside(const std::string& name) {
  const fs::path path(name);
  const bool leads_out =
      std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
  return !name.empty() && !path.is_absolute() && !leads_out && name.find('\\') == name.npos &&
         name.find('\0') == name.npos;
}

class Unpacker {
 public:
  Unpacker(const fs::path& path, const fs::path& folder, const ZipLimits& limits, void* zip)
      : path_(path), folder_(folder), limits_(limits), zip_(zip) {}

  Result<std::vector<std::string>> run() {
    int at = unzGoToFirstFile(zip_);
    for (std::uint64_t entries = 1; at == UNZ_OK; at = unzGoToNextFile(zip_), ++entries) {
      if (entries > limits_.entries)
        return broken_zip(path_, fmt::format("expected at most {} files in an archive, got more",
                                             limits_.entries));
      if (auto done = entry(); !done) return tl::unexpected(done.error());
    }
    if (at != UNZ_END_OF_LIST_OF_FILE)
      return broken_zip(path_, "expected a whole .zip, got a broken one");
    return std::move(left_packed_);
  }

 private:
  Result<void> entry() {
    unz_file_info64 info{};
    std::string name(kMaxName, '\0');
    if (unzGetCurrentFileInfo64(zip_, &info, name.data(), name.size(), nullptr, 0, nullptr, 0) !=
        UNZ_OK)
      return broken_zip(path_, "expected a whole .zip, got a broken one");
    name.resize(std::min<std::size_t>(info.size_filename, kMaxName));
    if (!stays_inside(name) || info.size_filename > kMaxName) {
      return broken_zip(
          path_, fmt::format("expected names of files inside the archive, got {}", quote(name)));
    }
    if (name.ends_with('/')) return {};
    if (!may_be_chat(name)) {
      left_packed_.push_back(name);
      return {};
    }
    if (!names_.insert(name).second)
      return broken_zip(path_, fmt::format("expected each file once, got {} twice", quote(name)));
    if ((info.flag & kEncrypted) != 0) {
      return broken_zip(path_,
                        fmt::format("expected an archive without a password, but {} has one: "
                                    "unpack it yourself, and give the folder",
                                    quote(name)));
    }
    return unpack(name);
  }

  Result<void> unpack(const std::string& name) {
    const fs::path target = folder_ / name;
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    const OwnedFile file(error ? nullptr : std::fopen(target.c_str(), "wbx"));
    if (file == nullptr) return cannot_write(name);
    if (unzOpenCurrentFile(zip_) != UNZ_OK)
      return broken_zip(path_,
                        fmt::format("{}: could not be unpacked: its way of packing is unknown, "
                                    "or it is broken; unpack it yourself, and give the folder",
                                    quote(name)));
    auto copied = copy(name, file.get());
    const int closed = unzCloseCurrentFile(zip_);
    if (!copied) return copied;
    if (closed != UNZ_OK)
      return broken_zip(path_,
                        fmt::format("{}: its bytes are not those that were packed", quote(name)));
    if (std::fflush(file.get()) != 0) return cannot_write(name);
    return {};
  }

  Result<void> copy(const std::string& name, std::FILE* file) {
    std::vector<char> buffer(std::size_t{256} << 10);
    while (true) {
      const int got = unzReadCurrentFile(zip_, buffer.data(), static_cast<unsigned>(buffer.size()));
      if (got == 0) return {};
      if (got < 0) return broken_zip(path_, fmt::format("{}: is broken", quote(name)));
      const auto bytes = static_cast<std::size_t>(got);
      unpacked_ += bytes;
      if (unpacked_ > limits_.bytes) {
        return broken_zip(path_,
                          fmt::format("expected chats of at most {} bytes when unpacked, got "
                                      "more; unpack it yourself, and give the folder",
                                      limits_.bytes));
      }
      if (std::fwrite(buffer.data(), 1, bytes, file) != bytes) return cannot_write(name);
    }
  }

  Result<void> cannot_write(const std::string& name) const {
    return fail(ErrorKind::kSystem,
                fmt::format("{}: {} could not be unpacked to {}: {}; TMPDIR names another folder",
                            path_.string(), quote(name), folder_.string(), std::strerror(errno)));
  }

  static constexpr std::size_t kMaxName = 4096;

  const fs::path& path_;
  const fs::path& folder_;
  const ZipLimits& limits_;
  void* zip_;
  std::uint64_t unpacked_ = 0;
  std::set<std::string> names_;
  std::vector<std::string> left_packed_;
};

}  // namespace

UnpackedFolder::UnpackedFolder(UnpackedFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), left_packed_(std::move(other.left_packed_)) {}

UnpackedFolder& UnpackedFolder::operator=(UnpackedFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(left_packed_, other.left_packed_);
  return *this;
}

UnpackedFolder::~UnpackedFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

bool is_zip(const fs::path& path) {
  std::array<char, 4> head{};
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  const std::string_view magic(head.data(), head.size());
  return magic == "PK\x03\x04" || magic == "PK\x05\x06";
}

Result<UnpackedFolder> unpack_zip(const fs::path& path, const fs::path& folder, ZipLimits limits) {
  const std::unique_ptr<void, CloseZip> zip(unzOpen64(path.c_str()));
  if (zip == nullptr) {
    return broken_zip(path,
                      "expected a whole .zip, got one without its end: copy or download it again");
  }
  std::string name = (folder / "zimmock-unpacked-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(ErrorKind::kSystem,
                fmt::format("{}: could not make a folder to unpack {} to: {}", folder.string(),
                            path.string(), std::strerror(errno)));
  }
  UnpackedFolder out;
  out.path_ = name;
  auto left_packed = Unpacker(path, out.path_, limits, zip.get()).run();
  if (!left_packed) return tl::unexpected(left_packed.error());
  out.left_packed_ = *std::move(left_packed);
  return out;
}

}  // namespace zimmock::client
