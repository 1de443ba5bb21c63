#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "contracts/api/http.h"

namespace zimmock {

// What becomes of an answer on its way to the client. Only a fault makes it anything but kIntact.
struct WireFault {
  enum class Kind {
    kIntact,
    kReset,     // nothing of it is sent; the connection is reset (TCP RST)
    kClose,     // nothing of it is sent; the connection is closed
    kGarbage,   // `bytes` random bytes instead of an HTTP answer, then the connection is closed
    kTruncate,  // the head and the first `bytes` of the body (-1: half), then `ending`
    kLength,    // whole, with a Content-Length that is `bytes` too large (or, negative, too small)
    kDrip,      // whole, a byte at a time, spread over `duration_ms`
    kPause,     // the head and half of the body, then the rest after `duration_ms`
  };
  enum class Ending { kClose, kReset };
  Kind kind = Kind::kIntact;
  std::int64_t bytes = 0;
  std::int64_t duration_ms = 0;
  Ending ending = Ending::kClose;
  std::uint64_t seed = 0;  // of the random bytes

  bool intact() const { return kind == Kind::kIntact; }
};

// An answer and how it is sent.
struct WireAnswer {
  HttpResponse response;
  WireFault wire;
};

// Reads the body of a request whose head has arrived: fills `body` and `body_state`; past
// `limit_bytes` it is kTooLarge. Called at most once; not called, the body stays unread and the
// connection is closed behind the answer.
using BodyReader = std::function<void(HttpRequest& request, std::size_t limit_bytes)>;

}  // namespace zimmock
