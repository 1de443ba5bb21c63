#include "client/plan/people.h"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "client/formats/zim_line.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

bool is_http_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

}  // namespace

void PeopleLog::add(const SourceRecord& record) {
  if (users_.empty()) return;
  for (const std::string& id : record.source_users) {
    if (!id.empty()) seen_.try_emplace(id, users_.contains(id));
  }
}

People PeopleLog::take() const {
  People out;
  out.in_source = seen_.size();
  std::map<std::string, std::vector<std::string>> targets;
  for (const auto& [id, user] : users_) {
    targets[user].push_back(id);
    if (!seen_.contains(id)) {
      out.unknown.push_back(id);
    } else if (id != user) {
      out.mapped.push_back({id, user});
    }
  }
  for (const auto& [id, in_map] : seen_) {
    if (!in_map) out.known.push_back(id);
  }
  std::sort(out.known.begin(), out.known.end());
  for (auto& [user, ids] : targets) {
    if (std::binary_search(out.known.begin(), out.known.end(), user)) {
      // Who is not here takes nobody's id here.
      if (ids.size() == 1 && !seen_.contains(ids.front())) continue;
      ids.push_back(user);
    }
    if (ids.size() > 1) out.merged.push_back({user, std::move(ids)});
  }
  return out;
}

KnownNames names_of(const SourceFacts& facts, const UserMap& map,
                    const std::vector<std::string>& users) {
  std::map<std::string_view, UserEntity> wanted;
  for (const std::string& user : users) {
    UserEntity& person = wanted[user];
    const auto own = facts.entities.users.find(user);
    if (own != facts.entities.users.end() && zim_user(map, user) == user) person = own->second;
  }
  for (const auto& [id, known] : facts.entities.users) {
    const auto found = wanted.find(zim_user(map, id));
    if (found == wanted.end()) continue;
    UserEntity& person = found->second;
    if (person.name.empty()) person.name = known.name;
    if (person.avatar.empty()) person.avatar = known.avatar;
  }
  KnownNames out;
  for (auto& [user, person] : wanted) {
    if (person.name.size() > kMaxUserNameBytes) {
      ++out.left_out[fmt::format("names over {} bytes", kMaxUserNameBytes)];
      person.name.clear();
    }
    if (person.avatar.size() > kMaxUserAvatarBytes) {
      ++out.left_out[fmt::format("avatars over {} bytes", kMaxUserAvatarBytes)];
      person.avatar.clear();
    } else if (!person.avatar.empty() && !is_http_url(person.avatar)) {
      ++out.left_out["avatars without a URL (--media-map names it)"];
      person.avatar.clear();
    }
    if (person.name.empty() && person.avatar.empty()) continue;
    if (!person.name.empty()) ++out.named;
    if (!person.avatar.empty()) ++out.with_avatar;
    out.users[std::string(user)] = {std::string(user), std::move(person.name),
                                    std::move(person.avatar)};
  }
  return out;
}

std::string meant(const People& people, const std::string& unknown) {
  const std::vector<std::string_view> candidates(people.known.begin(), people.known.end());
  return std::string(nearest(unknown, candidates));
}

}  // namespace zimmock::client
