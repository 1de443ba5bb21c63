#include "contracts/api/operations/revoke_peer_message.h"

#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/read_members.h"

namespace zimmock::inline contract {

Checked<RevokePeerMessage> check_revoke_peer_message(const nlohmann::json& body,
                                                     const Profile& profile) {
  Checked<RevokePeerMessage> out;
  FieldReader reader(body, "", out.findings);
  out.value.from_user_id = read_user_id(reader, "FromUserId", out.findings);
  out.value.to_user_id = read_user_id(reader, "ToUserId", out.findings);
  out.value.msg_seq = reader.required_int("MsgSeq").value_or(0);
  const auto payload = reader.optional_string("Payload");
  out.value.payload = payload.value_or("");
  check_max_bytes(payload, kMaxRecallPayloadBytes, RuleId::kRevokePayloadLength, "/Payload",
                  out.findings);
  reader.has("OfflinePush");
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

nlohmann::json to_json(const RevokePeerMessage& request) {
  nlohmann::json out{{"FromUserId", request.from_user_id},
                     {"ToUserId", request.to_user_id},
                     {"MsgSeq", request.msg_seq}};
  if (!request.payload.empty()) out["Payload"] = request.payload;
  return out;
}

namespace operations {

extern const Operation revoke_peer_message;
constinit const Operation revoke_peer_message{
    .name = "RevokePeerMessage",
    .method = "POST",
    .area = "message",
    .what = "recall a sent 1:1 message",
    .id = OperationId::kRevokePeerMessage,
    .repeatable = true,
    .check = check_only<check_revoke_peer_message>,
    .facts = facts_of_owner,
};

}  // namespace operations

}  // namespace zimmock::inline contract
