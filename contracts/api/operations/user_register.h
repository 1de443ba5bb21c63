#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/api/field_reader.h"
#include "contracts/api/profile.h"

namespace zimmock::inline contract {

inline constexpr std::size_t kMaxRegisterUsers = 100;
inline constexpr std::size_t kMaxUserNameBytes = 256;
inline constexpr std::size_t kMaxUserAvatarBytes = 500;

struct RegisterUser {
  std::string user_id;
  std::string user_name;
  std::string user_avatar;
};

struct UserRegister {
  std::vector<RegisterUser> users;
};

// One entry of UserInfo. Its refusals are that user's SubCode, not the call's.
struct CheckedUser {
  RegisterUser user;
  Findings findings;
};

struct CheckedRegister {
  std::vector<CheckedUser> users;
  Findings findings;  // of the call as a whole
};

// `body` must be a JSON object.
CheckedRegister check_user_register(const nlohmann::json& body, const Profile& profile);

nlohmann::json to_json(const UserRegister& request);

}  // namespace zimmock::inline contract
