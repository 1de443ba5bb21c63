#pragma once

#include <cstdint>
#include <deque>

namespace zimmock::mock {

// Counts calls against a limit a second. A refused call does not count (assumed). Memory: one entry
// a call of the last second. Not thread-safe.
class RateWindow {
 public:
  // `fixed_second`: count per whole second of the clock instead of in a sliding one.
  explicit RateWindow(bool fixed_second = false) : fixed_second_(fixed_second) {}

  // True, and the call counts, if fewer than `limit` calls were admitted in the second that ends
  // now. A call exactly 1 s old is outside.
  bool admit(std::int64_t now_ns, std::int64_t limit);

 private:
  bool fixed_second_;
  std::deque<std::int64_t> admitted_ns_;
};

}  // namespace zimmock::mock
