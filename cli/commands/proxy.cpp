#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/contract/recording_proxy.h"
#include "cli/contract/traffic_report.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/mock/ready_file.h"
#include "cli/mock/ready_line.h"
#include "cli/output.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {
namespace {

struct ProxyOptions {
  std::string upstream;
  std::string listen = "127.0.0.1:0";
  int port = -1;
  std::string har;
  std::shared_ptr<ReadyFile> ready_file;
  std::string log = "text";
  std::string ca_file;
  bool quiet = false;
  JudgeFlags judge;
};

Result<RecordingProxy::Options> proxy_options(const ProxyOptions& options) {
  RecordingProxy::Options out;
  auto upstream = client::parse_endpoint(options.upstream);
  if (!upstream) {
    return fail(ErrorKind::kUsage, fmt::format("--upstream: {}", upstream.error().message));
  }
  out.upstream.endpoint = *std::move(upstream);
  out.upstream.ca_file = options.ca_file;
  auto listen = mock::parse_listen_address(
      options.port >= 0 ? fmt::format("127.0.0.1:{}", options.port) : options.listen);
  if (!listen) {
    return fail(ErrorKind::kUsage, fmt::format("--listen: {}", listen.error().message));
  }
  out.listen = *std::move(listen);
  const auto log =
      choose<LogForm>("--log", options.log,
                      {{"json", LogForm::kJson}, {"text", LogForm::kText}, {"off", LogForm::kOff}});
  if (!log) return tl::unexpected(log.error());
  out.log = options.quiet ? LogForm::kOff : *log;
  auto judge = judge_options(options.judge);
  if (!judge) return tl::unexpected(judge.error());
  out.judge = *std::move(judge);
  auto allowed = parse_allowed(options.judge.allowed);
  if (!allowed) return tl::unexpected(allowed.error());
  out.policy.allowed = *std::move(allowed);
  out.har = options.har;
  return out;
}

Result<void> tell_ready(const RecordingProxy& proxy, const ProxyOptions& options,
                        const JudgeOptions& judge) {
  ReadyLine ready;
  ready.url = proxy.url();
  ready.app_id = judge.app_id.value_or(0);
  ready.pid = ::getpid();
  const std::string text = to_text(ready);
  if (auto written = options.ready_file->write(text); !written) return written;
  print_exact(text);
  if (!flush_output()) {
    options.ready_file->remove();
    return fail(ErrorKind::kSystem,
                fmt::format("stdout: could not write the first line: {}", std::strerror(errno)));
  }
  return {};
}

void wait_for_end(Interrupt& interrupt, const Clock& clock) {
  constexpr std::int64_t kHourNs = 3600 * kNanosPerSecond;
  while (interrupt.wait_until(clock.monotonic_ns() + kHourNs)) {
  }
}

void tell_summary(const RecordingProxy& proxy) {
  const TrafficTally& tally = proxy.tally();
  std::string others;
  if (proxy.others() > 0) {
    others = fmt::format("; {} other requests passed on unjudged", proxy.others());
  }
  tell_line("{}{}zimmock: {}{}", rule_lines(tally, false), finding_lines(tally, "call"),
            verdict_line(tally), others);
}

int proxy(const ProxyOptions& options) {
  if (auto gone = options.ready_file->check(); !gone) return complain(gone.error());
  std::signal(SIGPIPE, SIG_IGN);
  give_up_on_stderr_after(kStderrGrace);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the archive's size is an error of writing it
  auto wanted = proxy_options(options);
  if (!wanted) return complain(wanted.error());
  const SystemClock clock;
  Interrupt interrupt;
  const auto running = RecordingProxy::start(*wanted, clock);
  if (!running) return complain(running.error());
  if (auto told = tell_ready(**running, options, wanted->judge); !told) {
    return complain(told.error());
  }
  wait_for_end(interrupt, clock);
  options.ready_file->remove();  // first: nobody is to be led to what is about to go
  const auto stopped = (*running)->stop();
  if (!options.quiet) tell_summary(**running);
  if (!stopped) return complain(kFailed, stopped.error().message);
  if ((*running)->tally().broken()) return kFailed;
  return (*running)->answered() == 0 ? kIncomplete : kOk;
}

}  // namespace

Run setup_proxy(CLI::App& app) {
  auto options = std::make_shared<ProxyOptions>();
  app.add_option("--upstream", options->upstream,
                 "The service to send requests to, such as https://zim-api.zego.im")
      ->required();
  auto* listen = app.add_option("--listen", options->listen, "HOST:PORT; port 0: any free one")
                     ->capture_default_str();
  app.add_option("--port", options->port, "Listen on 127.0.0.1:PORT")
      ->check(CLI::Range(0, 65'535))
      ->excludes(listen);
  app.add_option("--har", options->har,
                 "Record the traffic to this HTTP Archive, without signatures, tokens and cookies");
  options->ready_file = ReadyFile::declare(app);
  app.add_option("--log", options->log, "One line per request on stderr: json, text or off")
      ->capture_default_str();
  app.add_option("--ca-file", options->ca_file,
                 "CA certificates in PEM to trust for the upstream instead of the system's");
  app.add_flag("--quiet", options->quiet, "Print neither log nor summary; use the exit code");
  add_judge_flags(app, options->judge);
  app.footer(
      "Requests and answers pass unchanged, and both are held against the contract, one by one "
      "and\n"
      "in sequence. The first line on stdout is a JSON object with url and pid. Ctrl-C, "
      "SIGTERM\n"
      "and SIGHUP end it, with a summary on stderr. With ZIM_SERVER_SECRET set (and ZIM_APP_ID, "
      "for that App\n"
      "only) signatures are checked.\n"
      "Ends with 0 when nothing was broken, 1 when something was or the archive is not whole, 2 "
      "for\n"
      "wrong usage, 3 when no call was answered.");
  return [options] { return proxy(*options); };
}

}  // namespace zimmock::cli
