#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "contracts/api/operations/operation.h"

namespace zimmock::mock {

// A request whose effect is still to come (the fault late-apply).
struct LateEffect {
  std::int64_t due_ms = 0;  // of the tenant's time
  OperationId action = OperationId::kNotEmulated;
  nlohmann::json body;
  std::uint64_t seq = 0;  // in the journal
};

// The late effects of one tenant. There is no timer: what is due is applied before the tenant's
// state is next looked at, which nobody can tell from applying it in time. Thread-safe.
class LateEffects {
 public:
  void schedule(LateEffect effect) {
    const std::lock_guard lock(mutex_);
    effects_.emplace(effect.due_ms, std::move(effect));
    next_due_ms_ = effects_.begin()->first;
  }

  // Hands what is due at `now_ms` to `apply`, in the order in which it is due. When it returns, all
  // of it is applied, by this thread or another one. `apply` must not schedule.
  void settle(std::int64_t now_ms, const std::function<void(const LateEffect&)>& apply) {
    if (now_ms < next_due_ms_) return;
    const std::lock_guard lock(mutex_);
    while (!effects_.empty() && effects_.begin()->first <= now_ms) {
      apply(effects_.begin()->second);
      effects_.erase(effects_.begin());
    }
    next_due_ms_ = effects_.empty() ? kNever : effects_.begin()->first;
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    effects_.clear();
    next_due_ms_ = kNever;
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  std::mutex mutex_;
  std::atomic<std::int64_t> next_due_ms_{kNever};
  std::multimap<std::int64_t, LateEffect> effects_;
};

}  // namespace zimmock::mock
