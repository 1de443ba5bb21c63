#include "client/formats/local_time.h"

#include "contracts/api/text.h"
#include "tests/client/support.h"

namespace zimmock::test {
namespace {

using Catch::Matchers::Contains;

client::TimeZone zone(const char* name) {
  auto found = client::TimeZone::find(name);
  REQUIRE(found);
  return *found;
}

std::string in(const char* name, const char* local, const char* not_before = "1970-01-01") {
  const auto time = client::parse_local_time(local);
  REQUIRE(time);
  const client::ZonedTime out = zone(name).to_unix_ms(*time, parse_iso_time(not_before).value());
  const char* const kinds[] = {"", " skipped", " twice"};
  return iso_time(out.unix_ms) + kinds[static_cast<int>(out.kind)];
}

}  // namespace

TEST_CASE("local times become Unix time by their zone") {
  CHECK(in("Europe/Berlin", "2021-10-14T15:34:09") == "2021-10-14T13:34:09.000Z");
  CHECK(in("Europe/Berlin", "2021-12-14 15:34") == "2021-12-14T14:34:00.000Z");
  CHECK(in("UTC", "2024-02-29T23:59:59.999") == "2024-02-29T23:59:59.999Z");
  CHECK(in("Asia/Kolkata", "2021-01-01T00:00") == "2020-12-31T18:30:00.000Z");
}

TEST_CASE("a time that the clocks skipped comes later by as much as they did") {
  CHECK(in("Europe/Berlin", "2021-03-28T01:59:59") == "2021-03-28T00:59:59.000Z");
  CHECK(in("Europe/Berlin", "2021-03-28T02:30:00") == "2021-03-28T01:30:00.000Z skipped");
  CHECK(in("Europe/Berlin", "2021-03-28T03:00:00") == "2021-03-28T01:00:00.000Z");
  CHECK(in("Australia/Lord_Howe", "2021-10-03T02:10") == "2021-10-02T15:40:00.000Z skipped");
}

TEST_CASE("of a time that came twice the first is taken, unless that goes back") {
  const char* const at = "2021-10-31T02:30:00";
  CHECK(in("Europe/Berlin", at) == "2021-10-31T00:30:00.000Z twice");
  CHECK(in("Europe/Berlin", at, "2021-10-31T00:30:00Z") == "2021-10-31T00:30:00.000Z twice");
  CHECK(in("Europe/Berlin", at, "2021-10-31T00:50:00Z") == "2021-10-31T01:30:00.000Z twice");
  CHECK(in("Europe/Berlin", at, "2021-10-31T01:30:00Z") == "2021-10-31T01:30:00.000Z twice");
  CHECK(in("Europe/Berlin", at, "2021-10-31T01:31:00Z") == "2021-10-31T00:30:00.000Z twice");
  CHECK(in("Europe/Berlin", "2021-10-31T03:00", "2022-01-01") == "2021-10-31T02:00:00.000Z");
}

TEST_CASE("what is no local time") {
  for (const char* text :
       {"", "2021-10-14", "2021-10-14T1:00", "2021-02-29T10:00", "2021-13-01T10:00",
        "2021-00-01T10:00", "2021-01-32T10:00", "2021-01-01T24:00", "2021-01-01T10:60",
        "2021-01-01T10:00:60", "2021-01-01T10:00Z", "2021-01-01T10:00:00.5",
        "2021-01-01T10:00:", "+021-01-01T10:00", "2021-01-01T10:00:00+01:00"}) {
    CAPTURE(text);
    CHECK_FALSE(client::parse_local_time(text));
  }
  CHECK_FALSE(client::is_local_time({2021, -1, 1}));
  CHECK_FALSE(client::is_local_time({2021, 1, 257}));
  CHECK_FALSE(client::is_local_time({2021, 1, 1, -1}));
}

TEST_CASE("a zone that is not known, and one that is near") {
  struct Row {
    const char* name;
    const char* hint;
  };
  for (const Row& row : {Row{"Europe/Berlni", "did you mean Europe/Berlin?"},
                         {"berlin", "did you mean Europe/Berlin?"},
                         {"US/Los_Angeles", "did you mean America/Los_Angeles?"},
                         {"Singapor", "did you mean"},
                         {"localtime", "got \"localtime\""},
                         {"../../etc/passwd", "got \"../../etc/passwd\""},
                         {"", "got \"\""}}) {
    const auto found = client::TimeZone::find(row.name);
    CAPTURE(row.name);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::kUsage);
    CHECK_THAT(found.error().message, Contains("--tz: expected a time zone") && Contains(row.hint));
  }
  CHECK(client::TimeZone::find("Mars/Olympus").error().message ==
        "--tz: expected a time zone such as Europe/Berlin, got \"Mars/Olympus\"");
}

TEST_CASE("a zone that must be given") {
  const client::FormatOptions none{.profile = default_profile()};
  const auto missing = client::TimeZone::demand(none, "chat.txt", "14/10/21, 15:35");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::kUsage);
  CHECK(missing.error().message ==
        "chat.txt: its times name no time zone (\"14/10/21, 15:35\"): give --tz, such as --tz "
        "Europe/Berlin");
  client::FormatOptions some{.profile = default_profile()};
  some.time_zone = "Asia/Tokyo";
  CHECK(client::TimeZone::demand(some, "chat.txt", ""));
}

}  // namespace zimmock::test
