#include "mock_server/world/tenant_clock.h"

#include <limits>
#include <utility>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace zimmock;

TEST_CASE("a tenant's clock runs, stands or is shifted") {
  test::ManualClock machine(1'000'000);
  const mock::TenantClock real(machine, *parse_clock("real"));
  const mock::TenantClock frozen(machine, *parse_clock("frozen:2021-03-08T07:02:23Z"));
  const mock::TenantClock shifted(machine, *parse_clock("offset:-10m"));
  const std::int64_t shifted_ns = shifted.monotonic_ns();
  machine.advance_ms(5000);
  CHECK(real.wall_ms() == 1'005'000);
  CHECK(frozen.wall_ms() == 1615186943000);
  CHECK(frozen.monotonic_ns() == 1615186943000 * kNanosPerMilli);
  CHECK(shifted.wall_ms() == 405'000);
  CHECK(shifted.monotonic_ns() == shifted_ns + 5000 * kNanosPerMilli);
}

TEST_CASE("a clock that is moved never goes back in its monotonic reading") {
  test::ManualClock machine(1'000'000);
  mock::TenantClock clock(machine, {});
  std::int64_t last = clock.monotonic_ns();
  const auto moved_on_ms = [&] {
    const std::int64_t now = clock.monotonic_ns();
    return (now - std::exchange(last, now)) / kNanosPerMilli;
  };
  clock.freeze();
  machine.advance_ms(700);
  CHECK(clock.wall_ms() == 1'000'000);
  CHECK(moved_on_ms() == 0);
  clock.advance(601'000);
  CHECK(clock.wall_ms() == 1'601'000);
  CHECK(moved_on_ms() == 601'000);
  clock.advance(-1000);
  CHECK(clock.wall_ms() == 1'600'000);
  CHECK(moved_on_ms() == 0);
  clock.set({});
  CHECK(clock.wall_ms() == 1'000'700);
  CHECK(moved_on_ms() == 0);
  machine.advance_ms(5);
  CHECK(moved_on_ms() == 5);
  clock.advance(90'000);
  CHECK(to_string(clock.setting()) == "offset:+90s");
  CHECK(clock.wall_ms() == 1'090'705);
  CHECK(moved_on_ms() == 90'000);
}

TEST_CASE("a clock's setting reads back what it writes") {
  for (const char* text :
       {"real", "frozen:2026-10-01T00:00:00.500Z", "offset:-600s", "offset:+1ms"}) {
    const auto parsed = parse_clock(text);
    REQUIRE(parsed);
    CHECK(to_string(*parsed) == text);
  }
}

TEST_CASE("what is no clock is refused with what is") {
  for (const char* bad : {"", "now", "freeze", "frozen:", "frozen:yesterday", "offset:soon"}) {
    CAPTURE(bad);
    const auto parsed = parse_clock(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("frozen:2026-10-01T00:00:00Z") != std::string::npos);
  }
}

TEST_CASE("a clock moved by centuries does not overflow") {
  test::ManualClock machine;
  mock::TenantClock clock(machine, {});
  for (const std::int64_t far :
       {kMaxClockShiftMs + 1, -kMaxClockShiftMs - 1, std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()}) {
    CHECK_FALSE(clock.advance(far));
  }
  std::int64_t last = clock.monotonic_ns();
  for (int i = 0; i < 10; ++i) {
    CHECK(clock.advance(kMaxClockShiftMs));
    CHECK(clock.monotonic_ns() >= last);
    last = clock.monotonic_ns();
    CHECK(clock.advance(-kMaxClockShiftMs));
  }
  CHECK(clock.wall_ms() == machine.wall_ms());
  CHECK_FALSE(parse_clock("frozen:2200-01-02"));
  CHECK_FALSE(parse_clock("frozen:1969-12-31"));
  CHECK_FALSE(parse_clock("offset:36501d"));
  CHECK(parse_clock("offset:-36500d"));
}
