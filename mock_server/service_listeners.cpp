#include "mock_server/service_listeners.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/text.h"

namespace zimmock::mock {
namespace {

std::string url_of(std::string_view scheme, const std::string& host, const HttpListener* listener) {
  if (listener == nullptr) return "";
  const bool ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", scheme, ipv6 ? "[" : "", host, ipv6 ? "]" : "",
                     listener->port());
}

}  // namespace

Result<std::unique_ptr<ServiceListeners>> ServiceListeners::start(Service& service,
                                                                  const ListenerOptions& options) {
  std::unique_ptr<ServiceListeners> server(new ServiceListeners());
  server->options_ = options;
  server->service_ = &service;
  service.body_limit_bytes = options.body_limit_bytes;
  ControlApiOptions control = options.control;
  if (!control.about) control.about = [about = server.get()] { return about->about(); };
  server->control_ = std::make_unique<ControlApi>(service, std::move(control));
  if (auto listening = server->listen(); !listening) return tl::unexpected(listening.error());
  return server;
}

Result<void> ServiceListeners::listen() {
  const auto start = [this](std::unique_ptr<HttpListener>& out, const ListenAddress& address,
                            bool encrypted, Serves serves) -> Result<void> {
    auto started = listen_at(address, encrypted, serves);
    if (!started) return tl::unexpected(started.error());
    out = *std::move(started);
    return {};
  };
  Result<void> done;
  if (options_.control_listen) {
    done = start(control_listener_, *options_.control_listen, false, Serves::kControl);
  }
  const Serves beside = options_.control_listen ? Serves::kApi : Serves::kBoth;
  if (done && options_.http) done = start(http_, *options_.http, false, beside);
  if (done && options_.https) {
    done = start(https_, *options_.https, true, options_.http ? Serves::kApi : beside);
  }
  if (done && options_.tunnels) done = start(tunnel_end_, ListenAddress{}, true, Serves::kApi);
  if (done && options_.tunnels) {
    done = start(plain_tunnel_end_, ListenAddress{}, false, Serves::kApi);
  }
  return done;
}

Result<std::unique_ptr<HttpListener>> ServiceListeners::listen_at(const ListenAddress& address,
                                                                  bool encrypted, Serves serves) {
  HttpListener::Options options;
  options.address = address;
  if (encrypted) {
    options.tls = options_.tls;
    if (!options.tls) return fail(ErrorKind::kUsage, "https: expected a certificate and its key");
  }
  return HttpListener::start(options, handler(address, serves));
}

std::string ServiceListeners::url() const {
  return url_of("http", options_.http ? options_.http->host : "", http_.get());
}

std::string ServiceListeners::tls_url() const {
  return url_of("https", options_.https ? options_.https->host : "", https_.get());
}

std::string ServiceListeners::control_url() const {
  const std::string base =
      control_listener_ ? url_of("http", options_.control_listen->host, control_listener_.get())
      : http_           ? url()
                        : tls_url();
  return base + std::string(kControlPath);
}

ListenAddress ServiceListeners::tunnel_end() const {
  return {ListenAddress{}.host, tunnel_end_->port()};
}

ListenAddress ServiceListeners::plain_tunnel_end() const {
  return {ListenAddress{}.host, plain_tunnel_end_->port()};
}

std::size_t ServiceListeners::tls_connections() const {
  return (https_ ? https_->connections() : 0) + (tunnel_end_ ? tunnel_end_->connections() : 0);
}

HttpListener::Handler ServiceListeners::handler(const ListenAddress& address, Serves serves) {
  const bool open = is_loopback(address.host);
  return [this, open, serves](HttpRequest& request, const BodyReader& read_body) {
    const bool control = request.target.starts_with(kControlRoot);
    if (control && serves != Serves::kApi) {
      return WireAnswer{control_->answer(request, read_body, open), {}};
    }
    if (serves == Serves::kControl) {
      return WireAnswer{{404, {{"Content-Type", "text/plain"}}, "only the control API is here\n"},
                        {}};
    }
    return service_->answer(request, read_body);
  };
}

std::string ServiceListeners::about() const {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::json() : nlohmann::json(text);
  };
  return nlohmann::json{
      {"url", or_null(url())}, {"tls_url", or_null(tls_url())}, {"control_url", control_url()}}
      .dump();
}

void ServiceListeners::stop() {
  service_->cancel_waits();
  if (control_listener_) control_listener_->stop();
  if (http_) http_->stop();
  if (https_) https_->stop();
  if (tunnel_end_) tunnel_end_->stop();
  if (plain_tunnel_end_) plain_tunnel_end_->stop();
}

}  // namespace zimmock::mock
