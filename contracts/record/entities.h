#pragma once

// What a history has beside its messages: its users, groups, who is in which group, and who is
// whose friend or blocks whom. A line of a record document (message_record.h) each:
//
//   {"Record":"user","UserId","UserName"?,"UserAvatar"?}
//   {"Record":"group","GroupId","GroupName"?,"GroupAvatar"?,"GroupNotice"?,"GroupOwner"?,
//       "CreateGroupTime"?}                                   a time is Unix milliseconds, 0
//       unknown
//   {"Record":"member","GroupId","UserId","UserNickName"?,"Role"?}   1 owner, 2 admin, 3 member
//   {"Record":"relation","Relation":"friend" or "blocked","FromUserId","UserId","FriendAlias"?,
//       "FriendTime"?}                      FromUserId has UserId as a friend, or blocks that user
//
// The names are those of UserRegister, CreateGroup, QueryGroupMemberList and AddFriends
// (docs/zim-api.md sections 5, 15 and 16).

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// What is known of a user beside the id; "" for what is not.
struct UserEntity {
  std::string name;
  std::string avatar;  // a URL, or a path where no URL is known
};

struct GroupEntity {
  std::string name;
  std::string avatar;
  std::string notice;
  std::string owner;
  std::int64_t created_ms = 0;  // 0: not known
};

struct MemberEntity {
  std::string group_id;
  std::string user_id;
  std::string nickname;
  std::int64_t role = 0;  // as ZIM numbers them; 0: not known
};

struct RelationEntity {
  bool blocked = false;  // otherwise a friend
  std::string from_user_id;
  std::string user_id;
  std::string alias;
  std::int64_t since_ms = 0;  // 0: not known
};

// By id, or in the order of their lines. Memory grows with their number.
struct Entities {
  std::map<std::string, UserEntity, std::less<>> users{};
  std::map<std::string, GroupEntity, std::less<>> groups{};
  std::vector<MemberEntity> members{};
  std::vector<RelationEntity> relations{};
};

// Adds what a line of kind user, group, member or relation says. A second line for one user or
// group adds what the first did not say. The Finding names a member that is missing, unknown, of
// another type, or no word of its list; nothing is added then. Ids need not be ZIM's: a map may
// still change them.
tl::expected<void, Finding> add_entity(const nlohmann::json& line, Entities& entities);

// Adds `more` to `to` in the same way.
void add_entities(const Entities& more, Entities& to);

// The lines of `entities`: users, groups, members, relations.
std::vector<nlohmann::json> entity_lines(const Entities& entities);

// The same with other user ids. Users who become one are one: the first by id counts.
Entities with_user_ids(Entities entities,
                       const std::function<std::string(const std::string&)>& become);

inline constexpr std::string_view kGroups = "groups";
inline constexpr std::string_view kMembers = "members of groups";
inline constexpr std::string_view kFriends = "friends";
inline constexpr std::string_view kBlockedUsers = "blocked users";

// How many there are that are not users, by these kinds; none of 0.
using EntityCounts = std::map<std::string, std::uint64_t, std::less<>>;
EntityCounts count_beside_users(const Entities& entities);

}  // namespace zimmock::inline contract
