#include "mock_server/service_listeners.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/text.h"

namespace zimmock {
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
  HttpListener::Options listener;
  if (options.control_listen) {
    listener.address = *options.control_listen;
    auto started =
        HttpListener::start(listener, server->handler(listener.address, Serves::kControl));
    if (!started) return tl::unexpected(started.error());
    server->control_listener_ = std::move(*started);
  }
  const Serves serves = options.control_listen ? Serves::kApi : Serves::kBoth;
  if (options.http) {
    listener.address = *options.http;
    auto started = HttpListener::start(listener, server->handler(listener.address, serves));
    if (!started) return tl::unexpected(started.error());
    server->http_ = std::move(*started);
  }
  if (options.https) {
    listener.address = *options.https;
    listener.tls = options.tls;
    if (!listener.tls) return fail(ErrorKind::kUsage, "https: expected a certificate and its key");
    auto started = HttpListener::start(listener, server->handler(listener.address, serves));
    if (!started) return tl::unexpected(started.error());
    server->https_ = std::move(*started);
  }
  return server;
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
}

}  // namespace zimmock
