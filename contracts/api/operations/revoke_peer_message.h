#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock::inline contract {

inline constexpr std::size_t kMaxRecallPayloadBytes = 200;

struct RevokePeerMessage {
  std::string from_user_id;
  std::string to_user_id;
  std::int64_t msg_seq = 0;
  std::string payload;
};

// `body` must be a JSON object.
Checked<RevokePeerMessage> check_revoke_peer_message(const nlohmann::json& body,
                                                     const Profile& profile);

nlohmann::json to_json(const RevokePeerMessage& request);

}  // namespace zimmock::inline contract
