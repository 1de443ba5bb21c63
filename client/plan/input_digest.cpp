#include "client/plan/input_digest.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "client/formats/owned_file.h"

namespace zimmock::client {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Result<void> add_file(EVP_MD_CTX* context, const std::filesystem::path& path) {
  const OwnedFile file(std::fopen(path.c_str(), "rb"));
  std::vector<unsigned char> buffer(std::size_t{256} << 10);
  while (file != nullptr) {
    const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (got == 0) break;
    EVP_DigestUpdate(context, buffer.data(), got);
  }
  if (file != nullptr && std::ferror(file.get()) == 0) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("{}: could not read: {}", path.string(), std::strerror(errno)));
}

// The files below a folder, by name.
Result<std::vector<std::filesystem::path>> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(folder, error), end;
  while (!error && at != end) {
    if (at->is_regular_file(error)) out.push_back(at->path());
    at.increment(error);
  }
  if (error) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: could not read: {}", folder.string(), error.message()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<std::string> input_digest(const std::filesystem::path& path) {
  const Context context(EVP_MD_CTX_new());
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    const auto files = files_of(path);
    if (!files) return tl::unexpected(files.error());
    for (const auto& file : *files) {
      const std::string name = file.lexically_relative(path).string() + "\n";
      EVP_DigestUpdate(context.get(), name.data(), name.size());
      if (auto added = add_file(context.get(), file); !added) return tl::unexpected(added.error());
    }
  } else if (auto added = add_file(context.get(), path); !added) {
    return tl::unexpected(added.error());
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

}  // namespace zimmock::client
