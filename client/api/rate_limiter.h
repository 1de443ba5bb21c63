#pragma once

#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "client/api/waiter.h"
#include "contracts/api/clock.h"

namespace zimmock::client {

// What was called in the second before a limiter begins: nothing, or, for all that is known, as
// much as the rate allows, by a run that ended just now.
enum class CallsBefore { kNone, kUnknown };

// A strict sliding second, shared by the threads that make one operation's calls: call i+N starts
// only when call i has been complete for a second (and 2 ms, for clocks that do not run alike), so
// whatever the network does with N+1 calls in a row, the service never sees them within one second.
// Starts are spread by 1/N s; one that came late is caught up with at no less than half of that.
// The price is that N calls take a second and one call's latency.
class RateLimiter {
 public:
  // The right to make one call; its destruction (or release()) notes that the call is complete.
  class Permit {
   public:
    Permit(RateLimiter* limiter, std::size_t slot) : limiter_(limiter), slot_(slot) {}
    Permit(Permit&& other) noexcept : limiter_(other.limiter_), slot_(other.slot_) {
      other.limiter_ = nullptr;
    }
    Permit& operator=(Permit&&) = delete;
    ~Permit() { release(); }
    void release();

   private:
    RateLimiter* limiter_;
    std::size_t slot_;
  };

  // `calls_per_second` 0: no limit. The clock and the waiter must outlive the limiter.
  // With CallsBefore::kUnknown the first call starts a second from now.
  RateLimiter(std::int64_t calls_per_second, const Clock& clock, Waiter& waiter,
              CallsBefore before = CallsBefore::kNone);

  // False if every call may start at once.
  bool limits() const { return !completed_ns_.empty(); }

  // Blocks until a call may start. Nothing if the run is interrupted meanwhile. Safe from several
  // threads; they are served one after another.
  std::optional<Permit> acquire();

 private:
  std::optional<std::int64_t> wait_for_slot(std::size_t slot);

  const Clock& clock_;
  Waiter& waiter_;
  const std::int64_t spacing_ns_;

  std::mutex turn_;  // held by the thread whose start is next, also while it waits
  std::uint64_t calls_ = 0;
  std::int64_t next_due_ns_ = std::numeric_limits<std::int64_t>::min();

  std::mutex slots_mutex_;
  std::vector<std::optional<std::int64_t>>
      completed_ns_;  // of the last N calls; nothing: under way
};

// The limits of one run: each operation has its own. (docs/zim-api.md section 1, Rate; assumed)
struct CallLimits {
  CallLimits(std::int64_t calls_per_second, const Clock& clock, Waiter& waiter,
             CallsBefore before = CallsBefore::kNone)
      : registrations(calls_per_second, clock, waiter, before),
        imports(calls_per_second, clock, waiter, before),
        queries(calls_per_second, clock, waiter, before) {}

  RateLimiter registrations;
  RateLimiter imports;
  RateLimiter queries;
};

}  // namespace zimmock::client
