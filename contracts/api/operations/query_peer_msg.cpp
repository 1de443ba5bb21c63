#include "contracts/api/operations/query_peer_msg.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/answer_notes.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/read_members.h"

namespace zimmock::inline contract {
namespace {

constexpr const char* kPageLists[] = {"List"};
constexpr const char* kPageNumbers[] = {"Next"};
constexpr const char* kItemNumbers[] = {"SubMsgType", "IsEmpty"};

}  // namespace

Checked<QueryPeerMsg> check_query_peer_msg(const nlohmann::json& body, const Profile& profile) {
  Checked<QueryPeerMsg> out;
  FieldReader reader(body, "", out.findings);
  const bool hyphen = !profile.refuse_hyphen_in_query;
  out.value.list.owner = read_user_id(reader, "FromUserId", out.findings, hyphen);
  out.value.list.peer = read_user_id(reader, "ToUserId", out.findings, hyphen);
  const auto limit_given = reader.optional_int("Limit");
  if (limit_given) out.findings.check(RuleId::kQueryLimit);
  const std::int64_t limit = limit_given.value_or(kDefaultQueryLimit);
  out.value.limit = limit <= 0 ? kDefaultQueryLimit : std::min(limit, kMaxQueryLimit);
  if (out.value.limit != limit) {
    out.findings.warn(RuleId::kQueryLimit, "/Limit", "1 to 100",
                      fmt::format("{}, taken as {}", limit, out.value.limit));
  }
  out.value.next = reader.optional_int("Next").value_or(0);
  const auto with_empty_given = reader.optional_int("WithEmptyMsg");
  if (with_empty_given) out.findings.check(RuleId::kQueryWithEmpty);
  const std::int64_t with_empty = with_empty_given.value_or(0);
  if (with_empty != 0 && with_empty != 1) {
    out.findings.refuse(RuleId::kQueryWithEmpty, "/WithEmptyMsg", "0 or 1",
                        std::to_string(with_empty));
  }
  out.value.with_empty = with_empty == 1;
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

nlohmann::json to_json(const QueryPeerMsg& request) {
  return {{"FromUserId", request.list.owner},
          {"ToUserId", request.list.peer},
          {"Limit", request.limit},
          {"Next", request.next},
          {"WithEmptyMsg", request.with_empty ? 1 : 0}};
}

namespace operations {

extern const Operation query_peer_msg;
constinit const Operation query_peer_msg{
    .name = "QueryPeerMsg",
    .method = "POST",
    .area = "message",
    .what = "page through messages of a 1:1 conversation",
    .id = OperationId::kQueryPeerMsg,
    .reads_only = true,
    .repeatable = true,
    .check =
        [](const nlohmann::json& body, const Profile& profile, const ImportWindow&) {
          CheckedCall out;
          auto checked = check_query_peer_msg(body, profile);
          if (checked.findings.ok()) out.query = std::move(checked.value);
          out.findings = std::move(checked.findings);
          return out;
        },
    .facts = facts_of_owner,
    .check_answer =
        [](const nlohmann::json& answer, bool success, AnswerNotes& notes) {
          if (success) check_query_answer(answer, notes);
        },
    .empty = {kPageLists, kPageNumbers, kItemNumbers},
};

}  // namespace operations

}  // namespace zimmock::inline contract
