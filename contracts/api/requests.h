#pragma once

// The bodies of the five operations: typed, checked, and written. The mock reads them with check_*,
// the client writes them with to_json(); the migration's plan checks its records with the same
// check_import_peer_msg that the mock refuses with.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock {

inline constexpr std::size_t kMaxRegisterUsers = 100;
inline constexpr std::size_t kMaxUserNameBytes = 256;
inline constexpr std::size_t kMaxUserAvatarBytes = 500;
inline constexpr std::size_t kMaxRecallPayloadBytes = 200;
inline constexpr std::int64_t kDefaultQueryLimit = 10;
inline constexpr std::int64_t kMaxQueryLimit = 100;

struct RegisterUser {
  std::string user_id;
  std::string user_name;
  std::string user_avatar;
};

struct UserRegister {
  std::vector<RegisterUser> users;
};

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

struct QueryPeerMsg {
  std::string viewer;  // FromUserId: whose list is read
  std::string peer;    // ToUserId
  std::int64_t limit = kDefaultQueryLimit;
  std::int64_t next = 0;
  bool with_empty = false;
};

// IsEmpty of an item that QueryPeerMsg returns: whether only its place in the list is left.
enum class Emptied { kNo = 0, kDeleted = 1, kRecalled = 2 };  // deleted: expired too

struct RevokePeerMessage {
  std::string from_user_id;
  std::string to_user_id;
  std::int64_t msg_seq = 0;
  std::string payload;
};

struct ClearPeerMessage {
  std::string from_user_id;
  std::string to_user_id;
};

// How old a message may be when it is imported, by plan (zim-contract.md section 4, documented).
struct Plan {
  std::string_view name;
  std::int64_t retention_days;
};
inline constexpr Plan kPlans[] = {{"free", 7}, {"pro", 30}, {"enterprise", 90}};

// The plan of that name, or nullptr.
const Plan* find_plan(std::string_view name);

struct ImportWindow {
  std::int64_t now_ms = 0;
  std::int64_t retention_ms = 0;
};

template <typename T>
struct Checked {
  T value;  // what could be read; meaningful in full only if findings.ok()
  Findings findings;
};

// What one entry of UserInfo says and breaks; its refusals are that user's SubCode, not the call's.
struct CheckedUser {
  RegisterUser user;
  Findings findings;
};

struct CheckedRegister {
  std::vector<CheckedUser> users;
  Findings findings;  // of the call as a whole
};

// `body` must be a JSON object in all of these.
CheckedRegister check_user_register(const nlohmann::json& body, const Profile& profile);
Checked<ImportPeerMsg> check_import_peer_msg(const nlohmann::json& body, const Profile& profile,
                                             const ImportWindow& window);
Checked<QueryPeerMsg> check_query_peer_msg(const nlohmann::json& body, const Profile& profile);
Checked<RevokePeerMessage> check_revoke_peer_message(const nlohmann::json& body,
                                                     const Profile& profile);
Checked<ClearPeerMessage> check_clear_peer_message(const nlohmann::json& body,
                                                   const Profile& profile);

// Where SendMessageTime stands against the window; at most one refusal.
void check_send_time(std::int64_t send_time_ms, const ImportWindow& window, Findings& findings);

nlohmann::json to_json(const UserRegister& request);
nlohmann::json to_json(const ImportPeerMsg& request);
nlohmann::json to_json(const QueryPeerMsg& request);
nlohmann::json to_json(const RevokePeerMessage& request);
nlohmann::json to_json(const ClearPeerMessage& request);

}  // namespace zimmock
