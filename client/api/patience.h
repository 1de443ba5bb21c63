#pragma once

// Making one call through all that passes by itself: the rate limit, a service that says to wait, a
// connection that cannot be had for a while.

#include <cstdint>
#include <optional>
#include <type_traits>

#include "client/api/progress.h"
#include "client/api/rate_limiter.h"
#include "client/api/waiter.h"
#include "client/api/zim_api.h"
#include "contracts/api/clock.h"

namespace zimmock::client {

inline constexpr int kMaxTries = 5;

// What the calls of one operation share. Everything must outlive it.
struct CallSite {
  RateLimiter& limiter;
  const Clock& clock;
  Waiter& waiter;
  ProgressBoard& board;
  // True for operations that may be repeated whatever happened to the first (reads, UserRegister):
  // then answers in doubt are tried again as well.
  bool repeatable = false;
  int max_tries = kMaxTries;  // of one call that fails
};

// Decides after each try of one call.
class Patience {
 public:
  explicit Patience(CallSite& site) : site_(site) {}

  enum class Next { kDone, kAgain, kInterrupted };

  // `status` or `error` is what came of it, the other nullptr. Blocks while waiting is the answer.
  Next judge(const ApiStatus* status, const Error* error);

 private:
  Next wait(WaitReason reason, std::int64_t pause_ms);
  Next after_failure();

  CallSite& site_;
  int failures_ = 0;
};

std::optional<RateLimiter::Permit> acquire_permit(CallSite& site);

// Calls `call` until it comes to something: success, a refusal, an Error that stays. A call that
// was not applied because the service said to wait is made again after a second, as long as it
// takes; one that could not be sent is tried `max_tries` times, 0.2 s to 5 s apart. Nothing if the
// run is interrupted before the call was applied.
template <typename Call>
std::optional<std::invoke_result_t<Call>> call_patiently(CallSite& site, Call&& call) {
  Patience patience(site);
  while (true) {
    auto permit = acquire_permit(site);
    if (!permit) return std::nullopt;
    auto result = call();
    permit->release();
    const auto next =
        patience.judge(result ? &result->status : nullptr, result ? nullptr : &result.error());
    if (next == Patience::Next::kDone) return result;
    if (next == Patience::Next::kInterrupted) return std::nullopt;
  }
}

}  // namespace zimmock::client
