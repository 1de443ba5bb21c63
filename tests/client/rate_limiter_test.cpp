#include <algorithm>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "client/api/rate_limiter.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

constexpr std::int64_t kSecond = kNanosPerSecond;

// A simulation: waiting moves the time, and on the way the calls under way come to their ends.
// Wakes up as late as `lateness` says.
class Simulation : public Clock, public client::Waiter {
 public:
  Simulation(std::uint32_t seed, std::int64_t max_latency_ns, std::int64_t max_lateness_ns)
      : random_(seed), latency_(0, max_latency_ns), lateness_(0, max_lateness_ns) {}

  std::int64_t wall_ms() const override { return now_ns_ / kNanosPerMilli; }
  std::int64_t monotonic_ns() const override { return now_ns_; }
  bool interrupted() const override { return false; }
  bool wait_until(std::int64_t until_ns) override {
    if (until_ns > now_ns_) until_ns += lateness_(random_);
    while (!calls_.empty() && calls_.begin()->first <= until_ns) {
      now_ns_ = std::max(now_ns_, calls_.begin()->first);
      completions[calls_.begin()->second.index] = now_ns_;
      calls_.erase(calls_.begin());  // releases the permit
    }
    now_ns_ = std::max(now_ns_, until_ns);
    return true;
  }

  void start_call(client::RateLimiter::Permit permit) {
    const std::size_t index = starts.size();
    starts.push_back(now_ns_);
    completions.push_back(-1);
    calls_.emplace(now_ns_ + latency_(random_), Call{index, std::move(permit)});
  }
  bool lanes_full(std::size_t lanes) const { return calls_.size() >= lanes; }
  void finish_one() { wait_until(calls_.begin()->first); }

  std::vector<std::int64_t> starts;
  std::vector<std::int64_t> completions;  // -1: under way

 private:
  struct Call {
    std::size_t index;
    client::RateLimiter::Permit permit;
  };
  std::mt19937 random_;
  std::uniform_int_distribution<std::int64_t> latency_;
  std::uniform_int_distribution<std::int64_t> lateness_;
  std::int64_t now_ns_ = 0;
  std::multimap<std::int64_t, Call> calls_;
};

void simulate(Simulation& world, std::int64_t rate, std::size_t lanes, std::size_t calls) {
  client::RateLimiter limiter(rate, world, world);
  for (std::size_t i = 0; i < calls; ++i) {
    while (world.lanes_full(lanes)) world.finish_one();
    auto permit = limiter.acquire();
    REQUIRE(permit);
    world.start_call(std::move(*permit));
  }
  while (world.lanes_full(1)) world.finish_one();
}

}  // namespace

TEST_CASE("no second ever sees more than the rate, whatever the network does") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const std::int64_t rate = 1 + seed % 25;
    const std::size_t lanes = 1 + seed % 7;
    const std::int64_t latency_ns = (seed % 5) * 700 * kNanosPerMilli + kNanosPerMilli;
    Simulation world(seed, latency_ns, 3 * kNanosPerMilli);
    simulate(world, rate, lanes, 300);
    const auto n = static_cast<std::size_t>(rate);
    CAPTURE(seed, rate, lanes);
    for (std::size_t i = 0; i + n < world.starts.size(); ++i) {
      REQUIRE(world.starts[i + n] - world.completions[i] >= kSecond);
    }
    for (std::size_t i = 1; i < world.starts.size(); ++i) {
      REQUIRE(world.starts[i] - world.starts[i - 1] >= kSecond / rate / 2);
    }
  }
}

TEST_CASE("20 a second come to 19.5 and more when calls are quick, late wake-ups or not") {
  for (const std::int64_t lateness_ms : {0, 1, 4}) {
    Simulation world(7, 3 * kNanosPerMilli, lateness_ms * kNanosPerMilli);
    simulate(world, 20, 4, 1001);
    const double seconds = static_cast<double>(world.starts.back() - world.starts.front()) / 1e9;
    CAPTURE(lateness_ms);
    CHECK(1000 / seconds >= 19.5);
    CHECK(1000 / seconds <= 20.0);
  }
}

TEST_CASE("a pause does not save up calls") {
  FakeTime time;
  client::RateLimiter limiter(4, time, time);
  const auto call = [&] {
    auto permit = limiter.acquire();
    return time.monotonic_ns();
  };
  call();
  time.advance_ms(60'000);
  const std::int64_t first_ns = call();
  CHECK(call() - first_ns >= kSecond / 8);
  CHECK(call() - first_ns >= kSecond / 4);
  CHECK(call() - first_ns >= kSecond / 2);
  CHECK(call() - first_ns >= kSecond);
}

TEST_CASE("after a run that may have called just now, the first call waits for a second") {
  FakeTime time;
  const std::int64_t begun_ns = time.monotonic_ns();
  client::RateLimiter limiter(20, time, time, client::CallsBefore::kUnknown);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(limiter.acquire());
    CHECK(time.monotonic_ns() - begun_ns >= kSecond + i * kSecond / 20);
  }
}

TEST_CASE("without a limit nothing waits") {
  FakeTime time;
  client::RateLimiter limiter(0, time, time);
  const std::int64_t before_ns = time.monotonic_ns();
  for (int i = 0; i < 1000; ++i) REQUIRE(limiter.acquire());
  CHECK(time.monotonic_ns() == before_ns);
}

TEST_CASE("an interruption ends the waiting") {
  FakeTime time;
  client::RateLimiter limited(1, time, time), unlimited(0, time, time);
  REQUIRE(limited.acquire());
  time.interrupt();
  CHECK_FALSE(limited.acquire());
  CHECK_FALSE(unlimited.acquire());
}

TEST_CASE("threads share one limit") {
  FakeTime time;
  client::RateLimiter limiter(50, time, time);
  const std::int64_t before_ns = time.monotonic_ns();
  std::atomic<int> calls{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 100; ++j) {
          if (limiter.acquire()) ++calls;
        }
      });
    }
  }
  CHECK(calls == 400);
  CHECK(time.monotonic_ns() - before_ns >= 7 * kSecond);
}

}  // namespace zimmock::test
