#include "contracts/api/sdk_delivery.h"

#include "contracts/api/message_body.h"
#include "tests/support/catch.h"

using namespace zimmock;
using enum Delivery;
using enum Role;

namespace {
Delivery delivery(std::int64_t type, Role role, std::string_view version) {
  const auto parsed = parse_sdk_version(version);
  REQUIRE(parsed);
  return delivery_of(type, role, *parsed).delivery;
}
}  // namespace

TEST_CASE("versions are compared number by number") {
  CHECK(*parse_sdk_version("2.10.0") > *parse_sdk_version("2.8.0"));
  CHECK(*parse_sdk_version("2.13.0+1") == *parse_sdk_version("2.13.0"));
  CHECK(*parse_sdk_version("2.9.0-beta.1") == *parse_sdk_version("2.9.0"));
  CHECK(*parse_sdk_version("2.8") == *parse_sdk_version("2.8.0"));
  CHECK(*parse_sdk_version("2") == *parse_sdk_version("2.0.0"));
  for (const char* bad : {"", ".", "2.", "2..1", "v2.8.0", "2.8.0.1", "2.-1", "2.8.x", " 2.8"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_sdk_version(bad));
  }
}

TEST_CASE("a text by SDK version") {
  CHECK(delivery(kText, kSender, "1.9.9") == kAbsent);
  CHECK(delivery(kText, kSender, "2.6.9") == kAbsent);
  CHECK(delivery(kText, kSender, "2.7.0") == kDelivered);
  CHECK(delivery(kText, kSender, "2.10.0") == kDelivered);
  CHECK(delivery(kText, kReceiver, "1.9.9") == kUndocumented);
  CHECK(delivery(kText, kReceiver, "2.0.0") == kDelivered);
}

TEST_CASE("a custom message by SDK version") {
  CHECK(delivery(kCustom, kReceiver, "1.9.9") == kAbsent);
  CHECK(delivery(kCustom, kReceiver, "2.0.0") == kUnknown);
  CHECK(delivery(kCustom, kReceiver, "2.7.9") == kUnknown);
  CHECK(delivery(kCustom, kReceiver, "2.8.0") == kDelivered);
  CHECK(delivery(kCustom, kReceiver, "2.10.0") == kDelivered);
  CHECK(delivery(kCustom, kSender, "1.9.9") == kAbsent);
  CHECK(delivery(kCustom, kSender, "2.0.0") == kUndocumented);
  CHECK(delivery(kCustom, kSender, "2.7.9") == kUndocumented);
  CHECK(delivery(kCustom, kSender, "2.8.0") == kDelivered);
}

TEST_CASE("media by SDK version") {
  for (const std::int64_t type : {kImage, kFile, kAudio, kVideo}) {
    CAPTURE(type);
    CHECK(delivery(type, kReceiver, "2.0.9") == kUndocumented);
    CHECK(delivery(type, kReceiver, "2.1.0") == kDelivered);
    CHECK(delivery(type, kSender, "1.9.9") == kAbsent);
    CHECK(delivery(type, kSender, "2.19.0") == kUndocumented);
  }
  CHECK(delivery(kMulti, kReceiver, "1.9.9") == kAbsent);
  CHECK(delivery(kMulti, kReceiver, "2.0.0") == kUnknown);
  CHECK(delivery(kMulti, kReceiver, "2.18.9") == kUnknown);
  CHECK(delivery(kMulti, kReceiver, "2.19.0") == kDelivered);
  CHECK(delivery(kMulti, kSender, "1.9.9") == kAbsent);
  CHECK(delivery(kMulti, kSender, "2.18.9") == kUndocumented);
  CHECK(delivery(kMulti, kSender, "2.19.0") == kDelivered);
}

TEST_CASE("every importable type, role and version has a row that fits it") {
  for (const std::int64_t type : importable_types()) {
    for (const Role role : {kSender, kReceiver}) {
      for (const char* version : {"0.0.1", "1.0.0", "2.0.0", "2.5.0", "2.8.0", "3.0.0", "99.0.0"}) {
        const DeliveryRule& row = delivery_of(type, role, *parse_sdk_version(version));
        CAPTURE(type, version, row.rule().id);
        CHECK(row.role == role);
        CHECK((type >= row.first_type && type <= row.last_type));
      }
    }
  }
}

TEST_CASE("an undocumented outcome is marked as assumed, and no other is") {
  for (const DeliveryRule& row : delivery_rules()) {
    CAPTURE(row.rule().id);
    CHECK((row.delivery == kUndocumented) == (row.rule().mark == Mark::kAssumed));
  }
}
