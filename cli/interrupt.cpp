#include "cli/interrupt.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output.h"

namespace zimmock::cli {
namespace {

constexpr char kSignal = 's';
constexpr char kQuit = 'q';

// A signal handler may do next to nothing: it leaves a byte for the listening thread.
std::atomic<int> signal_fd{-1};
std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  const int saved_errno = errno;
  const bool is_first = signals_seen++ == 0;
  if (!is_first && signal == SIGHUP) return;
  if (!is_first) ::_exit(kInterrupted);
  [[maybe_unused]] const ssize_t written = ::write(signal_fd, &kSignal, 1);
  errno = saved_errno;
}

}  // namespace

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

Interrupt::Interrupt() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  write_fd_ = fds[1];
  signal_fd = write_fd_;
  signals_seen = 0;
  listener_ = std::thread([this, read_fd = fds[0]] { listen(read_fd); });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  if (!is_ignored(SIGHUP)) ::sigaction(SIGHUP, &action, nullptr);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  if (!is_ignored(SIGHUP)) std::signal(SIGHUP, SIG_DFL);
  [[maybe_unused]] const ssize_t written = ::write(write_fd_, &kQuit, 1);
  listener_.join();
  ::close(write_fd_);
}

void Interrupt::listen(int read_fd) {
  char byte = 0;
  while (true) {
    const ssize_t bytes = ::read(read_fd, &byte, 1);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes != 1 || byte == kQuit) break;
    {
      const std::lock_guard lock(mutex_);
      interrupted_ = true;
      changed_.notify_all();
    }
    // The run is told first: whoever reads this line may count what is sent after it. Nobody may
    // read it.
    const std::string line =
        "zimmock: interrupted; finishing what is under way (once more: at once)\n";
    tell_if_taken(::isatty(STDERR_FILENO) == 1 ? "\n" + line : line,
                  std::chrono::milliseconds(100));
  }
  ::close(read_fd);
}

bool Interrupt::wait_until(std::int64_t monotonic_ns) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point until{std::chrono::nanoseconds(monotonic_ns)};
  std::unique_lock lock(mutex_);
  return !changed_.wait_until(lock, until, [this] { return interrupted_; });
}

bool Interrupt::interrupted() const {
  const std::lock_guard lock(mutex_);
  return interrupted_;
}

}  // namespace zimmock::cli
