#include "client/api/rate_limiter.h"

#include <algorithm>

namespace zimmock::client {
namespace {

constexpr std::int64_t kWindowNs = kNanosPerSecond + 2 * kNanosPerMilli;
constexpr std::int64_t kLookAgainNs = kNanosPerMilli;
constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 2;

}  // namespace

void RateLimiter::Permit::release() {
  if (limiter_ == nullptr) return;
  const std::int64_t now_ns = limiter_->clock_.monotonic_ns();
  const std::lock_guard lock(limiter_->slots_mutex_);
  limiter_->completed_ns_[slot_] = now_ns;
  limiter_ = nullptr;
}

RateLimiter::RateLimiter(std::int64_t calls_per_second, const Clock& clock, Waiter& waiter,
                         CallsBefore before)
    : clock_(clock),
      waiter_(waiter),
      spacing_ns_(calls_per_second > 0 ? kNanosPerSecond / calls_per_second : 0),
      completed_ns_(static_cast<std::size_t>(std::max<std::int64_t>(calls_per_second, 0)),
                    before == CallsBefore::kUnknown ? clock.monotonic_ns() : kLongAgo) {}

// When the call that had this slot before was complete; waits for it while it is under way, which
// happens only when N other calls were made during it.
std::optional<std::int64_t> RateLimiter::wait_for_slot(std::size_t slot) {
  while (true) {
    {
      const std::lock_guard lock(slots_mutex_);
      if (completed_ns_[slot]) return completed_ns_[slot];
    }
    if (!waiter_.wait_until(clock_.monotonic_ns() + kLookAgainNs)) return std::nullopt;
  }
}

std::optional<RateLimiter::Permit> RateLimiter::acquire() {
  if (!limits()) {
    if (waiter_.interrupted()) return std::nullopt;
    return Permit(nullptr, 0);
  }
  const std::lock_guard turn(turn_);
  const std::size_t slot = static_cast<std::size_t>(calls_ % completed_ns_.size());
  const auto completed_ns = wait_for_slot(slot);
  if (!completed_ns) return std::nullopt;
  const std::int64_t due_ns = std::max(next_due_ns_, *completed_ns + kWindowNs);
  if (!waiter_.wait_until(due_ns)) return std::nullopt;
  next_due_ns_ = std::max(due_ns + spacing_ns_, clock_.monotonic_ns() + spacing_ns_ / 2);
  ++calls_;
  const std::lock_guard lock(slots_mutex_);
  completed_ns_[slot] = std::nullopt;
  return Permit(this, slot);
}

}  // namespace zimmock::client
