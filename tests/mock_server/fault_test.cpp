#include "mock_server/faults/fault.h"

#include <nlohmann/json.hpp>

#include "mock_server/tenant/fault_rules.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/mock_world.h"

using namespace zimmock;

TEST_CASE("a fault's spec reads back as what it writes") {
  for (const char* spec :
       {"drop-reply", "delay=200ms", "delay=50ms..400ms,when=mid-body", "status=503,body=a,b=c",
        "html", "html=504,when=after-effect", "code=7,action=ImportPeerMsg,nth=2",
        "rate-storm,first=3", "reset,when=before-read", "close,conversation=a/b,every=3",
        "garbage=10", "truncate=5", "length=+10", "length=-10", "drip=2s",
        "content-type=text/plain", "late-apply=5s,user=a", "clock-skew=+601s,p=0.25",
        "code=7,for=10000ms"}) {
    CAPTURE(spec);
    const auto fault = mock::parse_fault(spec);
    REQUIRE(fault);
    CHECK(mock::to_spec(*fault) == spec);
  }
}

TEST_CASE("every kind takes the whens of its row and no other") {
  for (const mock::FaultKind& kind : mock::fault_kinds()) {
    std::string spec(kind.name);
    for (const char* value : {"", "=1s", "=500", "=+5", "=a/b"}) {
      if (!mock::parse_fault(spec + value)) continue;
      spec += value;
      break;
    }
    CAPTURE(spec);
    REQUIRE(mock::parse_fault(spec));
    CHECK((kind.whens & static_cast<unsigned>(kind.default_when)) != 0);
    for (const mock::FaultWhen when : {mock::FaultWhen::kBeforeRead, mock::FaultWhen::kBeforeEffect,
                                       mock::FaultWhen::kAfterEffect, mock::FaultWhen::kMidBody}) {
      const bool can = (kind.whens & static_cast<unsigned>(when)) != 0;
      CHECK(mock::parse_fault(spec + ",when=" + std::string(to_string(when))).has_value() == can);
    }
  }
}

TEST_CASE("the same requests meet the same faults again, by the seed") {
  test::ManualClock clock;
  const auto draw = [&](std::uint64_t seed) {
    mock::FaultRules rules(seed, clock);
    rules.add(*mock::parse_fault("delay=1ms..1000ms,p=0.5"));
    rules.add(*mock::parse_fault("code=7,p=0.3"));
    mock::RequestRecord request;
    request.action = "ImportPeerMsg";
    std::string drawn;
    for (int i = 0; i < 200; ++i) {
      const auto hit = rules.hit(mock::FaultWhen::kBeforeEffect, request);
      drawn += hit ? hit->name + ":" + std::to_string(hit->effect.delay_ms) + " " : "- ";
    }
    return drawn;
  };
  CHECK(draw(1) == draw(1));
  CHECK(draw(1) != draw(2));
  mock::FaultRules often(1, clock);
  often.add(*mock::parse_fault("code=7,p=0.3"));
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += often.hit(mock::FaultWhen::kBeforeEffect, {}) ? 1 : 0;
  CHECK(hits > 2800);
  CHECK(hits < 3200);
}

TEST_CASE("every rule counts what it matches, and the first that is due hits") {
  test::ManualClock clock;
  mock::FaultRules rules(1, clock);
  rules.add(*mock::parse_fault("code=1,nth=2"));
  rules.add(*mock::parse_fault("code=2,every=2"));
  std::string hits;
  for (int i = 0; i < 6; ++i) {
    const auto hit = rules.hit(mock::FaultWhen::kBeforeEffect, {});
    hits += hit ? hit->name + " " : "- ";
  }
  CHECK(hits == "- code#1 - code#2 - code#2 ");
  CHECK(rules.list()[1].matched == 6);
  CHECK(rules.list()[1].hits == 2);
  CHECK(rules.remove(1));
  CHECK_FALSE(rules.remove(1));
  rules.clear();
  CHECK(rules.add(*mock::parse_fault("close")).id == 1);
}

TEST_CASE("on loopback a lost answer is an error in doubt, and the effect is there") {
  test::MockWorld world;
  world.register_users({"a", "b"});
  const auto tenant = world.service().find_tenant(mock::kDefaultAppId);
  mock::LoopbackTransport transport(world.service());
  const auto send = [&](const std::string& spec) {
    tenant->faults().clear();
    tenant->faults().add(*mock::parse_fault(spec));
    return transport.send(world.request("ImportPeerMsg", world.text("a", "b", "a", spec).dump()));
  };
  for (const char* spec : {"drop-reply", "truncate", "garbage", "length=+1",
                           "reset,when=after-effect", "close,when=mid-body"}) {
    CAPTURE(spec);
    const std::size_t before = tenant->journal().count({});
    const auto answer = send(spec);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::kInDoubt);
    CHECK(tenant->journal().count({}) == before + 1);
    CHECK(tenant->journal().find({}).back()->effect == mock::Effect::kApplied);
  }
  for (const char* spec : {"close", "reset", "late-apply=1h"}) {
    CAPTURE(spec);
    CHECK_FALSE(send(spec));
    CHECK(tenant->journal().find({}).back()->effect != mock::Effect::kApplied);
  }
  const auto shorter = send("length=-3");
  REQUIRE(shorter);
  CHECK(nlohmann::json::parse(shorter->body, nullptr, false).is_discarded());
  tenant->faults().clear();
  CHECK(world.call("QueryPeerMsg", {{"FromUserId", "a"}, {"ToUserId", "b"}, {"Limit", 100}})
            .at("List")
            .size() == 7);
}
