#include "contracts/record/entities.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "contracts/api/field_reader.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

void fill(std::string& known, std::optional<std::string> text) {
  if (known.empty() && text) known = *std::move(text);
}

void fill(std::int64_t& known, std::optional<std::int64_t> number) {
  if (known == 0 && number) known = *number;
}

// An id that is there and not "".
std::string id_of(FieldReader& reader, std::string_view name, Findings& findings) {
  auto id = reader.required_string(name);
  if (id && id->empty()) {
    findings.refuse(RuleId::kMemberType, reader.pointer(name), "an id", quote(*id));
  }
  return std::move(id).value_or("");
}

// A number that must be one of 0 to `max`.
std::int64_t number_of(FieldReader& reader, std::string_view name, std::int64_t max,
                       std::string_view expected, Findings& findings) {
  const std::int64_t number = reader.optional_int(name).value_or(0);
  if (number < 0 || number > max) {
    findings.refuse(RuleId::kMemberType, reader.pointer(name), std::string(expected),
                    std::to_string(number));
  }
  return number;
}

constexpr std::int64_t kAnyMs = std::numeric_limits<std::int64_t>::max();

void read_user(FieldReader& reader, Findings& findings, Entities& out) {
  UserEntity& user = out.users[id_of(reader, "UserId", findings)];
  fill(user.name, reader.optional_string("UserName"));
  fill(user.avatar, reader.optional_string("UserAvatar"));
}

void read_group(FieldReader& reader, Findings& findings, Entities& out) {
  GroupEntity& group = out.groups[id_of(reader, "GroupId", findings)];
  fill(group.name, reader.optional_string("GroupName"));
  fill(group.avatar, reader.optional_string("GroupAvatar"));
  fill(group.notice, reader.optional_string("GroupNotice"));
  fill(group.owner, reader.optional_string("GroupOwner"));
  fill(group.created_ms,
       number_of(reader, "CreateGroupTime", kAnyMs, "Unix milliseconds, or 0", findings));
}

void read_member(FieldReader& reader, Findings& findings, Entities& out) {
  MemberEntity member;
  member.group_id = id_of(reader, "GroupId", findings);
  member.user_id = id_of(reader, "UserId", findings);
  fill(member.nickname, reader.optional_string("UserNickName"));
  constexpr std::int64_t kMaxRole = 255;  // of roles of one's own (docs/zim-api.md section 16)
  member.role = number_of(reader, "Role", kMaxRole,
                          "1 (owner), 2 (admin), 3 (member) or at most 255", findings);
  out.members.push_back(std::move(member));
}

void read_relation(FieldReader& reader, Findings& findings, Entities& out) {
  RelationEntity relation;
  const auto word = reader.required_string("Relation");
  if (word && *word != "friend" && *word != "blocked") {
    findings.refuse(RuleId::kMemberType, reader.pointer("Relation"), "friend or blocked",
                    quote(*word));
  }
  relation.blocked = word == "blocked";
  relation.from_user_id = id_of(reader, "FromUserId", findings);
  relation.user_id = id_of(reader, "UserId", findings);
  fill(relation.alias, reader.optional_string("FriendAlias"));
  relation.since_ms = number_of(reader, "FriendTime", kAnyMs, "Unix milliseconds, or 0", findings);
  out.relations.push_back(std::move(relation));
}

struct EntityRow {
  std::string_view record;
  void (*read)(FieldReader& reader, Findings& findings, Entities& out);
};
constexpr EntityRow kEntityRows[] = {{"user", read_user},
                                     {"group", read_group},
                                     {"member", read_member},
                                     {"relation", read_relation}};

json with(json line, std::string_view name, const std::string& text) {
  if (!text.empty()) line[std::string(name)] = text;
  return line;
}

json with(json line, std::string_view name, std::int64_t number) {
  if (number != 0) line[std::string(name)] = number;
  return line;
}

}  // namespace

tl::expected<void, Finding> add_entity(const json& line, Entities& entities) {
  const auto kind = line.find("Record");
  const EntityRow* row = nullptr;
  for (const EntityRow& one : kEntityRows) {
    if (kind != line.end() && *kind == one.record) row = &one;
  }
  if (row == nullptr) {
    return tl::unexpected(Finding{RuleId::kMemberType, "/Record", "user, group, member, relation",
                                  kind == line.end() ? "nothing" : json_type_and_value(*kind)});
  }
  Findings findings;
  FieldReader reader(line, "", findings);
  reader.has("Record");
  Entities one;
  row->read(reader, findings, one);
  reader.report_unknown(true);
  if (!findings.ok()) return tl::unexpected(std::move(findings.refusals.front()));
  add_entities(one, entities);
  return {};
}

void add_entities(const Entities& more, Entities& to) {
  for (const auto& [id, user] : more.users) {
    UserEntity& known = to.users[id];
    fill(known.name, user.name);
    fill(known.avatar, user.avatar);
  }
  for (const auto& [id, group] : more.groups) {
    GroupEntity& known = to.groups[id];
    fill(known.name, group.name);
    fill(known.avatar, group.avatar);
    fill(known.notice, group.notice);
    fill(known.owner, group.owner);
    fill(known.created_ms, group.created_ms);
  }
  to.members.insert(to.members.end(), more.members.begin(), more.members.end());
  to.relations.insert(to.relations.end(), more.relations.begin(), more.relations.end());
}

std::vector<json> entity_lines(const Entities& entities) {
  std::vector<json> out;
  for (const auto& [id, user] : entities.users) {
    out.push_back(with(with({{"Record", "user"}, {"UserId", id}}, "UserName", user.name),
                       "UserAvatar", user.avatar));
  }
  for (const auto& [id, group] : entities.groups) {
    json line = with({{"Record", "group"}, {"GroupId", id}}, "GroupName", group.name);
    line = with(with(std::move(line), "GroupAvatar", group.avatar), "GroupNotice", group.notice);
    out.push_back(with(with(std::move(line), "GroupOwner", group.owner), "CreateGroupTime",
                       group.created_ms));
  }
  for (const MemberEntity& one : entities.members) {
    json line{{"Record", "member"}, {"GroupId", one.group_id}, {"UserId", one.user_id}};
    out.push_back(with(with(std::move(line), "UserNickName", one.nickname), "Role", one.role));
  }
  for (const RelationEntity& one : entities.relations) {
    json line{{"Record", "relation"},
              {"Relation", one.blocked ? "blocked" : "friend"},
              {"FromUserId", one.from_user_id},
              {"UserId", one.user_id}};
    out.push_back(
        with(with(std::move(line), "FriendAlias", one.alias), "FriendTime", one.since_ms));
  }
  return out;
}

Entities with_user_ids(Entities entities,
                       const std::function<std::string(const std::string&)>& become) {
  Entities out;
  for (auto& [id, user] : entities.users) {
    Entities one;
    one.users[become(id)] = std::move(user);
    add_entities(one, out);
  }
  out.groups = std::move(entities.groups);
  for (auto& [id, group] : out.groups) {
    if (!group.owner.empty()) group.owner = become(group.owner);
  }
  out.members = std::move(entities.members);
  for (MemberEntity& one : out.members) one.user_id = become(one.user_id);
  out.relations = std::move(entities.relations);
  for (RelationEntity& one : out.relations) {
    one.from_user_id = become(one.from_user_id);
    one.user_id = become(one.user_id);
  }
  return out;
}

EntityCounts count_beside_users(const Entities& entities) {
  const auto blocked = static_cast<std::uint64_t>(
      std::count_if(entities.relations.begin(), entities.relations.end(),
                    [](const RelationEntity& one) { return one.blocked; }));
  EntityCounts out;
  const auto count = [&out](std::string_view kind, std::uint64_t number) {
    if (number > 0) out.emplace(kind, number);
  };
  count(kGroups, entities.groups.size());
  count(kMembers, entities.members.size());
  count(kFriends, entities.relations.size() - blocked);
  count(kBlockedUsers, blocked);
  return out;
}

}  // namespace zimmock::inline contract
