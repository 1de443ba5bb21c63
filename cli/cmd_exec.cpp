#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/client_environment.h"
#include "cli/command.h"
#include "cli/command_runner.h"
#include "cli/finding_tally.h"
#include "cli/hermetic.h"
#include "cli/mock_process.h"
#include "cli/output.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {
namespace {

struct Options {
  MockOptions mock;
  std::string findings = "fail";
  std::vector<std::string> allowed;
  bool hermetic = false;
};

void say(std::string_view line) { tell_line("zimmock: exec: {}", line); }

int exit_code(const Error& error) {
  return complain(error.kind == ErrorKind::kUsage ? kUsage : kFailed, error.message);
}

// The namespaces, and the mock where clients look for the service in them.
Result<void> become_hermetic(MockOptions& mock) {
  if (mock.port >= 0) mock.listen = fmt::format("127.0.0.1:{}", mock.port);
  mock.port = -1;
  mock.tls_listen = "127.0.0.1:443";
  mock.proxy_listen = "off";
  return enter_hermetic_namespaces();
}

// What the mock has to say after the command ended with `code`; returns the code to end with.
int judge(const FindingTally& tally, bool findings_fail, bool hermetic, int code) {
  if (tally.requests() == 0) {
    say(hermetic ? "the command sent no request to the mock"
                 : "the command sent no request to the mock; a client that does not follow "
                   "HTTPS_PROXY needs --hermetic");
  }
  if (!findings_fail || tally.broken_requests() == 0) return code;
  for (const std::string& line : tally.lines()) say(line);
  say(
      fmt::format("{} of {} requests broke the contract; --allow RULE-ID lets one rule pass, "
                  "--findings ignore all",
                  tally.broken_requests(), tally.requests()));
  return code == kOk ? static_cast<int>(kFailed) : code;
}

int exec(Options& options) {
  if (words_after_dashes().empty()) {
    return complain(kUsage, "exec: expected -- and a command to run (see `zimmock exec --help`)");
  }
  auto allowed = parse_allowed(options.allowed);
  if (!allowed) return exit_code(allowed.error());
  const auto findings_fail =
      choose<bool>("--findings", options.findings, {{"fail", true}, {"ignore", false}});
  if (!findings_fail) return exit_code(findings_fail.error());

  give_up_on_stderr_after(kStderrGrace);
  const CommandRunner runner;
  if (options.hermetic) {
    if (auto entered = become_hermetic(options.mock); !entered) return exit_code(entered.error());
  }
  const SystemClock clock;
  FindingTally tally(std::move(*allowed));
  const auto mock = MockProcess::start(
      options.mock, clock, [&tally](const RequestRecord& record) { tally.add(record); });
  if (!mock) return exit_code(mock.error());
  const auto environment =
      changed_environment(client_environment((*mock)->ready(), (*mock)->server_secret()));
  if (options.hermetic) drop_namespace_privileges();
  const auto end = runner.run(words_after_dashes(), environment);
  (*mock)->stop();
  if (!end.error.empty()) {
    say(end.error);
    return end.code;
  }
  return judge(tally, *findings_fail, options.hermetic, end.code);
}

}  // namespace

Run setup_exec(CLI::App& app) {
  auto options = std::make_shared<Options>();
  options->mock.listen = options->mock.tls_listen = options->mock.proxy_listen = "127.0.0.1:0";
  options->mock.log = "off";
  app.add_option("--findings", options->findings,
                 "When a request broke the contract: fail (print what, end with 1) or ignore")
      ->capture_default_str();
  app.add_option("--allow", options->allowed,
                 "The id of a rule that may be broken; repeatable (see `zimmock list rules`)")
      ->allow_extra_args(false);
  auto* hermetic = app.add_flag(
      "--hermetic", options->hermetic,
      "Run mock and command in a network of their own in which the vendor's hosts are the\n"
      "mock at port 443 and nothing else can be reached, instead of by a proxy (Linux)");
  add_mock_options(app, options->mock);
  hermetic->excludes("--tls-listen")->excludes("--proxy-listen");
  app.footer(
      "zimmock exec [OPTIONS] -- COMMAND [ARGUMENT]...\n\n"
      "For the command only, these are set: HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, CURL_CA_BUNDLE,\n"
      "REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, ZIM_ENDPOINT, ZIM_APP_ID, ZIM_SERVER_SECRET,\n"
      "ZIMMOCK_CONTROL; HTTP_PROXY and ALL_PROXY are taken away. Ends with the command's code "
      "(128+N\n"
      "by signal N, 127 not found, 126 cannot be run), or with 1 when that is 0 and the contract\n"
      "was broken.");
  return [options] { return exec(*options); };
}

}  // namespace zimmock::cli
