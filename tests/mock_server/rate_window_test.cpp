#include "mock_server/world/rate_window.h"

#include "contracts/api/clock.h"
#include "tests/support/catch.h"

using namespace zimmock;

TEST_CASE("a sliding second admits as many as the limit, and again when the first is 1 s old") {
  mock::RateWindow window;
  for (int i = 0; i < 20; ++i) CHECK(window.admit(i, 20));
  CHECK_FALSE(window.admit(20, 20));
  CHECK_FALSE(window.admit(kNanosPerSecond - 1, 20));
  CHECK(window.admit(kNanosPerSecond, 20));
  CHECK_FALSE(window.admit(kNanosPerSecond, 20));
  CHECK(window.admit(kNanosPerSecond + 1, 20));
}

TEST_CASE("a fixed second starts anew with the clock's") {
  mock::RateWindow window(true);
  CHECK(window.admit(900'000'000, 1));
  CHECK_FALSE(window.admit(999'999'999, 1));
  CHECK(window.admit(kNanosPerSecond, 1));
}
