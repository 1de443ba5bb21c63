#pragma once

#include <cstdint>

namespace zimmock::client {

// A pause that an interruption (Ctrl-C) can end. Implementations must be safe to use from several
// threads at once.
class Waiter {
 public:
  virtual ~Waiter() = default;

  // Blocks until the run's Clock says `monotonic_ns`, or not at all if that is past. False as soon
  // as the run is interrupted, also when it already was.
  virtual bool wait_until(std::int64_t monotonic_ns) = 0;

  virtual bool interrupted() const = 0;
};

}  // namespace zimmock::client
