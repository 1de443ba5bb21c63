#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/api/result.h"

namespace zimmock::inline contract {

using Headers = std::vector<std::pair<std::string, std::string>>;

enum class BodyState {
  kComplete,
  kTooLarge,  // over the server's limit: what was read of it was thrown away
  kCutOff,    // the peer stopped before the length it had announced
};

struct HttpRequest {
  std::string method;  // upper case
  std::string target;  // path and query as sent, still percent-encoded
  Headers headers;     // names in any case; the first of a name counts
  std::string body;
  BodyState body_state = BodyState::kComplete;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
};

// The value of the first header called `name` (compared without case), or "" if there is none.
std::string_view header(const Headers& headers, std::string_view name);

// Percent-decoding as in a query string, where '+' is a space. Broken escapes are kept as they are.
std::string url_decode(std::string_view text);

// Percent-encodes every byte but A-Z a-z 0-9 - _ . ~
std::string url_encode(std::string_view text);

// The parameters of a target's query in the order sent, decoded; duplicates are kept.
std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view target);

// One way to put a request to an implementation of the API: over a socket, straight into the mock,
// or recorded. send() blocks until there is an answer or none can come any more. The Error's kind
// tells whether the request can have had an effect (kInDoubt) or not (kUnreachable). A Transport is
// used by one thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace zimmock::inline contract
