#include "mock_server/tenant/devices.h"

#include "mock_server/tenant/devices_json.h"
#include "mock_server/tenant/state_document.h"
#include "tests/support/mock_world.h"

using namespace zimmock;
using Catch::Matchers::Contains;

namespace {

std::vector<mock::Device> devices(const std::vector<std::string>& versions) {
  auto parsed = mock::parse_devices(versions);
  REQUIRE(parsed);
  return *parsed;
}

const mock::TypeSummary& row_of(const std::vector<mock::TypeSummary>& rows, std::int64_t type) {
  for (const mock::TypeSummary& row : rows) {
    if (row.type == type) return row;
  }
  FAIL("no row for type " << type);
  return rows.front();
}

using Counts = std::vector<std::uint64_t>;
Counts counts(const mock::TypeSummary& row) {
  return {row.receives_all, row.receives_some, row.would_not_see, row.undocumented};
}

}  // namespace

TEST_CASE("devices are set as a whole, kept as given, and sorted by user") {
  mock::Devices known;
  known.set("zoe", devices({"2.10.0", "2.6"}));
  known.set("al", devices({"2.13.0+1", "2.13.0+1"}));
  CHECK(to_json(known).dump() ==
        R"({"devices":[{"user_id":"al","sdk_versions":["2.13.0+1","2.13.0+1"]},)"
        R"({"user_id":"zoe","sdk_versions":["2.10.0","2.6"]}]})");
  known.set("al", devices({"1.9.0"}));
  CHECK(known.of("al").size() == 1);
  known.set("al", {});
  CHECK(known.of("al").empty());
  CHECK(known.all().size() == 1);
  known.set("nobody", {});
  CHECK(known.all().size() == 1);
}

TEST_CASE("versions that are none, and too many") {
  for (const char* bad : {"", "2.x", "v2.8.0", "2.8.0.1", "-1"}) {
    const std::vector<std::string> versions{"2.8.0", bad};
    const auto parsed = mock::parse_devices(versions);
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error().message, Contains("/1: expected an SDK version like 2.8.0"));
  }
  const std::vector<std::string> tail{"2.8.0+" + std::string(60, 'x')};
  CHECK_FALSE(mock::parse_devices(tail));
  const std::vector<std::string> most(mock::kMaxDevicesPerUser, "2.8.0");
  CHECK(mock::parse_devices(most));
  const std::vector<std::string> more(mock::kMaxDevicesPerUser + 1, "2.8.0");
  CHECK_THAT(mock::parse_devices(more).error().message, Contains("at most 20 devices"));
}

TEST_CASE("who would not see which type") {
  mock::Devices known;
  known.set("new", devices({"2.19.0", "2.20.1"}));
  known.set("mixed", devices({"2.10.0", "2.7.9"}));
  known.set("old", devices({"2.0.0", "1.9.0"}));
  known.set("older", devices({"1.0.0"}));
  const mock::DeviceSummary summary = mock::summarize(known);
  CHECK(summary.users_known == 4);
  CHECK(summary.as_receiver.size() == 7);
  CHECK(counts(row_of(summary.as_receiver, 200)) == Counts{1, 1, 2, 0});
  CHECK(counts(row_of(summary.as_receiver, 1)) == Counts{2, 1, 0, 1});
  CHECK(counts(row_of(summary.as_receiver, 11)) == Counts{2, 0, 0, 2});
  CHECK(counts(row_of(summary.as_receiver, 10)) == Counts{1, 0, 3, 0});
  CHECK(row_of(summary.as_receiver, 200).sentence() ==
        "of 4 users with known versions, 2 would not see type 200");
  REQUIRE(summary.as_sender.size() == 3);
  CHECK(counts(row_of(summary.as_sender, 1)) == Counts{2, 0, 2, 0});
  CHECK(counts(row_of(summary.as_sender, 10)) == Counts{1, 0, 1, 2});
  CHECK(counts(row_of(summary.as_sender, 200)) == Counts{1, 1, 1, 1});
  CHECK_THAT(summary.as_sender[0].sentence(), Contains("would not see type 1 they send"));

  const auto one = to_json(mock::summarize(known, 200));
  CHECK(one.at("users_known") == 4);
  REQUIRE(one.at("types").size() == 1);
  CHECK(one.at("types")[0].at("name") == "custom");
  CHECK(one.at("types")[0].at("would_not_see") == 2);
  CHECK(mock::summarize(known, 99).as_receiver.empty());
  CHECK(mock::summarize(mock::Devices()).users_known == 0);
}

TEST_CASE("what each device gets of a list") {
  test::MockWorld world;
  mock::Tenant& tenant = *world.service().find_tenant(mock::kDefaultAppId);
  REQUIRE(mock::import_state(
      tenant,
      R"({"FromUserId":"bob","ToUserId":"ann","MessageType":1,"Message":"old","SendMessageTime":1})"
      "\n"
      R"({"FromUserId":"bob","ToUserId":"ann","MessageType":200,"SubMsgType":1,"Message":"c"})"
      "\n"
      R"({"FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"own"})"
      "\n"
      R"({"FromUserId":"bob","ToUserId":"ann","MessageType":1,"Message":"gone","Stored":{"Recalled":true}})"
      "\n"
      R"({"Record":"devices","UserId":"ann","SdkVersions":["2.6.0","2.10.0"]})",
      mock::StateMode::kAdd));
  const std::int64_t oldest_ms = world.clock().wall_ms() - 1000;
  const mock::DeliveryView view = mock::delivery_view(tenant, "ann", "bob", oldest_ms);
  REQUIRE(view.devices.size() == 2);
  const auto& old = view.devices[0].messages;
  REQUIRE(old.size() == 4);
  CHECK(old[0].emptied == Emptied::kRecalled);
  CHECK(old[0].rule == nullptr);
  CHECK(old[1].rule->rule().id == "delivery.text-sender-old");
  CHECK(old[1].role == Role::kSender);
  CHECK(old[2].rule->delivery == Delivery::kUnknown);
  CHECK(old[3].emptied == Emptied::kDeleted);  // expired
  CHECK(view.devices[1].messages[2].rule->rule().id == "delivery.custom-receiver");

  const auto written = to_json(view);
  CHECK(written.at("user_id") == "ann");
  CHECK(written.at("devices")[0].at("sdk_version") == "2.6.0");
  CHECK(written.at("devices")[0].at("counts").dump() ==
        R"({"delivered":0,"unknown":1,"absent":1,"undocumented":0,"emptied":2})");
  const auto& message = written.at("devices")[0].at("messages")[2];
  CHECK(message.at("msg_id").is_string());
  CHECK(message.at("delivery") == "unknown");
  CHECK(message.at("mark") == "documented");
  CHECK(written.at("devices")[0].at("messages")[0].at("rule").is_null());

  CHECK(mock::delivery_view(tenant, "ann", "bob", oldest_ms, 1).devices[1].messages.size() == 1);
  CHECK(mock::delivery_view(tenant, "ann", "nobody", oldest_ms).devices[0].messages.empty());
  CHECK(mock::delivery_view(tenant, "bob", "ann", oldest_ms).devices.empty());
}
