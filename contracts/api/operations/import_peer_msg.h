#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/import_window.h"
#include "contracts/api/list_id.h"
#include "contracts/api/message.h"
#include "contracts/api/profile.h"

namespace zimmock::inline contract {

// The request: a message, and which of its two lists it goes into.
struct ImportPeerMsg {
  Message message;
  std::string imported_user_id;  // whose list: one of the two

  ListId list() const;
};

// `body` must be a JSON object.
Checked<ImportPeerMsg> check_import_peer_msg(const nlohmann::json& body, const Profile& profile,
                                             const ImportWindow& window);

nlohmann::json to_json(const ImportPeerMsg& request);

}  // namespace zimmock::inline contract
