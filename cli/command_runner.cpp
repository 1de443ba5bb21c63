#include "cli/command_runner.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include "cli/interrupt.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;
constexpr int kSignalBase = 128;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

int code_of(int status) {
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

CommandRunner::CommandRunner() {
  sigemptyset(&signals_);
  for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCHLD}) {
    // Ignored by nohup, it is the command's to heed.
    if (signal != SIGHUP || !is_ignored(SIGHUP)) sigaddset(&signals_, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, &original_mask_);
  pipe_was_default_ = std::signal(SIGPIPE, SIG_IGN) == SIG_DFL;
  std::signal(SIGCHLD, SIG_DFL);  // ignored, it would leave nothing to wait for
}

CommandRunner::End CommandRunner::run(const std::vector<std::string>& command,
                                      const std::vector<std::string>& environment) const {
  sigset_t defaults;
  sigemptyset(&defaults);
  if (pipe_was_default_) sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &original_mask_);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, command.front().c_str(), nullptr, &attributes,
                                   pointers(command).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return {error == ENOENT ? kNotFound : kNotExecutable,
            fmt::format("{}: could not run: {}", quote(command.front()), std::strerror(error))};
  }
  while (true) {
    int received = 0;
    int status = 0;
    if (sigwait(&signals_, &received) != 0) continue;
    if (received == SIGTERM || received == SIGHUP) ::kill(child, received);
    if (received == SIGCHLD && ::waitpid(child, &status, WNOHANG) == child) {
      return {code_of(status), ""};
    }
  }
}

}  // namespace zimmock::cli
