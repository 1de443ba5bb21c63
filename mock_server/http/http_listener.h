#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "contracts/api/http.h"
#include "contracts/api/result.h"
#include "mock_server/http/certificate_authority.h"
#include "mock_server/http/wire_answer.h"

namespace zimmock::mock {

struct ListenAddress {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one
};

// Reads "HOST:PORT", "[::1]:PORT" or ":PORT" (loopback).
Result<ListenAddress> parse_listen_address(std::string_view text);

// True for localhost, 127.0.0.0/8 and ::1.
bool is_loopback(const std::string& host);

// One listening socket, plain or TLS, over cpp-httplib (which is seen only in the .cpp file).
class HttpListener {
 public:
  // Called from several threads at once, when the head has arrived.
  using Handler = std::function<WireAnswer(HttpRequest& request, const BodyReader& read_body)>;

  struct Options {
    ListenAddress address;
    std::optional<CertificateAndKey> tls;
    // A thread is held per open connection; connections beyond this many wait.
    std::size_t max_connections = 1024;
  };

  // Listens, and answers, when it returns.
  static Result<std::unique_ptr<HttpListener>> start(const Options& options, Handler handler);

  // As stop().
  ~HttpListener();

  // The port that is listened on.
  int port() const;

  // How many connections it has accepted so far. Thread-safe.
  std::size_t connections() const;

  // Stops listening, waits at most 2 s for the requests that are being answered, closes every
  // connection and joins every thread. Nothing is answered after it returns.
  void stop();

 private:
  class Impl;
  explicit HttpListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace zimmock::mock
