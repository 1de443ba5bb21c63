#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/list_id.h"
#include "contracts/api/profile.h"

namespace zimmock::inline contract {

class AnswerNotes;

inline constexpr std::int64_t kDefaultQueryLimit = 10;
inline constexpr std::int64_t kMaxQueryLimit = 100;

struct QueryPeerMsg {
  ListId list;  // of FromUserId with ToUserId
  std::int64_t limit = kDefaultQueryLimit;
  std::int64_t next = 0;
  bool with_empty = false;
};

// IsEmpty of an item that QueryPeerMsg returns: whether only its place in the list is left.
enum class Emptied { kNo = 0, kDeleted = 1, kRecalled = 2 };  // deleted: expired too

// `body` must be a JSON object.
Checked<QueryPeerMsg> check_query_peer_msg(const nlohmann::json& body, const Profile& profile);

nlohmann::json to_json(const QueryPeerMsg& request);

// Holds what QueryPeerMsg answered with Code 0 against the rules on items and pages.
void check_query_answer(const nlohmann::json& answer, AnswerNotes& notes);

}  // namespace zimmock::inline contract
