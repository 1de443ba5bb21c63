#include "contracts/api/operations/clear_peer_message.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/revoke_peer_message.h"
#include "contracts/api/operations/user_register.h"

#include "contracts/api/clock.h"
#include "tests/support/catch.h"

using namespace zimmock;
using nlohmann::json;

namespace {

constexpr std::int64_t kNowMs = 1'790'000'000'000;
constexpr ImportWindow kWindow{kNowMs, 7 * kMillisPerDay};

json good_import() {
  return {{"FromUserId", "alice"},
          {"ToUserId", "bob"},
          {"MessageType", 1},
          {"Priority", 2},
          {"MessageBody", {{"Message", "hi"}}},
          {"SendMessageTime", kNowMs - 1000},
          {"ImportedUserId", "alice"}};
}

Checked<ImportPeerMsg> check(const json& body, const Profile& profile = default_profile()) {
  return check_import_peer_msg(body, profile, kWindow);
}

// The rule of the only refusal.
RuleId only(const Findings& findings) {
  REQUIRE(findings.refusals.size() == 1);
  return findings.refusals.front().rule_id;
}

RuleId refused_with(const char* member, const json& value) {
  json body = good_import();
  body[member] = value;
  CAPTURE(member, value);
  return only(check(body).findings);
}

}  // namespace

TEST_CASE("a good import is read as it is, and written back the same") {
  const auto checked = check(good_import());
  REQUIRE(checked.findings.ok());
  CHECK(checked.findings.warnings.empty());
  CHECK(to_json(checked.value) == good_import());
}

TEST_CASE("each required member is missed, by name") {
  for (const char* member :
       {"FromUserId", "ToUserId", "MessageType", "Priority", "MessageBody", "ImportedUserId"}) {
    json body = good_import();
    body.erase(member);
    CAPTURE(member);
    const Findings findings = check(body).findings;
    CHECK(only(findings) == RuleId::kMemberPresent);
    CHECK(findings.refusals.front().pointer == std::string("/") + member);
  }
}

TEST_CASE("each member is refused when it has another type, null among them") {
  const json values[] = {nullptr, true, "1", 1, 1.5, json::array(), json::object()};
  const json import = good_import();
  for (const auto& [member, good] : import.items()) {
    for (const json& value : values) {
      if (value.type() == good.type() || (value.is_number_integer() && good.is_number_integer()))
        continue;
      CHECK(refused_with(member.c_str(), value) == RuleId::kMemberType);
    }
  }
}

TEST_CASE("numbers beyond 64 bits are not integers") {
  CHECK(refused_with("SendMessageTime", 18446744073709551615U) == RuleId::kMemberType);
  CHECK(refused_with("SendMessageTime", std::numeric_limits<std::int64_t>::max()) ==
        RuleId::kImportTimeFuture);
  CHECK(refused_with("SendMessageTime", std::numeric_limits<std::int64_t>::min()) ==
        RuleId::kImportTimeNegative);
}

TEST_CASE("message types") {
  CHECK(refused_with("MessageType", 2) == RuleId::kImportTypeCommand);
  CHECK(refused_with("MessageType", 20) == RuleId::kImportTypeBarrage);
  for (const int type : {-1, 0, 3, 9, 15, 199, 201}) {
    CHECK(refused_with("MessageType", type) == RuleId::kImportType);
  }
  for (const int priority : {-1, 0, 4}) {
    CHECK(refused_with("Priority", priority) == RuleId::kImportPriority);
  }
}

TEST_CASE("send times, to the millisecond") {
  const auto time_rule = [](std::int64_t time) {
    Findings findings;
    check_send_time(time, kWindow, findings);
    return findings.ok() ? std::nullopt : std::optional(only(findings));
  };
  CHECK_FALSE(time_rule(0));
  CHECK_FALSE(time_rule(kNowMs));
  CHECK(time_rule(kNowMs + 1) == RuleId::kImportTimeFuture);
  CHECK_FALSE(time_rule(kNowMs - 7 * kMillisPerDay));
  CHECK(time_rule(kNowMs - 7 * kMillisPerDay - 1) == RuleId::kImportTimeTooOld);
  CHECK(time_rule(-1) == RuleId::kImportTimeNegative);
}

TEST_CASE("custom messages") {
  json body = good_import();
  body["MessageType"] = 200;
  CHECK(only(check(body).findings) == RuleId::kImportSubMsgTypeNeeded);
  for (const int sub_type : {0, 200}) {
    body["SubMsgType"] = sub_type;
    CHECK(check(body).findings.ok());
  }
  for (const int sub_type : {-1, 201}) {
    body["SubMsgType"] = sub_type;
    CHECK(only(check(body).findings) == RuleId::kImportSubMsgTypeRange);
  }
  body["SubMsgType"] = 7;
  body["SearchedContent"] = std::string(64, 's');
  CHECK(check(body).findings.ok());
  CHECK(to_json(check(body).value) == body);
  body["SearchedContent"] = std::string(65, 's');
  CHECK(only(check(body).findings) == RuleId::kImportSearchedLength);
}

TEST_CASE("what belongs to custom messages only") {
  CHECK(refused_with("SearchedContent", "x") == RuleId::kImportSearchedOnlyCustom);
  json body = good_import();
  body["SubMsgType"] = 1;
  const auto checked = check(body);
  CHECK(checked.findings.ok());
  CHECK(checked.findings.warnings.at(0).rule_id == RuleId::kImportSubMsgTypeUnused);
}

TEST_CASE("the two users and whose list it is") {
  CHECK(refused_with("ToUserId", "alice") == RuleId::kImportTwoUsers);
  CHECK(refused_with("ImportedUserId", "carol") == RuleId::kImportedUser);
  CHECK(refused_with("ToUserId", std::string(33, 'a')) == RuleId::kUserIdLength);
}

TEST_CASE("extended data and unsupported members of the body") {
  json body = good_import();
  body["MessageBody"]["ExtendedData"] = std::string(1024, 'e');
  CHECK(check(body).findings.ok());
  body["MessageBody"]["ExtendedData"] = std::string(1025, 'e');
  CHECK(only(check(body).findings) == RuleId::kExtendedDataLength);
  body = good_import();
  body["MessageBody"]["OfflinePush"] = json::object();
  CHECK(check(body).findings.warnings.at(0).rule_id == RuleId::kImportUnsupportedField);
  CHECK(only(check(body, strict_profile()).findings) == RuleId::kImportUnsupportedField);
}

TEST_CASE("a JSON document as a string is recognised") {
  json body = good_import();
  body["MessageBody"] = R"({"Message":"hi"})";
  CHECK(check(body).findings.refusals.at(0).got.find("send the document itself") !=
        std::string::npos);
  body = good_import();
  body["MessageType"] = "1";
  CHECK(check(body).findings.refusals.at(0).got.find("send the number") != std::string::npos);
}

TEST_CASE("all findings of a body are found, not only the first") {
  const auto checked = check({{"FromUserId", "a,b"}, {"MessageType", 99}, {"Priority", 9}});
  CHECK(checked.findings.refusals.size() == 6);
}

TEST_CASE("query limits are corrected, not refused") {
  const auto limit = [](std::int64_t wanted) {
    return check_query_peer_msg({{"FromUserId", "a"}, {"ToUserId", "b"}, {"Limit", wanted}},
                                default_profile())
        .value.limit;
  };
  CHECK(limit(-1) == 10);
  CHECK(limit(0) == 10);
  CHECK(limit(1) == 1);
  CHECK(limit(100) == 100);
  CHECK(limit(101) == 100);
  CHECK(check_query_peer_msg({{"FromUserId", "a"}, {"ToUserId", "b"}}, default_profile())
            .value.limit == 10);
}

TEST_CASE("each user of a registration is judged alone") {
  const auto checked =
      check_user_register({{"UserInfo",
                            {{{"UserId", "a"},
                              {"UserName", std::string(256, 'n')},
                              {"UserAvatar", std::string(500, 'a')}},
                             {{"UserId", "b"}, {"UserName", std::string(257, 'n')}},
                             {{"UserId", "c"}, {"UserAvatar", std::string(501, 'a')}},
                             {{"UserId", "d,"}},
                             7}}},
                          default_profile());
  REQUIRE(checked.findings.ok());
  REQUIRE(checked.users.size() == 5);
  CHECK(checked.users[0].findings.ok());
  CHECK(only(checked.users[1].findings) == RuleId::kUserNameLength);
  CHECK(only(checked.users[2].findings) == RuleId::kUserAvatarLength);
  CHECK(only(checked.users[3].findings) == RuleId::kUserIdCharacters);
  CHECK(only(checked.users[4].findings) == RuleId::kMemberType);
}

TEST_CASE("a registration has 1 to 100 users") {
  json users = json::array();
  CHECK(only(check_user_register({{"UserInfo", users}}, default_profile()).findings) ==
        RuleId::kRegisterNotEmpty);
  for (int i = 0; i < 100; ++i) users.push_back({{"UserId", std::to_string(i)}});
  CHECK(check_user_register({{"UserInfo", users}}, default_profile()).findings.ok());
  users.push_back({{"UserId", "100"}});
  CHECK(only(check_user_register({{"UserInfo", users}}, default_profile()).findings) ==
        RuleId::kRegisterMax);
}
