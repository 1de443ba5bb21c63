#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "contracts/api/clock.h"
#include "contracts/api/result.h"
#include "contracts/api/vendor_hosts.h"
#include "mock_server/http/http_listener.h"

namespace zimmock::mock {

// An HTTP proxy for clients that hard-code the vendor's address: it accepts CONNECT for port 443 of
// the vendor's hosts (kVendorHosts, without regard to case) and joins the tunnel to a TLS
// listener of the mock's own, which serves the API only (ServiceListeners::tunnel_end()). A request
// in absolute form for one of these hosts (POST https://zim-api.zego.im/..., as axios 1.7 sends it,
// or http:) goes to a listener without TLS that serves the API only, one on a connection. It never
// connects to anything else, so nothing leaves the machine:
//
//   CONNECT to another host or port     403
//   any other method, form or host      405
//   what is no HTTP/1 request           400
//   a head over 8 KiB                   431
//   no whole head within head_timeout   408
//   the mock's listener is not reached  502
//
// A refusal has one line as its body, the same line in X-Zimmock-Explain, and ends the connection.
class ConnectProxy {
 public:
  struct Options {
    ListenAddress address;         // where to listen; loopback unless told otherwise
    ListenAddress upstream;        // the TLS listener to join tunnels to
    ListenAddress plain_upstream;  // the listener that gets requests in absolute form
    // A thread and two sockets are held per open tunnel; connections beyond this many wait.
    std::size_t max_connections = 1024;
    std::chrono::milliseconds head_timeout{10'000};
  };

  // Listens when it returns. `clock` (only its monotonic part is used, for head_timeout) must
  // outlive the proxy. Errors: an address that cannot be listened on.
  static Result<std::unique_ptr<ConnectProxy>> start(const Options& options, const Clock& clock);

  // As stop().
  ~ConnectProxy();

  // "http://127.0.0.1:PORT", as HTTPS_PROXY wants it.
  std::string url() const;
  int port() const;

  // Ends listening and every tunnel at once, and joins every thread. What the listener had written
  // by then is still handed on as far as that needs no waiting.
  void stop();

 private:
  class Impl;
  explicit ConnectProxy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace zimmock::mock
