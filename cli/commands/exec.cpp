#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/command_runner.h"
#include "cli/contract/served_calls.h"
#include "cli/files.h"
#include "cli/mock/client_environment.h"
#include "cli/mock/hermetic.h"
#include "cli/mock/mock_process.h"
#include "cli/output.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {
namespace {

struct ExecOptions {
  MockOptions mock;
  std::string findings = "fail";
  std::vector<std::string> allowed;
  bool allow_duplicates = false;
  bool hermetic = false;
  std::string state_out;
  std::string requests_out;
};

void say(std::string_view line) { tell_line("zimmock: exec: {}", line); }

// The namespaces, and the mock where clients look for the service in them.
Result<void> become_hermetic(MockOptions& mock) {
  if (mock.port >= 0) mock.listen = fmt::format("127.0.0.1:{}", mock.port);
  mock.port = -1;
  mock.tls_listen = "127.0.0.1:443";
  mock.proxy_listen = "off";
  return enter_hermetic_namespaces();
}

// --- what is written at the end ---

// Opened before the command starts, so that a file that cannot be written costs no run.
struct Outputs {
  std::optional<PendingFile> state, requests;
};

Result<void> open_output(const char* option, const std::string& file,
                         std::optional<PendingFile>& out) {
  if (file.empty()) return {};
  auto opened = PendingFile::open(file, Readers::kUser);
  if (!opened) {
    return fail(ErrorKind::kUsage, fmt::format("{}: {}", option, opened.error().message));
  }
  out.emplace(*std::move(opened));
  return {};
}

Result<void> write_outputs(MockProcess& mock, Outputs& outputs) {
  if (outputs.state) {
    if (auto written = outputs.state->write(mock.state_document()); !written) return written;
  }
  if (!outputs.requests) return {};
  const auto [lines, dropped] = mock.request_lines();
  if (dropped > 0) {
    say(
        fmt::format("{} older requests are no longer kept, and not in --requests-out; use "
                    "--journal",
                    dropped));
  }
  return outputs.requests->write(lines);
}

// --- verdict ---

// Why there may have been none.
std::string no_request(std::size_t tls_connections, bool hermetic) {
  if (tls_connections > 0) {
    return fmt::format(
        "the command sent no request to the mock: of {} TLS connection{} none came to a request, "
        "so the client does not trust the mock's CA; it is in the file $SSL_CERT_FILE (PHP: php -d "
        "curl.cainfo=\"$SSL_CERT_FILE\"; Java: a trust store)",
        tls_connections, tls_connections == 1 ? "" : "s");
  }
  if (hermetic) return "the command sent no request to the mock, and opened no TLS connection";
  return "the command sent no request to the mock; a client that does not follow HTTPS_PROXY needs "
         "--hermetic";
}

// What the mock has to say after the command ended with `code`; returns the code to end with.
int judge(const TrafficTally& tally, bool findings_fail, bool duplicates_fail, int code) {
  const std::size_t requests = tally.exchanges();
  if (tally.limited_exchanges() == requests) {
    say(requests == 1
            ? "nothing was judged: the request was for an operation that zimmock does not emulate"
            : fmt::format("nothing was judged: all {} requests were for operations that zimmock "
                          "does not emulate",
                          requests));
  }
  if (!findings_fail) return code;
  for (const std::string& line : served_lines(tally)) say(line);
  if (tally.broken_exchanges() > 0) {
    say(
        fmt::format("{} of {} requests broke the contract; --allow RULE-ID lets one rule pass, "
                    "--findings ignore all",
                    tally.broken_exchanges(), requests));
  }
  if (tally.duplicates() > 0) {
    say(fmt::format("{} message{} stored twice{}", tally.duplicates(),
                    tally.duplicates() == 1 ? " is" : "s are",
                    duplicates_fail ? "; --allow-duplicates lets that pass" : ", as allowed"));
  }
  return tally.broken() && code == kOk ? static_cast<int>(kFailed) : code;
}

int run(const ExecOptions& options, const CommandRunner& runner, VerdictPolicy policy,
        bool findings_fail, Outputs& outputs) {
  const SystemClock clock;
  const bool duplicates_fail = policy.duplicates_fail;
  ServedCalls calls(std::move(policy));
  const auto mock = MockProcess::start(
      options.mock, clock, [&calls](const mock::RequestRecord& record) { calls.add(record); });
  if (!mock) return complain(mock.error());
  const auto environment =
      changed_environment(client_environment((*mock)->ready(), (*mock)->server_secret()));
  if (options.hermetic) drop_namespace_privileges();
  const auto end = runner.run(words_after_dashes(), environment);
  const auto written = write_outputs(**mock, outputs);
  const std::size_t tls_connections = (*mock)->tls_connections();
  (*mock)->stop();
  if (!end.error.empty()) {
    say(end.error);
    return end.code;
  }
  int code = end.code;
  if (calls.tally().exchanges() == 0) {
    say(no_request(tls_connections, options.hermetic));
    if (code == kOk) code = kIncomplete;
  } else {
    code = judge(calls.tally(), findings_fail, duplicates_fail, code);
  }
  if (written) return code;
  complain(kFailed, written.error().message);
  return code == kOk ? static_cast<int>(kFailed) : code;
}

int exec(ExecOptions& options) {
  if (words_after_dashes().empty()) {
    return complain(kUsage, "exec: expected -- and a command to run (see `zimmock exec --help`)");
  }
  auto allowed = parse_allowed(options.allowed);
  if (!allowed) return complain(allowed.error());
  const auto findings_fail =
      choose<bool>("--findings", options.findings, {{"fail", true}, {"ignore", false}});
  if (!findings_fail) return complain(findings_fail.error());
  Outputs outputs;
  for (const auto& opened :
       {open_output("--state-out", options.state_out, outputs.state),
        open_output("--requests-out", options.requests_out, outputs.requests)}) {
    if (!opened) return complain(opened.error());
  }
  give_up_on_stderr_after(kStderrGrace);
  const CommandRunner runner;
  if (options.hermetic) {
    if (auto entered = become_hermetic(options.mock); !entered) return complain(entered.error());
  }
  return run(options, runner, {*std::move(allowed), !options.allow_duplicates}, *findings_fail,
             outputs);
}

}  // namespace

Run setup_exec(CLI::App& app) {
  auto options = std::make_shared<ExecOptions>();
  options->mock.listen = options->mock.tls_listen = options->mock.proxy_listen = "127.0.0.1:0";
  options->mock.log = "off";
  app.add_option("--findings", options->findings,
                 "If a request breaks the contract: fail (print the rule, exit 1) or ignore")
      ->capture_default_str();
  app.add_option(
         "--allow", options->allowed,
         "Allow requests to break this rule, by its id; repeatable (see `zimmock list rules`)")
      ->allow_extra_args(false);
  app.add_flag("--allow-duplicates", options->allow_duplicates,
               "Do not report a message that is stored twice because it was sent again after "
               "an\nattempt without a usable answer");
  app.add_option("--state-out", options->state_out,
                 "Write the mock's state at the end to this file, as `zimmock state export` does");
  app.add_option("--requests-out", options->requests_out,
                 "Write the requests to this file, as `zimmock requests --json` does");
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
      "ZIMMOCK_CONTROL; HTTP_PROXY and ALL_PROXY are taken away.\n"
      "Ends with the command's code (128+N by signal N, 127 not found, 126 cannot be run). When\n"
      "that is 0: with 1 if the contract was broken or a message is stored twice, with 3 if no\n"
      "request came to the mock. Notes never fail: a nonce that is not 16 hex characters, a user\n"
      "registered again, an operation that zimmock does not emulate.");
  return [options] { return exec(*options); };
}

}  // namespace zimmock::cli
