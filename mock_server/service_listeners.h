#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "contracts/api/result.h"
#include "mock_server/control/control_api.h"
#include "mock_server/http/http_listener.h"
#include "mock_server/service/service.h"

namespace zimmock::mock {

struct ListenerOptions {
  std::optional<ListenAddress> http = ListenAddress{};
  std::optional<ListenAddress> https;
  std::optional<CertificateAndKey> tls;  // needed for https and tunnels
  // Where the tunnels of a ConnectProxy end: two listeners more, one of them with TLS, on free
  // loopback ports. Whoever reaches the proxy reaches them, so they serve the API and never the
  // control API.
  bool tunnels = false;
  // The control API's own address, over HTTP; without it, it is served beside the API's paths, over
  // HTTP where there is HTTP, else over HTTPS: at control_url() and nowhere else.
  std::optional<ListenAddress> control_listen;
  ControlApiOptions control;  // without `about`, health says the addresses
  std::size_t body_limit_bytes = 256 * 1024;
};

// A Service behind sockets, plain and TLS at once, with the control API beside it.
class ServiceListeners {
 public:
  // Everything that is asked for listens and answers when it returns. `service` must outlive the
  // server. Errors: an address that cannot be listened on, a certificate that cannot be used.
  static Result<std::unique_ptr<ServiceListeners>> start(Service& service,
                                                         const ListenerOptions& options);

  // "http://127.0.0.1:PORT"; "" when it does not listen there.
  std::string url() const;
  std::string tls_url() const;
  // "http://127.0.0.1:PORT/_zimmock/v1" (https where there is no http).
  std::string control_url() const;
  // For the ConnectProxy; only if ListenerOptions has tunnels.
  ListenAddress tunnel_end() const;
  ListenAddress plain_tunnel_end() const;  // for what the proxy gets without TLS
  // TLS connections accepted so far, through tunnels or not, with a handshake or without.
  std::size_t tls_connections() const;

  // Calls off delays and waits, finishes the requests being answered (for at most 2 s), then closes
  // everything. Also done by the destructor. The service can be used no more.
  void stop();

 private:
  enum class Serves { kApi, kControl, kBoth };
  ServiceListeners() = default;
  Result<void> listen();
  Result<std::unique_ptr<HttpListener>> listen_at(const ListenAddress& address, bool encrypted,
                                                  Serves serves);
  HttpListener::Handler handler(const ListenAddress& address, Serves serves);
  std::string about() const;

  ListenerOptions options_;
  Service* service_ = nullptr;
  std::unique_ptr<ControlApi> control_;
  std::unique_ptr<HttpListener> control_listener_;
  std::unique_ptr<HttpListener> http_;
  std::unique_ptr<HttpListener> https_;
  std::unique_ptr<HttpListener> tunnel_end_;
  std::unique_ptr<HttpListener> plain_tunnel_end_;
};

}  // namespace zimmock::mock
