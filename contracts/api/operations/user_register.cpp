#include "contracts/api/operations/user_register.h"

#include <fmt/format.h>

#include "contracts/api/answer_notes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/read_members.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

constexpr const char* kErrorLists[] = {"ErrorList"};

// One entry of UserInfo.
CheckedUser read_user(const json& info, const std::string& where, const Profile& profile) {
  CheckedUser out;
  out.findings.check(RuleId::kMemberType);
  if (!info.is_object()) {
    out.findings.refuse(RuleId::kMemberType, where, "an object", json_type_and_value(info));
    return out;
  }
  FieldReader reader(info, where, out.findings);
  out.user.user_id = read_user_id(reader, "UserId", out.findings);
  const auto name = reader.optional_string("UserName");
  const auto avatar = reader.optional_string("UserAvatar");
  check_max_bytes(name, kMaxUserNameBytes, RuleId::kUserNameLength, reader.pointer("UserName"),
                  out.findings);
  check_max_bytes(avatar, kMaxUserAvatarBytes, RuleId::kUserAvatarLength,
                  reader.pointer("UserAvatar"), out.findings);
  out.user.user_name = name.value_or("");
  out.user.user_avatar = avatar.value_or("");
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

}  // namespace

CheckedRegister check_user_register(const nlohmann::json& body, const Profile& profile) {
  CheckedRegister out;
  FieldReader reader(body, "", out.findings);
  const nlohmann::json* users = reader.required_array("UserInfo");
  reader.report_unknown(profile.refuse_unknown_members);
  if (users == nullptr) return out;
  out.findings.check(RuleId::kRegisterNotEmpty);
  out.findings.check(RuleId::kRegisterMax);
  if (users->empty()) {
    out.findings.refuse(RuleId::kRegisterNotEmpty, "/UserInfo", "1 to 100 users", "an empty array");
  }
  if (users->size() > kMaxRegisterUsers) {
    out.findings.refuse(RuleId::kRegisterMax, "/UserInfo", "at most 100 users",
                        fmt::format("{} users", users->size()));
    return out;
  }
  for (std::size_t i = 0; i < users->size(); ++i) {
    out.users.push_back(read_user((*users)[i], pointer_to("/UserInfo", i), profile));
  }
  return out;
}

nlohmann::json to_json(const UserRegister& request) {
  nlohmann::json users = nlohmann::json::array();
  for (const RegisterUser& user : request.users) {
    nlohmann::json& info = users.emplace_back(nlohmann::json{{"UserId", user.user_id}});
    if (!user.user_name.empty()) info["UserName"] = user.user_name;
    if (!user.user_avatar.empty()) info["UserAvatar"] = user.user_avatar;
  }
  return {{"UserInfo", users}};
}

namespace operations {

extern const Operation user_register;
constinit const Operation user_register{
    .name = "UserRegister",
    .method = "POST",
    .area = "user",
    .what = "create IM accounts in bulk from the backend",
    .rate = {.code = 660700001},
    .id = OperationId::kUserRegister,
    .repeatable = true,
    .check =
        [](const nlohmann::json& body, const Profile& profile, const ImportWindow&) {
          CheckedRegister checked = check_user_register(body, profile);
          CheckedCall out{.findings = std::move(checked.findings)};
          for (CheckedUser& user : checked.users) {
            out.entries.push_back({std::move(user.user.user_id), std::move(user.findings)});
          }
          return out;
        },
    .facts =
        [](const nlohmann::json& body) {
          CallFacts out;
          const auto users = body.find("UserInfo");
          if (users == body.end() || !users->is_array()) return out;
          for (const nlohmann::json& user : *users) {
            if (user.is_object()) out.users.push_back(text_member(user, "UserId"));
          }
          return out;
        },
    .batch = Batch{.member = "UserInfo",
                   .errors = "ErrorList",
                   .sub_message = true,
                   .partial = RuleId::kRegisterPartial,
                   .all_fail = RuleId::kRegisterAllFail,
                   .state = RuleId::kRegisterNew,
                   .state_expected = "a user that is not registered yet"},
    .empty = {.lists = kErrorLists},
};

}  // namespace operations

}  // namespace zimmock::inline contract
