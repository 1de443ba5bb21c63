#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "contracts/api/http.h"

namespace zimmock::mock {

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

// Takes a body part by part, as it arrives.
using BodySink = std::function<void(std::string_view part)>;

// Reads the body of a request whose head has arrived. Used at most once; not used, the body stays
// unread and the connection is closed behind the answer. Without one (false), there is no body.
class BodyReader {
 public:
  // Gives the body to `take`, but for what is past `limit_bytes`: then it is kTooLarge.
  using Stream = std::function<BodyState(std::size_t limit_bytes, const BodySink& take)>;

  BodyReader() = default;
  explicit BodyReader(Stream stream) : stream_(std::move(stream)) {}
  explicit operator bool() const { return static_cast<bool>(stream_); }

  // Nothing of the body is held. Returns what became of it.
  BodyState stream(std::size_t limit_bytes, const BodySink& take) const {
    return stream_(limit_bytes, take);
  }

  // Fills `body` (which stays empty if it is kTooLarge) and `body_state`.
  void operator()(HttpRequest& request, std::size_t limit_bytes) const {
    std::string& body = request.body;
    request.body_state =
        stream_(limit_bytes, [&body](std::string_view part) { body.append(part); });
    if (request.body_state == BodyState::kTooLarge) std::string().swap(body);
  }

 private:
  Stream stream_;
};

}  // namespace zimmock::mock
