#include "mock_server/tenant_clock.h"

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace zimmock;

TEST_CASE("a tenant's clock runs, stands or is shifted") {
  test::ManualClock machine(1'000'000);
  const TenantClock real(machine, *parse_clock("real"));
  const TenantClock frozen(machine, *parse_clock("frozen:2021-03-08T07:02:23Z"));
  const TenantClock shifted(machine, *parse_clock("offset:-10m"));
  machine.advance_ms(5000);
  CHECK(real.wall_ms() == 1'005'000);
  CHECK(frozen.wall_ms() == 1615186943000);
  CHECK(frozen.monotonic_ns() == 1615186943000 * kNanosPerMilli);
  CHECK(shifted.wall_ms() == 405'000);
  CHECK(shifted.monotonic_ns() == machine.monotonic_ns());
}

TEST_CASE("what is no clock is refused with what is") {
  for (const char* bad : {"", "now", "frozen", "frozen:", "frozen:yesterday", "offset:soon"}) {
    CAPTURE(bad);
    const auto parsed = parse_clock(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("frozen:2026-10-01T00:00:00Z") != std::string::npos);
  }
}
