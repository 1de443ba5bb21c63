#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/import_window.h"
#include "contracts/api/profile.h"

namespace zimmock {

struct ImportPeerMsg {
  std::string from_user_id;
  std::string to_user_id;
  std::string imported_user_id;  // whose list it goes into: one of the two
  std::int64_t message_type = 0;
  std::int64_t sub_msg_type = 0;  // for custom messages
  std::int64_t priority = 2;
  std::string message;
  std::string extended_data;
  std::string searched_content;   // for custom messages
  std::int64_t send_time_ms = 0;  // 0: now
};

// `body` must be a JSON object.
Checked<ImportPeerMsg> check_import_peer_msg(const nlohmann::json& body, const Profile& profile,
                                             const ImportWindow& window);

nlohmann::json to_json(const ImportPeerMsg& request);

}  // namespace zimmock
