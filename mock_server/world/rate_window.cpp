#include "mock_server/world/rate_window.h"

#include "contracts/api/clock.h"

namespace zimmock::mock {

bool RateWindow::admit(std::int64_t now_ns, std::int64_t limit) {
  const std::int64_t oldest_ns =
      fixed_second_ ? now_ns / kNanosPerSecond * kNanosPerSecond - 1 : now_ns - kNanosPerSecond;
  while (!admitted_ns_.empty() && admitted_ns_.front() <= oldest_ns) admitted_ns_.pop_front();
  if (static_cast<std::int64_t>(admitted_ns_.size()) >= limit) return false;
  admitted_ns_.push_back(now_ns);
  return true;
}

}  // namespace zimmock::mock
