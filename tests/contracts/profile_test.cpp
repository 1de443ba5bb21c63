#include "contracts/api/profile.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace zimmock;

namespace {
std::string error_of(std::string_view text) {
  const auto parsed = parse_profile(text, "p.json");
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error().message;
}
}  // namespace

TEST_CASE("a profile file changes what it names") {
  const auto profile = parse_profile(
      R"({"base":"strict","settings":{"next_bits":53,"refuse_reused_nonce":false},
          "codes":{"import.send-time-in-retention":660600021}})",
      "p.json");
  REQUIRE(profile);
  CHECK(profile->next_bits == 53);
  CHECK(profile->nonce_must_be_hex16);
  CHECK_FALSE(profile->refuse_reused_nonce);
  CHECK(profile->code(RuleId::kImportTimeTooOld) == 660600021);
  CHECK(profile->code(RuleId::kImportTimeFuture) == 660800046);
}

TEST_CASE("an empty profile file is the default") {
  const auto profile = parse_profile("{}", "p.json");
  REQUIRE(profile);
  for (const Setting& setting : settings()) {
    CHECK(setting.value(*profile) == setting.value(default_profile()));
  }
}

TEST_CASE("unknown names and bad values are errors that help") {
  CHECK(error_of(R"({"settings":{"next_bit":53}})") ==
        "p.json: /settings/next_bit: no such setting; did you mean next_bits?; `zimmock list "
        "settings` has them all");
  CHECK(error_of(R"({"settings":{"next_bits":63}})") ==
        "p.json: /settings/next_bits: expected a number from 48 to 62, got number 63");
  CHECK(error_of(R"({"settings":{"short_pages":1}})").find("true or false") != std::string::npos);
  CHECK(error_of(R"({"settings":{"zeros":"none"}})") ==
        "p.json: /settings/zeros: expected \"sent\", \"absent\" or \"null\", got string \"none\"");
  CHECK(error_of(R"({"codes":{"import.typ":1}})").find("did you mean import.type?") !=
        std::string::npos);
  CHECK(error_of(R"({"codes":{"import.type":0}})").find("above 0") != std::string::npos);
  CHECK(error_of(R"({"base":"lenient"})").find("/base") != std::string::npos);
  CHECK(error_of(R"({"setting":{}})").find("/setting") != std::string::npos);
  CHECK(error_of("[]") == "p.json: expected a JSON object");
  CHECK(error_of("{").find("line 1") != std::string::npos);
}

TEST_CASE("a profile is written as it is read") {
  const auto profile = parse_profile(
      R"({"settings":{"zeros":"absent","short_pages":false,"next_bits":60},"codes":{"import.type":7}})",
      "p.json");
  REQUIRE(profile);
  const auto again = parse_profile(profile_document(*profile).dump(), "p.json");
  REQUIRE(again);
  CHECK(again->zeros == ZeroValues::kAbsent);
  CHECK(profile_document(*again) == profile_document(*profile));
  const Profile both = changed_profile(strict_profile(), *profile);
  CHECK(both.refuse_reused_nonce);
  CHECK(both.next_bits == 60);
  CHECK(both.code(RuleId::kImportType) == 7);
}

TEST_CASE("strict differs from default in what the contract says, and in nothing else") {
  const Profile standard = default_profile(), strict = strict_profile();
  std::vector<std::string_view> differing;
  for (const Setting& setting : settings()) {
    if (setting.value(standard) != setting.value(strict)) differing.push_back(setting.name);
  }
  CHECK(differing == std::vector<std::string_view>{
                         "nonce_must_be_hex16", "refuse_reused_nonce", "refuse_hyphen_in_query",
                         "refuse_unsupported_fields", "refuse_out_of_order_import"});
}

TEST_CASE("every default is within its setting's range") {
  for (const Setting& setting : settings()) {
    if (setting.max == 1) continue;
    const auto value = std::stoll(setting.value(default_profile()));
    CAPTURE(setting.name);
    CHECK((value >= setting.min && value <= setting.max));
  }
}
