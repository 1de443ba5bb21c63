#include "client/api/patience.h"

#include <algorithm>

namespace zimmock::client {
namespace {

constexpr std::int64_t kServiceWaitMs = 1000;
constexpr std::int64_t kFirstPauseMs = 200;
constexpr std::int64_t kLongestPauseMs = 5000;

}  // namespace

std::optional<RateLimiter::Permit> acquire_permit(CallSite& site) {
  if (!site.limiter.limits()) return site.limiter.acquire();
  const Waiting waiting(site.board, WaitReason::kRateLimit, site.clock);
  return site.limiter.acquire();
}

Patience::Next Patience::judge(const ApiStatus* status, const Error* error) {
  if (status != nullptr && status->code_class() == CodeClass::kWait) {
    ++site_.board.throttled;
    return wait(WaitReason::kServiceSaidWait, kServiceWaitMs);
  }
  const bool in_doubt = error != nullptr || status->code_class() == CodeClass::kInDoubt;
  const bool not_sent = error != nullptr && error->kind == ErrorKind::kUnreachable;
  if (not_sent || (in_doubt && site_.repeatable)) return after_failure();
  return Next::kDone;
}

Patience::Next Patience::after_failure() {
  if (++failures_ >= site_.max_tries) return Next::kDone;
  std::int64_t pause_ms = kFirstPauseMs;
  for (int i = 1; i < failures_; ++i) pause_ms *= 3;
  site_.board.retry = failures_;
  return wait(WaitReason::kNoConnection, std::min(pause_ms, kLongestPauseMs));
}

Patience::Next Patience::wait(WaitReason reason, std::int64_t pause_ms) {
  const Waiting waiting(site_.board, reason, site_.clock);
  const std::int64_t until_ns = site_.clock.monotonic_ns() + pause_ms * kNanosPerMilli;
  return site_.waiter.wait_until(until_ns) ? Next::kAgain : Next::kInterrupted;
}

}  // namespace zimmock::client
