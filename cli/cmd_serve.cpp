#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "cli/ca_store.h"
#include "cli/choices.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/request_log.h"
#include "cli/service_options.h"
#include "cli/system_clock.h"
#include "contracts/api/text.h"
#include "mock_server/mock_server.h"

namespace zimmock::cli {
namespace {

struct Options {
  std::string listen = "127.0.0.1:7480";
  std::string tls_listen = "127.0.0.1:7443";
  int port = -1;
  std::string ca_dir = default_ca_dir().string();
  std::string cert;
  std::string key;
  std::string ready_file;
  std::string log = "json";
  std::size_t body_limit = MockServerOptions{}.body_limit_bytes;
  ServiceOptions service;
};

Result<std::optional<ListenAddress>> parse_listen(std::string_view flag, const std::string& text) {
  if (text == "off") return std::optional<ListenAddress>();
  auto address = parse_listen_address(text);
  if (!address) {
    return fail(ErrorKind::kUsage, fmt::format("{}: {}", flag, address.error().message));
  }
  return std::optional(*address);
}

// The certificate to serve with, and in `ca_path` the CA that signed it ("" for the user's own).
Result<CertificateAndKey> tls_identity(const Options& options, const Clock& clock,
                                       std::string& ca_path) {
  if (options.cert.empty() != options.key.empty()) {
    return fail(ErrorKind::kUsage, "--cert and --key: expected both or neither");
  }
  if (!options.cert.empty()) {
    auto cert = read_small_file(options.cert);
    if (!cert) return tl::unexpected(cert.error());
    auto key = read_small_file(options.key);
    if (!key) return tl::unexpected(key.error());
    return CertificateAndKey{std::move(*cert), std::move(*key)};
  }
  auto stored = load_or_make_ca(options.ca_dir, clock);
  if (!stored) return tl::unexpected(stored.error());
  ca_path = stored->certificate_path.string();
  return make_leaf(stored->ca, clock.wall_ms());
}

Result<MockServerOptions> server_options(const Options& options, const Clock& clock,
                                         std::string& ca_path) {
  MockServerOptions out;
  out.body_limit_bytes = options.body_limit;
  auto http = parse_listen("--listen", options.listen);
  if (!http) return tl::unexpected(http.error());
  auto https = parse_listen("--tls-listen", options.tls_listen);
  if (!https) return tl::unexpected(https.error());
  out.http = *http;
  out.https = *https;
  if (!out.http && !out.https) {
    return fail(ErrorKind::kUsage, "--listen off and --tls-listen off: expected one to listen on");
  }
  if (out.https) {
    auto identity = tls_identity(options, clock, ca_path);
    if (!identity) return tl::unexpected(identity.error());
    out.tls = std::move(*identity);
  }
  return out;
}

std::string ready_line(const MockServer& server, const std::string& ca_path, std::uint32_t app_id) {
  nlohmann::ordered_json ready;
  const auto or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
  };
  ready["url"] = or_null(server.url());
  ready["tls_url"] = or_null(server.tls_url());
  ready["control_url"] = server.control_url();
  ready["ca"] = or_null(ca_path);
  ready["app_id"] = app_id;
  ready["pid"] = ::getpid();
  return ready.dump() + "\n";
}

// Waits for SIGTERM or SIGINT, which must be blocked in every thread.
void wait_for_signal(const sigset_t& signals) {
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
}

int exit_code(const Error& error) {
  return complain(error.kind == ErrorKind::kUsage ? kUsage : kFailed, error.message);
}

void warn_if_open(RequestLog& log, const std::optional<ListenAddress>& address,
                  const Clock& clock) {
  if (!address || is_loopback(address->host)) return;
  log.warn(fmt::format("listening on {}, which is not loopback: anyone who reaches it can use the "
                       "mock",
                       address->host),
           clock.wall_ms());
}

// A second of a frozen clock never ends, and so its calls are soon used up.
void warn_if_stuck(RequestLog& log, const ServiceOptions& service, const Clock& clock) {
  if (!service.clock.starts_with("frozen:") || service.rate == "off") return;
  log.warn(fmt::format("the clock is frozen: after {} calls of an operation every further one is "
                       "refused; use --rate off",
                       service.rate),
           clock.wall_ms());
}

int serve(Options& options) {
  if (options.port >= 0) {
    options.listen = fmt::format("127.0.0.1:{}", options.port);
    options.tls_listen = "127.0.0.1:0";
  }
  // Before any thread starts, so that only sigwait() sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  const auto form =
      choose<LogForm>("--log", options.log,
                      {{"json", LogForm::kJson}, {"text", LogForm::kText}, {"off", LogForm::kOff}});
  if (!form) return exit_code(form.error());
  RequestLog log(*form);
  Service service(
      clock, [&log](const RequestRecord& record) { log.write(record); }, options.service.rng_seed);
  const auto app_id = add_tenants(service, options.service);
  if (!app_id) return exit_code(app_id.error());

  std::string ca_path;
  const auto wanted = server_options(options, clock, ca_path);
  if (!wanted) return exit_code(wanted.error());
  warn_if_open(log, wanted->http, clock);
  warn_if_open(log, wanted->https, clock);
  warn_if_stuck(log, options.service, clock);
  const auto server = MockServer::start(service, *wanted);
  if (!server) return exit_code(server.error());

  const std::string ready = ready_line(**server, ca_path, *app_id);
  if (!options.ready_file.empty()) {
    const auto written = write_file_atomically(options.ready_file, ready);
    if (!written) return exit_code(written.error());
  }
  if (std::fputs(ready.c_str(), stdout) == EOF || std::fflush(stdout) != 0) {
    return complain(
        kFailed, fmt::format("stdout: could not write the first line: {}", std::strerror(errno)));
  }
  wait_for_signal(signals);
  (*server)->stop();
  return kOk;
}

}  // namespace

Run setup_serve(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--listen", options->listen, "HOST:PORT for HTTP, port 0 for a free one, or off")
      ->capture_default_str();
  app.add_option("--tls-listen", options->tls_listen, "HOST:PORT for HTTPS, or off")
      ->capture_default_str();
  app.add_option("--port", options->port,
                 "HTTP on this loopback port (0: a free one), HTTPS on a free one")
      ->check(CLI::Range(0, 65535));
  app.add_option("--ca-dir", options->ca_dir, "Folder of this installation's CA; made at first use")
      ->capture_default_str();
  app.add_option("--cert", options->cert, "Serve HTTPS with this certificate (PEM) instead");
  app.add_option("--key", options->key, "The certificate's key (PEM)");
  add_service_options(app, options->service);
  app.add_option("--ready-file", options->ready_file,
                 "Write the first line here as well, once it answers; all of it at once");
  app.add_option("--log", options->log, "A line a request on stderr: json, text or off")
      ->capture_default_str();
  app.add_option("--body-limit", options->body_limit, "Largest request body in bytes")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{64} * 1024 * 1024))
      ->capture_default_str();
  app.footer(
      "The first line on stdout is a JSON object with url, tls_url, control_url, ca, app_id\n"
      "and pid, printed when the mock answers. SIGTERM and Ctrl-C stop it with exit code 0.");
  return [options] { return serve(*options); };
}

}  // namespace zimmock::cli
