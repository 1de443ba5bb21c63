#include "cli/contract/har_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "contracts/harness/har.h"

namespace zimmock::cli {
namespace {

bool write_at(int fd, std::string_view text, std::int64_t at) {
  while (!text.empty()) {
    const ssize_t written = ::pwrite(fd, text.data(), text.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<HarFile>> HarFile::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::unique_ptr<HarFile> file(new HarFile(path, fd));
  if (fd < 0) return file->error();
  const std::string head = har_head(ZIMMOCK_VERSION);
  if (!write_at(fd, head + std::string(kHarTail), 0)) return file->error();
  file->tail_at_ = static_cast<std::int64_t>(head.size());
  return file;
}

HarFile::~HarFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> HarFile::add(std::string_view entry) {
  const std::string text = fmt::format("{}{}", empty_ ? std::string_view() : kHarBetween, entry);
  if (!write_at(fd_, text + std::string(kHarTail), tail_at_)) {
    auto failed = error();
    // What there was before fits, as it was there.
    const bool restored =
        write_at(fd_, kHarTail, tail_at_) &&
        ::ftruncate(fd_, tail_at_ + static_cast<std::int64_t>(kHarTail.size())) == 0;
    if (!restored) failed.value().message += "; what is there is not whole";
    return failed;
  }
  tail_at_ += static_cast<std::int64_t>(text.size());
  empty_ = false;
  return {};
}

Result<void> HarFile::close() {
  const bool synced = ::fsync(fd_) == 0 || errno == EINVAL;  // a pipe cannot be
  const bool closed = ::close(std::exchange(fd_, -1)) == 0;
  if (!synced || !closed) return error();
  return {};
}

tl::unexpected<Error> HarFile::error() const {
  return fail(ErrorKind::kSystem,
              fmt::format("{}: could not write the archive: {}", path_, std::strerror(errno)));
}

}  // namespace zimmock::cli
