#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

constexpr std::size_t kMaxQueriedUsers = 100;
constexpr const char* kAnswerLists[] = {"Result", "ErrorList"};
constexpr const char* kUserTexts[] = {"UserId", "UserName", "UserAvatar", "Extra"};

// An id that nobody has is that user's SubCode, whatever it looks like.
CheckedCall check_user_ids(const json& body, const Profile& profile) {
  CheckedCall out;
  FieldReader reader(body, "", out.findings);
  const json* ids = reader.required_array("UserIds");
  reader.report_unknown(profile.refuse_unknown_members);
  if (ids == nullptr) return out;
  out.findings.check(RuleId::kUserInfosNotEmpty);
  out.findings.check(RuleId::kUserInfosMax);
  if (ids->empty()) {
    out.findings.refuse(RuleId::kUserInfosNotEmpty, "/UserIds", "1 to 100 users", "an empty array");
  }
  if (ids->size() > kMaxQueriedUsers) {
    out.findings.refuse(RuleId::kUserInfosMax, "/UserIds", "at most 100 users",
                        fmt::format("{} users", ids->size()));
    return out;
  }
  out.findings.check(RuleId::kMemberType);
  for (std::size_t i = 0; i < ids->size(); ++i) {
    const json& id = (*ids)[i];
    if (id.is_string()) {
      out.entries.push_back({id.get<std::string>(), {}});
    } else {
      out.findings.refuse(RuleId::kMemberType, pointer_to("/UserIds", i), "a string",
                          json_type_and_value(id));
    }
  }
  return out;
}

}  // namespace

namespace operations {

extern const Operation query_user_infos;
constinit const Operation query_user_infos{
    .name = "QueryUserInfos",
    .method = "POST",
    .area = "user",
    .what = "look up name, avatar, extra field for a list of user IDs",
    .id = OperationId::kQueryUserInfos,
    .reads_only = true,
    .repeatable = true,
    .check = [](const json& body, const Profile& profile,
                const ImportWindow&) { return check_user_ids(body, profile); },
    .facts =
        [](const json& body) {
          CallFacts out;
          const auto ids = body.find("UserIds");
          if (ids == body.end() || !ids->is_array()) return out;
          for (const json& id : *ids) {
            if (id.is_string()) out.users.push_back(id.get<std::string>());
          }
          return out;
        },
    .batch = Batch{.member = "UserIds",
                   .errors = "ErrorList",
                   .partial = RuleId::kUserInfosPartial,
                   .all_fail = RuleId::kUserInfosAllFail,
                   .state = RuleId::kUserInfosRegistered,
                   .state_expected = "a registered user"},
    .found = FoundUsers{.list = "Result",
                        .texts = kUserTexts,
                        .members = RuleId::kUserInfosResult,
                        .order = RuleId::kUserInfosOrder},
    .empty = {.lists = kAnswerLists},
};

}  // namespace operations
}  // namespace zimmock::inline contract
