#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/mock/mock_process.h"
#include "cli/mock/parent_watch.h"
#include "cli/mock/ready_file.h"
#include "cli/output.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {
namespace {

struct ServeOptions {
  MockOptions mock;
  std::shared_ptr<ReadyFile> ready_file;
  bool die_with_parent = false;
};

// Waits for one of `signals`, which must be blocked in every thread.
void wait_for_signal(const sigset_t& signals) {
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
}

int serve(const ServeOptions& options) {
  if (auto gone = options.ready_file->check(); !gone) return complain(gone.error());
  // Before any thread starts, so that only the waiting below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (!is_ignored(SIGHUP)) sigaddset(&signals, SIGHUP);  // ignored: by nohup, to live on
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  give_up_on_stderr_after(kStderrGrace);

  std::optional<ParentWatch> parent;
  if (options.die_with_parent) {
    auto watch = ParentWatch::open();
    if (!watch) return complain(watch.error());
    parent = std::move(*watch);
  }
  const SystemClock clock;
  const auto mock = MockProcess::start(options.mock, clock);
  if (!mock) return complain(mock.error());
  const std::string ready = to_text((*mock)->ready());
  if (auto written = options.ready_file->write(ready); !written) return complain(written.error());
  if (::isatty(STDOUT_FILENO) != 0) {
    print_text("{}", to_screen((*mock)->ready(), (*mock)->secret_origin()));
  } else {
    print_exact(ready);
  }
  if (!flush_output()) {  // run_program() says why
    options.ready_file->remove();
    return kFailed;
  }
  if (parent) {
    parent->wait(signals);
  } else {
    wait_for_signal(signals);
  }
  options.ready_file->remove();  // first: nobody is to be led to what is about to go
  (*mock)->stop();
  return kOk;
}

}  // namespace

Run setup_serve(CLI::App& app) {
  auto options = std::make_shared<ServeOptions>();
  add_mock_options(app, options->mock);
  options->ready_file = ReadyFile::declare(app);
  app.add_flag("--die-with-parent", options->die_with_parent,
               "Stop when the process that started this one ends (Linux)");
  app.footer(
      "The first line on stdout is a JSON object with url, tls_url, proxy_url, control_url, ca,\n"
      "app_id and pid, printed when the mock answers; where stdout is a terminal, three lines for\n"
      "people are printed instead (--ready-file has the object). SIGTERM, Ctrl-C and SIGHUP stop "
      "it with "
      "exit\ncode 0.");
  return [options] { return serve(*options); };
}

}  // namespace zimmock::cli
