#include <random>
#include <set>

#include <fmt/format.h>

#include "tests/support/mock_world.h"

using namespace zimmock;
using nlohmann::json;

namespace {

json page(test::MockWorld& world, std::int64_t limit, const json& next) {
  return world.call("QueryPeerMsg", {{"FromUserId", "alice"},
                                     {"ToUserId", "bob"},
                                     {"Limit", limit},
                                     {"Next", next},
                                     {"WithEmptyMsg", 1}});
}

void import_at(test::MockWorld& world, std::int64_t age_ms, const std::string& text) {
  REQUIRE(world.code("ImportPeerMsg", world.text("bob", "alice", "alice", text, age_ms)) == 0);
}

}  // namespace

TEST_CASE("pages stay whole while messages arrive anywhere in the list") {
  for (const std::int64_t limit : {1, 2, 7, 100}) {
    test::MockWorld world;
    world.register_users({"alice", "bob"});
    std::mt19937_64 rng(static_cast<std::uint64_t>(limit));
    std::set<std::string> before;
    for (int i = 0; i < 300; ++i) {
      const std::string text = "before-" + std::to_string(i);
      import_at(world, static_cast<std::int64_t>(rng() % 200), text);
      before.insert(text);
    }
    std::set<std::int64_t> seen_ids;
    std::int64_t last_time = std::numeric_limits<std::int64_t>::max();
    json next = 0;
    int arrived = 0;
    do {
      const json answer = page(world, limit, next);
      REQUIRE(answer.at("Code") == 0);
      for (const json& item : answer.at("List")) {
        REQUIRE(seen_ids.insert(item.at("MsgId").get<std::int64_t>()).second);
        REQUIRE(item.at("MsgTime").get<std::int64_t>() <= last_time);
        last_time = item.at("MsgTime").get<std::int64_t>();
        before.erase(item.at("MsgBody").get<std::string>());
      }
      next = answer.at("Next");
      if (arrived < 100)
        import_at(world, static_cast<std::int64_t>(rng() % 200),
                  "during-" + std::to_string(arrived++));
    } while (next != 0);
    CHECK(before.empty());
  }
}

TEST_CASE("the first page is as long as asked; later ones may be shorter before the last") {
  test::MockWorld world;
  world.register_users({"alice", "bob"});
  for (int i = 0; i < 1000; ++i) import_at(world, 1000 - i, std::to_string(i));
  json answer = page(world, 20, 0);
  CHECK(answer.at("List").size() == 20);
  int pages = 1, shorter = 0;
  std::size_t total = 20;
  while (answer.at("Next") != 0) {
    answer = page(world, 20, answer.at("Next"));
    REQUIRE_FALSE(answer.at("List").empty());
    total += answer.at("List").size();
    ++pages;
    if (answer.at("Next") != 0 && answer.at("List").size() < 20) ++shorter;
  }
  CHECK(total == 1000);
  CHECK(shorter > 5);
}

TEST_CASE("by default a client that reads numbers as doubles keeps every Next") {
  test::MockWorld world;
  world.register_users({"alice", "bob"});
  for (int i = 0; i < 300; ++i) import_at(world, 300 - i, "m");
  json next = 0;
  int pages = 0;
  do {
    next = page(world, 3, next).at("Next");
    CHECK(static_cast<std::int64_t>(next.get<double>()) == next);
    CHECK(next.get<std::int64_t>() < std::int64_t{1} << 53);
    ++pages;
  } while (next != 0);
  CHECK(pages >= 100);
}

TEST_CASE("an unknown Next is refused, and one that went through a double is recognised") {
  for (const std::int64_t bits : {55, 58, 62}) {
    Profile profile;
    profile.next_bits = bits;
    test::MockWorld world(profile);
    world.register_users({"alice", "bob"});
    CHECK(page(world, 1, 12345).at("Code") == 660000002);
    CHECK(world.explain().ends_with("got 12345"));
    for (int i = 0; i < 40; ++i) import_at(world, i, "m");
    for (std::int64_t next = 0; page(world, 1, next).at("Next") != 0;) {
      next = page(world, 1, next).at("Next").get<std::int64_t>();
      // As C prints a double's value, and as JavaScript, Go and Python print it: shortest.
      const auto exactly = static_cast<std::int64_t>(static_cast<double>(next));
      std::string digits = json(static_cast<double>(next)).dump();  // 4.3814581740195323e+18
      digits.erase(digits.find('.'), 1);
      const auto exponent =
          static_cast<std::size_t>(std::stoi(digits.substr(digits.find('e') + 1)));
      digits.resize(digits.find('e'));
      digits.resize(exponent + 1, '0');
      for (const std::int64_t rounded : {exactly, std::int64_t{std::stoll(digits)}}) {
        if (rounded == next) continue;
        CAPTURE(bits, next, rounded);
        CHECK(page(world, 1, rounded).at("Code") == 660000002);
        CHECK(world.explain().find(fmt::format("which is {} rounded: Next went through a double "
                                               "(the setting next_bits",
                                               next)) != std::string::npos);
      }
    }
    const auto next = page(world, 1, 0).at("Next").get<std::int64_t>();
    CHECK(page(world, 1, -next).at("Code") == 660000002);
    CHECK(page(world, 1, next + 2000).at("Code") == 660000002);
    CHECK(world.explain().find("rounded") == std::string::npos);
  }
}

TEST_CASE("a Next of another conversation is unknown") {
  test::MockWorld world;
  world.register_users({"alice", "bob", "carol"});
  for (int i = 0; i < 3; ++i) {
    import_at(world, i, "m");
    REQUIRE(world.code("ImportPeerMsg", world.text("carol", "alice", "alice", "m")) == 0);
  }
  const json next = page(world, 1, 0).at("Next");
  CHECK(world.code("QueryPeerMsg",
                   {{"FromUserId", "alice"}, {"ToUserId", "carol"}, {"Next", next}}) == 660000002);
}

TEST_CASE("MsgIds are above 2^53, odd, ascending, and the same in both answers") {
  test::MockWorld world;
  world.register_users({"alice", "bob"});
  std::int64_t last = std::int64_t{1} << 53;
  for (int i = 0; i < 50; ++i) {
    const json answer = world.call("ImportPeerMsg", world.text("bob", "alice", "alice", "m"));
    const std::int64_t id = std::stoll(answer.at("MsgId").get<std::string>());
    CHECK(id > last);
    CHECK(id % 2 == 1);
    CHECK(page(world, 1, 0).at("List").at(0).at("MsgId") == id);
    last = id;
  }
}
