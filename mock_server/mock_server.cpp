#include "mock_server/mock_server.h"

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock {
namespace {

constexpr std::string_view kControlPrefix = "/_zimmock/";
constexpr std::string_view kControlPath = "/_zimmock/v1";

// So far there is one control call: whether the server answers.
HttpResponse control(const HttpRequest& request) {
  HttpResponse response;
  response.headers.emplace_back("Content-Type", "application/json");
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == fmt::format("{}/health", kControlPath)) {
    response.body = R"({"status":"ok"})";
    return response;
  }
  response.status = 404;
  response.body =
      fmt::format(R"({{"error":"no such control path; there is {}/health"}})", kControlPath);
  return response;
}

std::string url_of(std::string_view scheme, const std::string& host, const HttpListener* listener) {
  if (listener == nullptr) return "";
  const bool ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", scheme, ipv6 ? "[" : "", host, ipv6 ? "]" : "",
                     listener->port());
}

}  // namespace

Result<std::unique_ptr<MockServer>> MockServer::start(Service& service,
                                                      const MockServerOptions& options) {
  std::unique_ptr<MockServer> server(new MockServer());
  server->options_ = options;
  const auto handler = [&service](const HttpRequest& request) {
    if (request.target.starts_with(kControlPrefix)) return control(request);
    return service.dispatch(request);
  };
  HttpListener::Options listener;
  listener.body_limit_bytes = options.body_limit_bytes;
  if (options.http) {
    listener.address = *options.http;
    auto started = HttpListener::start(listener, handler);
    if (!started) return tl::unexpected(started.error());
    server->http_ = std::move(*started);
  }
  if (options.https) {
    listener.address = *options.https;
    listener.tls = options.tls;
    if (!listener.tls) return fail(ErrorKind::kUsage, "https: expected a certificate and its key");
    auto started = HttpListener::start(listener, handler);
    if (!started) return tl::unexpected(started.error());
    server->https_ = std::move(*started);
  }
  return server;
}

std::string MockServer::url() const {
  return url_of("http", options_.http ? options_.http->host : "", http_.get());
}

std::string MockServer::tls_url() const {
  return url_of("https", options_.https ? options_.https->host : "", https_.get());
}

std::string MockServer::control_url() const {
  return (http_ ? url() : tls_url()) + std::string(kControlPath);
}

void MockServer::stop() {
  if (http_) http_->stop();
  if (https_) https_->stop();
}

}  // namespace zimmock
