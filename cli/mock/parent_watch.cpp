#include "cli/mock/parent_watch.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#ifdef __linux__
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#endif

namespace zimmock::cli {

#ifdef __linux__

namespace {

// Process 1 can be what started us: a test runner in a container. Then we are in its session,
// unless it gave us one of our own; an orphan that it adopted is in another's.
bool adopted_by_init() {
  if (::getppid() != 1 || ::getsid(0) == ::getpid()) return false;
  const pid_t session = ::getsid(1);
  return session >= 0 && session != ::getsid(0);
}

}  // namespace

Result<ParentWatch> ParentWatch::open() {
  const pid_t parent = ::getppid();
  mock::FileDescriptor watched(static_cast<int>(::syscall(SYS_pidfd_open, parent, 0)));
  if (watched.fd() < 0 && errno != ESRCH) {
    return fail(ErrorKind::kSystem,
                fmt::format("--die-with-parent: could not watch process {}: {}; it needs Linux 5.3 "
                            "or later, and a sandbox that allows pidfd_open",
                            parent, std::strerror(errno)));
  }
  if (watched.fd() < 0 || ::getppid() != parent || adopted_by_init()) {
    return fail(ErrorKind::kSystem,
                "--die-with-parent: the process that started this one is gone already");
  }
  return ParentWatch(std::move(watched));
}

void ParentWatch::wait(const sigset_t& signals) const {
  const mock::FileDescriptor signal(::signalfd(-1, &signals, SFD_CLOEXEC));
  pollfd polls[] = {{signal.fd(), POLLIN, 0}, {parent_.fd(), POLLIN, 0}};
  while (::poll(polls, 2, -1) < 0 && errno == EINTR) {
  }
}

#else

Result<ParentWatch> ParentWatch::open() {
  return fail(ErrorKind::kSystem,
              "--die-with-parent: expected Linux 5.3 or later, got another system");
}

void ParentWatch::wait(const sigset_t&) const {}

#endif

}  // namespace zimmock::cli
