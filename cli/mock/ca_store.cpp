#include "cli/mock/ca_store.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/files.h"

namespace zimmock::cli {
namespace {

namespace fs = std::filesystem;

// Held while the CA is looked for and made.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0) {
      ::close(fd_);
      fd_ = -1;
    }
  }
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  bool held() const { return fd_ >= 0; }

 private:
  int fd_;
};

Result<mock::CertificateAndKey> make_and_store(const fs::path& certificate_path,
                                               const fs::path& key_path, const Clock& clock) {
  auto ca = mock::make_ca(clock.wall_ms());
  if (!ca) return ca;
  if (auto written = write_file_atomically(key_path, ca->key_pem); !written) {
    return tl::unexpected(written.error());
  }
  if (auto written = write_file_atomically(certificate_path, ca->certificate_pem, Readers::kAnyone);
      !written) {
    return tl::unexpected(written.error());
  }
  return ca;
}

}  // namespace

fs::path default_ca_dir() { return data_home() / "ca"; }

Result<StoredCa> load_or_make_ca(const fs::path& dir, const Clock& clock) {
  std::error_code code;
  const fs::path folder = fs::absolute(dir, code);
  fs::create_directories(folder, code);
  if (!code) fs::permissions(folder, fs::perms::owner_all, code);
  errno = code.value();
  const FolderLock lock(folder / "lock");
  if (code || !lock.held()) {
    return fail(
        ErrorKind::kSystem,
        fmt::format("{}: could not keep a CA there: {}; choose another folder with --ca-dir",
                    folder.string(), std::strerror(errno)));
  }
  StoredCa out;
  out.certificate_path = folder / "ca.pem";
  const fs::path key_path = folder / "ca-key.pem";
  if (!fs::exists(out.certificate_path, code) || !fs::exists(key_path, code)) {
    auto made = make_and_store(out.certificate_path, key_path, clock);
    if (!made) return tl::unexpected(made.error());
    out.ca = std::move(*made);
    return out;
  }
  auto certificate = read_small_file(out.certificate_path);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = read_small_file(key_path);
  if (!key) return tl::unexpected(key.error());
  out.ca = {std::move(*certificate), std::move(*key)};
  return out;
}

}  // namespace zimmock::cli
