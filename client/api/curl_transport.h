#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "client/api/curl_endpoint.h"
#include "contracts/api/http.h"

namespace zimmock::client {

struct CurlOptions {
  Endpoint endpoint;
  std::string ca_file;  // PEM; given, it is trusted instead of the system's CAs
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t total_timeout_ms = 30'000;  // of one call, connecting included
  std::size_t max_answer_bytes = std::size_t{16} << 20;
  bool use_proxy = true;  // false: the proxy variables are not looked at
};

// A Transport over HTTP/1.1 with one connection that is kept open. TLS 1.2 or newer, always
// verified; the usual proxy variables (https_proxy, no_proxy, ...) hold, unless told otherwise;
// redirects are not followed.
//
// A POST, and whatever has a body, is put on the wire at most once: libcurl's own repetition of a
// request whose kept connection died is off (a GET or DELETE without a body it may repeat).
// send()'s Error is kUnreachable when not a byte of the body left (nothing can have been applied),
// kInDoubt from then on.
class CurlTransport : public Transport {
 public:
  // An Error (kUsage) if the CA file cannot be read.
  static Result<std::unique_ptr<CurlTransport>> open(CurlOptions options);
  ~CurlTransport() override;

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  struct Impl;
  explicit CurlTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace zimmock::client
