#include "cli/migrate/run_lock.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnd = ".lock";

class File {
 public:
  File() = default;
  explicit File(const fs::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  bool lock(int how) const {
    while (::flock(fd_, how) != 0) {
      if (errno != EINTR) return false;
    }
    return true;
  }

 private:
  int fd_ = -1;
};

tl::unexpected<Error> no_lock(const fs::path& path) {
  return fail(ErrorKind::kSystem, fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

// A folder that nobody else can put anything into.
Result<void> make_private(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder.parent_path(), code);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return no_lock(folder);
  struct stat what {};
  if (::lstat(folder.c_str(), &what) != 0) return no_lock(folder);
  if (!S_ISDIR(what.st_mode) || what.st_uid != ::geteuid()) {
    return fail(ErrorKind::kSystem,
                fmt::format("{}: expected a folder of this user", folder.string()));
  }
  if ((what.st_mode & 0077) != 0 && ::chmod(folder.c_str(), 0700) != 0) return no_lock(folder);
  return {};
}

// Shards of one partition are apart from each other; those of two partitions overlap.
bool overlap(const client::Shard& a, const client::Shard& b) {
  return a.of != b.of || a.number == b.number;
}

std::string shard_words(const client::Shard& shard) {
  return shard.of == 1 ? "" : fmt::format(" (shard {}/{})", shard.number, shard.of);
}

// What the other run has written into its lock: its pid, and its journal.
tl::unexpected<Error> refused(const LockedRun& run, const client::Shard& others, int fd) {
  std::string text(8192, '\0');
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  const std::size_t line = std::min(text.find('\n'), text.size());
  return fail(
      ErrorKind::kUsage,
      fmt::format(
          "another run{} is sending this file to {} as app {}: pid {}, journal {}; wait for "
          "its end, or stop it",
          shard_words(others), run.service, run.app_id, text.substr(0, line),
          quote(text.substr(std::min(line + 1, text.size())), text.size())));
}

// Removes the locks that ended runs have left. An Error (kUsage) if one of a run under way
// overlaps.
Result<void> check_others(const fs::path& folder, const std::string& name, const LockedRun& run) {
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    const std::string found = at->path().filename().string();
    if (!found.starts_with(name + ".") || !found.ends_with(kEnd)) continue;
    const std::size_t from = name.size() + 1;
    std::string words = found.substr(from, found.size() - from - kEnd.size());
    if (const auto of = words.find("-of-"); of != std::string::npos) words.replace(of, 4, "/");
    const auto shard = client::parse_shard(words);
    const File file(at->path());
    if (!shard || file.fd() < 0) continue;
    if (file.lock(LOCK_EX | LOCK_NB)) {
      ::unlink(at->path().c_str());
    } else if (errno != EWOULDBLOCK) {
      return no_lock(at->path());
    } else if (overlap(*shard, run.shard)) {
      return refused(run, *shard, file.fd());
    }
  }
  if (!code) return {};
  errno = code.value();
  return no_lock(folder);
}

}  // namespace

Result<RunLock> RunLock::take(const std::vector<fs::path>& folders, const LockedRun& run) {
  Error why{ErrorKind::kSystem, "no folder for it"};
  for (const fs::path& folder : folders) {
    auto taken = take_in(folder, run);
    if (taken || taken.error().kind == ErrorKind::kUsage) return taken;
    why = taken.error();
  }
  return tl::unexpected(why);
}

// Whoever looks at the locks of others, makes one or removes one that was left, holds the folder's.
Result<RunLock> RunLock::take_in(const fs::path& folder, const LockedRun& run) {
  if (auto made = make_private(folder); !made) return tl::unexpected(made.error());
  const File all(folder / "runs.lock");
  if (all.fd() < 0 || !all.lock(LOCK_EX)) return no_lock(folder / "runs.lock");
  const std::string name =
      "run-" + md5_hex(fmt::format("{}\n{}\n{}", run.service, run.app_id, run.input));
  if (auto free = check_others(folder, name, run); !free) return tl::unexpected(free.error());
  const fs::path path =
      folder / fmt::format("{}.{}-of-{}{}", name, run.shard.number, run.shard.of, kEnd);
  File file(path);
  if (file.fd() < 0 || !file.lock(LOCK_EX | LOCK_NB)) return no_lock(path);
  std::error_code ignored;
  const std::string text =
      fmt::format("{}\n{}", ::getpid(), fs::absolute(run.journal, ignored).string());
  if (::write(file.fd(), text.data(), text.size()) < 0) return no_lock(path);
  return RunLock(file.release(), path);
}

RunLock::RunLock(RunLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

RunLock::~RunLock() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace zimmock::cli
