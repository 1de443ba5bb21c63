#include "mock_server/world/cursor.h"

#include <random>
#include <set>

#include "tests/support/catch.h"

using namespace zimmock;

TEST_CASE("a Next of any size is taken back to its position, and to no other") {
  for (std::int64_t bits = 48; bits <= 62; ++bits) {
    const mock::CursorCodec codec(bits, 99);
    std::set<std::int64_t> seen;
    for (std::int64_t seq = 1; seq <= 2000; ++seq) {
      const std::int64_t next = codec.encode(seq);
      REQUIRE(next >= (std::int64_t{1} << (bits - 1)));
      REQUIRE(next < (std::int64_t{1} << bits));
      REQUIRE(seen.insert(next).second);
      REQUIRE(codec.decode(next) == seq);
    }
    const std::int64_t largest = (std::int64_t{1} << (bits - 17)) - 1;
    REQUIRE(codec.decode(codec.encode(largest)) == largest);
  }
}

TEST_CASE("a Next means nothing in another list, and made-up ones are unknown") {
  const mock::CursorCodec one(62, 1), other(62, 2);
  int taken = 0;
  for (std::int64_t seq = 1; seq <= 1000; ++seq) taken += other.decode(one.encode(seq)) ? 1 : 0;
  std::mt19937_64 rng(7);
  for (int i = 0; i < 1000; ++i) {
    taken += one.decode(static_cast<std::int64_t>(rng() >> 1)) ? 1 : 0;
  }
  CHECK(taken <= 2);
  for (const std::int64_t small : {0L, 1L, -1L, 100L}) CHECK_FALSE(one.decode(small));
}

TEST_CASE("a Next does not give its order away") {
  const mock::CursorCodec codec(62, 5);
  int ascending = 0;
  for (std::int64_t seq = 1; seq < 1000; ++seq) {
    ascending += codec.encode(seq) < codec.encode(seq + 1) ? 1 : 0;
  }
  CHECK((ascending > 400 && ascending < 600));
}
