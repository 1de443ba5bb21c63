#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock::inline contract {

struct ClearPeerMessage {
  std::string from_user_id;
  std::string to_user_id;
};

// `body` must be a JSON object.
Checked<ClearPeerMessage> check_clear_peer_message(const nlohmann::json& body,
                                                   const Profile& profile);

nlohmann::json to_json(const ClearPeerMessage& request);

}  // namespace zimmock::inline contract
