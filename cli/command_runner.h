#pragma once

#include <csignal>
#include <string>
#include <vector>

namespace zimmock::cli {

// Runs one command in the foreground, as a shell does, in place of this process. Made before any
// thread starts: it blocks SIGTERM, SIGHUP (unless it is ignored), SIGINT, SIGQUIT and SIGCHLD for
// the process and ignores SIGPIPE.
class CommandRunner {
 public:
  struct End {
    int code;  // the command's; 128+N when signal N ended it; 127 not found, 126 cannot run
    std::string error;  // why it did not start, or ""
  };

  CommandRunner();

  // Blocks until the command has ended. It has our stdin, stdout and stderr, process group,
  // terminal, and the signal mask and dispositions that we were started with; `environment` is all
  // of its variables. SIGTERM and SIGHUP are passed on to it; SIGINT and SIGQUIT are not, because a
  // terminal sends them to it as well.
  End run(const std::vector<std::string>& command,
          const std::vector<std::string>& environment) const;

 private:
  sigset_t signals_;
  sigset_t original_mask_;
  bool pipe_was_default_;
};

}  // namespace zimmock::cli
