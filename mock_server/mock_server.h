#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "contracts/api/result.h"
#include "mock_server/http_listener.h"
#include "mock_server/service.h"

namespace zimmock {

struct MockServerOptions {
  std::optional<ListenAddress> http = ListenAddress{};
  std::optional<ListenAddress> https;
  std::optional<CertificateAndKey> tls;  // needed for https
  std::size_t body_limit_bytes = 256 * 1024;
};

// A Service behind sockets, plain and TLS at once, with the control paths beside it.
class MockServer {
 public:
  // Everything that is asked for listens and answers when it returns. `service` must outlive the
  // server. Errors: an address that cannot be listened on, a certificate that cannot be used.
  static Result<std::unique_ptr<MockServer>> start(Service& service,
                                                   const MockServerOptions& options);

  // "http://127.0.0.1:PORT"; "" when it does not listen there.
  std::string url() const;
  std::string tls_url() const;
  // "http://127.0.0.1:PORT/_zimmock/v1" (https where there is no http).
  std::string control_url() const;

  // Finishes the requests being answered (for at most 2 s), then closes everything. Also done by
  // the destructor.
  void stop();

 private:
  MockServer() = default;
  MockServerOptions options_;
  std::unique_ptr<HttpListener> http_;
  std::unique_ptr<HttpListener> https_;
};

}  // namespace zimmock
