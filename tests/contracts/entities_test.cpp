#include "contracts/record/entities.h"

#include <string>
#include <vector>

#include "contracts/record/message_record.h"
#include "tests/support/catch.h"

namespace zimmock::test {
namespace {

using nlohmann::json;

std::string refused(const json& line) {
  Entities entities;
  const auto added = add_entity(line, entities);
  CHECK(entity_lines(entities).empty());
  return added ? "" : added.error().line();
}

}  // namespace

TEST_CASE("the lines of entities come back as they were read") {
  const std::vector<json> lines{
      {{"Record", "user"}, {"UserId", "ann"}, {"UserName", "Ann"}, {"UserAvatar", "https://x/a"}},
      {{"Record", "user"}, {"UserId", "bob"}},
      {{"Record", "group"},
       {"GroupId", "g1"},
       {"GroupName", "Friends"},
       {"GroupAvatar", "https://x/g"},
       {"GroupNotice", "hello"},
       {"GroupOwner", "ann"},
       {"CreateGroupTime", 1700000000000}},
      {{"Record", "member"},
       {"GroupId", "g1"},
       {"UserId", "bob"},
       {"UserNickName", "Bobby"},
       {"Role", 3}},
      {{"Record", "relation"},
       {"Relation", "friend"},
       {"FromUserId", "ann"},
       {"UserId", "bob"},
       {"FriendAlias", "B"},
       {"FriendTime", 1700000000001}},
      {{"Record", "relation"}, {"Relation", "blocked"}, {"FromUserId", "bob"}, {"UserId", "eve"}}};
  Entities entities;
  for (const json& line : lines) {
    CHECK(record_kind(line));
    CHECK(add_entity(line, entities));
  }
  CHECK(entity_lines(entities) == lines);
  CHECK(
      count_beside_users(entities) ==
      EntityCounts{{"groups", 1}, {"members of groups", 1}, {"friends", 1}, {"blocked users", 1}});
}

TEST_CASE("a second line for one user adds what the first did not say") {
  Entities entities;
  CHECK(add_entity({{"Record", "user"}, {"UserId", "ann"}, {"UserName", "Ann"}}, entities));
  CHECK(add_entity({{"Record", "user"},
                    {"UserId", "ann"},
                    {"UserName", "Another"},
                    {"UserAvatar", "https://x/a"}},
                   entities));
  CHECK(entities.users.at("ann").name == "Ann");
  CHECK(entities.users.at("ann").avatar == "https://x/a");
}

TEST_CASE("a line about an entity that is broken is refused by its member") {
  CHECK(refused({{"Record", "user"}}).find("/UserId") != std::string::npos);
  CHECK(refused({{"Record", "user"}, {"UserId", ""}}).find("expected an id") != std::string::npos);
  CHECK(refused({{"Record", "user"}, {"UserId", "a"}, {"Name", "x"}}).find("/Name") !=
        std::string::npos);
  CHECK(refused({{"Record", "group"}, {"GroupId", 7}}).find("/GroupId") != std::string::npos);
  CHECK(refused({{"Record", "member"}, {"GroupId", "g"}}).find("/UserId") != std::string::npos);
  CHECK(refused({{"Record", "member"}, {"GroupId", "g"}, {"UserId", "a"}, {"Role", 256}})
            .find("/Role") != std::string::npos);
  CHECK(
      refused({{"Record", "relation"}, {"Relation", "enemy"}, {"FromUserId", "a"}, {"UserId", "b"}})
          .find("friend or blocked") != std::string::npos);
  CHECK(refused({{"Record", "devices"}}).find("user, group, member, relation") !=
        std::string::npos);
}

TEST_CASE("user ids become others in every entity, and users who become one are one") {
  Entities entities;
  entities.users = {{"a1", {"First", ""}}, {"a2", {"Second", "https://x/2"}}};
  entities.groups["g"].owner = "a2";
  entities.members.push_back({"g", "a1", "", 0});
  entities.relations.push_back({false, "a1", "b", "", 0});
  const Entities renamed = with_user_ids(
      entities, [](const std::string& id) { return id.starts_with('a') ? std::string("z") : id; });
  CHECK(renamed.users.size() == 1);
  CHECK(renamed.users.at("z").name == "First");
  CHECK(renamed.users.at("z").avatar == "https://x/2");
  CHECK(renamed.groups.at("g").owner == "z");
  CHECK(renamed.members.front().user_id == "z");
  CHECK(renamed.relations.front().from_user_id == "z");
  CHECK(renamed.relations.front().user_id == "b");
}

}  // namespace zimmock::test
