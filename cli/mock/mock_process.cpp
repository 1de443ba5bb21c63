#include "cli/mock/mock_process.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "cli/files.h"
#include "cli/mock/request_log.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "mock_server/control/record_json.h"
#include "mock_server/proxy/connect_proxy.h"
#include "mock_server/service/secrets.h"
#include "mock_server/service_listeners.h"
#include "mock_server/tenant/state_document.h"

namespace zimmock::cli {
namespace {

using MaybeAddress = std::optional<mock::ListenAddress>;

Result<MaybeAddress> parse_listen(std::string_view flag, const std::string& text) {
  if (text == "off") return MaybeAddress();
  auto address = mock::parse_listen_address(text);
  if (!address) {
    return fail(ErrorKind::kUsage, fmt::format("{}: {}", flag, address.error().message));
  }
  return MaybeAddress(*address);
}

// The certificate to serve with, and in `ca_path` the CA that signed it ("" for the user's own).
Result<mock::CertificateAndKey> tls_identity(const MockOptions& options, const Clock& clock,
                                             std::string& ca_path) {
  if (options.cert.empty() != options.key.empty()) {
    return fail(ErrorKind::kUsage, "--cert and --key: expected both or neither");
  }
  if (!options.cert.empty()) {
    auto cert = read_small_file(options.cert);
    if (!cert) return tl::unexpected(cert.error());
    auto key = read_small_file(options.key);
    if (!key) return tl::unexpected(key.error());
    return mock::CertificateAndKey{std::move(*cert), std::move(*key)};
  }
  auto stored = load_or_make_ca(options.ca_dir, clock);
  if (!stored) return tl::unexpected(stored.error());
  ca_path = stored->certificate_path.string();
  return mock::make_leaf(stored->ca, clock.wall_ms());
}

struct Addresses {
  MaybeAddress http, https, proxy, control;
};

Result<Addresses> addresses(const MockOptions& options) {
  const bool by_port = options.port >= 0;
  const auto http = parse_listen(
      "--listen", by_port ? fmt::format("127.0.0.1:{}", options.port) : options.listen);
  if (!http) return tl::unexpected(http.error());
  const bool free_tls = by_port && options.tls_listen == MockOptions{}.tls_listen;
  const auto https = parse_listen("--tls-listen", free_tls ? "127.0.0.1:0" : options.tls_listen);
  if (!https) return tl::unexpected(https.error());
  const auto proxy = parse_listen("--proxy-listen", options.proxy_listen);
  if (!proxy) return tl::unexpected(proxy.error());
  const auto control = parse_listen("--control-listen", options.control_listen);
  if (!control) return tl::unexpected(control.error());
  if (!*http && !*https) {
    return fail(ErrorKind::kUsage, "--listen off and --tls-listen off: expected one to listen on");
  }
  if (*proxy && !*https) {
    return fail(ErrorKind::kUsage,
                "--proxy-listen: expected TLS to be on, got --tls-listen off; a tunnel ends at the "
                "mock's TLS");
  }
  return Addresses{*http, *https, *proxy, *control};
}

Result<mock::ListenerOptions> server_options(const MockOptions& options, const Addresses& listen,
                                             const Clock& clock, std::string& ca_path) {
  mock::ListenerOptions out;
  out.body_limit_bytes = options.body_limit_bytes;
  out.http = listen.http;
  out.https = listen.https;
  out.tunnels = listen.proxy.has_value();
  out.control_listen = listen.control;
  auto tenants = tenant_options(options.service);
  if (!tenants) return tl::unexpected(tenants.error());
  out.control.new_tenants = *std::move(tenants);
  if (!options.control_token_file.empty()) {
    const auto token = read_small_file(options.control_token_file);
    if (!token) return tl::unexpected(token.error());
    out.control.token = trim(*token);
    if (out.control.token.empty()) {
      return fail(ErrorKind::kUsage, fmt::format("{}: expected a token, got an empty file",
                                                 options.control_token_file));
    }
  }
  if (out.https) {
    auto identity = tls_identity(options, clock, ca_path);
    if (!identity) return tl::unexpected(identity.error());
    out.tls = std::move(*identity);
  }
  return out;
}

void warn_if_open(RequestLog& log, const MaybeAddress& address) {
  if (!address || mock::is_loopback(address->host)) return;
  log.warn(
      fmt::format("listening on {}, which is not loopback: anyone who reaches it can use the "
                  "mock",
                  address->host));
}

// What is wrong with them is said when the tenants are made.
AppSettings settings_of(const ServiceOptions& options) {
  AppSettings out;
  static_cast<void>(read_app_setting_flags(options.settings, out));
  return out;
}

// A second of a frozen clock ends only when it is advanced, and so its calls are soon used up.
void warn_if_stuck(RequestLog& log, const AppSettings& settings) {
  if (settings.clock.mode != ClockSetting::Mode::kFrozen || !settings.calls_per_second) return;
  log.warn(
      fmt::format("the clock is frozen: after {} calls of an operation every further one is "
                  "refused; use --rate off",
                  *settings.calls_per_second));
}

void warn_if_readable(RequestLog& log, const MockOptions& options) {
  for (const std::string& file :
       {options.control_token_file, options.key, options.service.app_file}) {
    const std::string warning = file.empty() ? "" : secret_file_warning(file);
    if (!warning.empty()) log.warn(warning);
  }
}

}  // namespace

class MockProcess::Impl {
 public:
  Impl(const MockOptions& options, LogForm form, const Clock& clock, mock::RequestObserver observer)
      : log_(form, clock),
        observer_(std::move(observer)),
        service_(
            clock, [this](const mock::RequestRecord& record) { observe(record); },
            settings_of(options.service).rng_seed) {}

  Result<void> start(const MockOptions& options, const Clock& clock) {
    std::vector<std::string> notes;
    auto app = add_tenants(service_, options.service, notes);
    if (!app) return tl::unexpected(app.error());
    secret_origin_ = cli::secret_origin(options.service, *app);
    server_secret_ = std::move(app->server_secret);
    const auto listen = addresses(options);
    if (!listen) return tl::unexpected(listen.error());
    ReadyLine ready;
    auto wanted = server_options(options, *listen, clock, ready.ca);
    if (!wanted) return tl::unexpected(wanted.error());
    wanted->control.about = [this] { return about(); };
    for (const MaybeAddress& address :
         {listen->http, listen->https, listen->proxy, listen->control}) {
      warn_if_open(log_, address);
    }
    for (const std::string& note : notes) log_.warn(note);
    warn_if_stuck(log_, settings_of(options.service));
    warn_if_readable(log_, options);
    auto server = mock::ServiceListeners::start(service_, *wanted);
    if (!server) return tl::unexpected(server.error());
    server_ = std::move(*server);
    ready.url = server_->url();
    ready.tls_url = server_->tls_url();
    ready.control_url = server_->control_url();
    ready.app_id = app->id;
    ready.pid = ::getpid();
    if (listen->proxy) {
      if (auto started = start_proxy(*listen->proxy, clock, ready); !started) return started;
    }
    const std::lock_guard lock(ready_mutex_);  // health may be asked for already
    ready_ = std::move(ready);
    return {};
  }

  void stop() {
    const auto since = std::chrono::steady_clock::now();
    if (server_) server_->stop();
    if (proxy_) proxy_->stop();  // last: it carries the answers that were under way
    log_.close(since);
  }

  const ReadyLine& ready() const { return ready_; }
  const std::string& server_secret() const { return server_secret_; }
  const std::string& secret_origin() const { return secret_origin_; }
  std::size_t tls_connections() const { return server_->tls_connections(); }

  std::string state_document() {
    const auto tenant = settled_tenant();
    return tenant ? printable_json(export_state(*tenant)) : "";
  }

  std::pair<std::string, std::uint64_t> request_lines() {
    const auto tenant = settled_tenant();
    if (!tenant) return {};
    const mock::RequestJournal& journal = tenant->journal();
    const std::vector<std::string> secrets = mock::secrets_of(service_);
    std::string lines;
    for (const mock::JournalEntry& entry : journal.find({})) {
      lines += printable_json(json_line(to_json(*entry, secrets))) + "\n";
    }
    return {std::move(lines), journal.dropped()};
  }

 private:
  // Nothing if the control API has removed it.
  std::shared_ptr<mock::Tenant> settled_tenant() {
    auto tenant = service_.find_tenant(ready_.app_id);
    if (tenant) service_.settle(*tenant);
    return tenant;
  }

  void observe(const mock::RequestRecord& record) {
    log_.write(record);
    if (observer_) observer_(record);
  }

  std::string about() const {
    const std::lock_guard lock(ready_mutex_);
    nlohmann::json about = json_or_discarded(to_text(ready_));
    about["version"] = ZIMMOCK_VERSION;
    return about.dump();
  }

  Result<void> start_proxy(const mock::ListenAddress& address, const Clock& clock,
                           ReadyLine& ready) {
    mock::ConnectProxy::Options options;
    options.address = address;
    options.upstream = server_->tunnel_end();
    options.plain_upstream = server_->plain_tunnel_end();
    auto proxy = mock::ConnectProxy::start(options, clock);
    if (!proxy) return tl::unexpected(proxy.error());
    proxy_ = std::move(*proxy);
    ready.proxy_url = proxy_->url();
    return {};
  }

  RequestLog log_;
  mock::RequestObserver observer_;
  mock::Service service_;
  std::unique_ptr<mock::ServiceListeners> server_;
  std::unique_ptr<mock::ConnectProxy> proxy_;
  mutable std::mutex ready_mutex_;
  ReadyLine ready_;
  std::string server_secret_;
  std::string secret_origin_;
};

MockProcess::MockProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MockProcess::~MockProcess() { stop(); }

Result<std::unique_ptr<MockProcess>> MockProcess::start(const MockOptions& options,
                                                        const Clock& clock,
                                                        mock::RequestObserver observer) {
  const LogForm automatic = ::isatty(STDERR_FILENO) != 0 ? LogForm::kText : LogForm::kJson;
  const auto form = choose<LogForm>("--log", options.log,
                                    {{"auto", automatic},
                                     {"json", LogForm::kJson},
                                     {"text", LogForm::kText},
                                     {"off", LogForm::kOff}});
  if (!form) return tl::unexpected(form.error());
  auto impl = std::make_unique<Impl>(options, *form, clock, std::move(observer));
  if (auto started = impl->start(options, clock); !started) return tl::unexpected(started.error());
  return std::unique_ptr<MockProcess>(new MockProcess(std::move(impl)));
}

const ReadyLine& MockProcess::ready() const { return impl_->ready(); }

const std::string& MockProcess::server_secret() const { return impl_->server_secret(); }

std::string MockProcess::secret_origin() const { return impl_->secret_origin(); }

std::string MockProcess::state_document() { return impl_->state_document(); }

std::pair<std::string, std::uint64_t> MockProcess::request_lines() {
  return impl_->request_lines();
}

std::size_t MockProcess::tls_connections() const { return impl_->tls_connections(); }

void MockProcess::stop() { impl_->stop(); }

void add_mock_options(CLI::App& app, MockOptions& options) {
  auto* listen = app.add_option("--listen", options.listen,
                                "HOST:PORT for HTTP, port 0 for a free one, or off")
                     ->capture_default_str();
  app.add_option("--tls-listen", options.tls_listen, "HOST:PORT for HTTPS, or off")
      ->capture_default_str();
  app.add_option("--proxy-listen", options.proxy_listen,
                 "HOST:PORT for an HTTP proxy that takes CONNECT to the vendor's hosts only and\n"
                 "ends every tunnel at the mock, or off")
      ->capture_default_str();
  app.add_option("--control-listen", options.control_listen,
                 "HOST:PORT for the control API alone; off: serve it beside the API")
      ->capture_default_str();
  app.add_option("--control-token-file", options.control_token_file,
                 "A file with the bearer token that calls of the control API must carry");
  app.add_option("--port", options.port,
                 "HTTP on this loopback port (0: a free one), HTTPS on a free one unless "
                 "--tls-listen says where")
      ->check(CLI::Range(0, 65535))
      ->excludes(listen);
  app.add_option("--ca-dir", options.ca_dir,
                 "The folder of this installation's CA; created at first use")
      ->capture_default_str();
  app.add_option("--cert", options.cert, "Serve HTTPS with this certificate (PEM) instead");
  app.add_option("--key", options.key, "The certificate's key (PEM)");
  add_service_options(app, options.service);
  app.add_option(
         "--log", options.log,
         "One line per request on stderr: json, text, off, or auto (text at a terminal, else json)")
      ->capture_default_str();
  app.add_option("--body-limit", options.body_limit_bytes, "Largest request body in bytes")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{64} * 1024 * 1024))
      ->capture_default_str();
}

}  // namespace zimmock::cli
