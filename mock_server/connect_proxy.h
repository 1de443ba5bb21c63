#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "contracts/api/clock.h"
#include "contracts/api/result.h"
#include "mock_server/http_listener.h"

namespace zimmock {

// An HTTP proxy for clients that hard-code the vendor's address: it accepts CONNECT for port 443 of
// the vendor's hosts (vendor_hosts(), without regard to case) and joins the tunnel to a TLS
// listener of the mock's own, which serves the API only (ServiceListeners::tunnel_end()). It never
// connects to anything else, so nothing leaves the machine:
//
//   CONNECT to another host or port     403
//   any other method or form            405 (plain http needs no proxy here; https needs CONNECT)
//   what is no HTTP/1 request           400
//   a head over 8 KiB                   431
//   no whole head within head_timeout   408
//   the TLS listener cannot be reached  502
//
// A refusal has one line as its body, the same line in X-Zimmock-Explain, and ends the connection.
class ConnectProxy {
 public:
  struct Options {
    ListenAddress address;   // where to listen; loopback unless told otherwise
    ListenAddress upstream;  // the TLS listener to join tunnels to
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

}  // namespace zimmock
