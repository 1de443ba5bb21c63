#include "contracts/api/operations/clear_peer_message.h"

#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/read_members.h"

namespace zimmock::inline contract {

Checked<ClearPeerMessage> check_clear_peer_message(const nlohmann::json& body,
                                                   const Profile& profile) {
  Checked<ClearPeerMessage> out;
  FieldReader reader(body, "", out.findings);
  out.value.from_user_id = read_user_id(reader, "FromUserId", out.findings);
  out.value.to_user_id = read_user_id(reader, "ToUserId", out.findings);
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

nlohmann::json to_json(const ClearPeerMessage& request) {
  return {{"FromUserId", request.from_user_id}, {"ToUserId", request.to_user_id}};
}

namespace operations {

extern const Operation clear_peer_message;
constinit const Operation clear_peer_message{
    .name = "ClearPeerMessage",
    .method = "POST",
    .area = "message",
    .what = "wipe one user's view of a 1:1 conversation's messages",
    .id = OperationId::kClearPeerMessage,
    .repeatable = true,
    .check = check_only<check_clear_peer_message>,
    .facts = facts_of_owner,
};

}  // namespace operations

}  // namespace zimmock::inline contract
