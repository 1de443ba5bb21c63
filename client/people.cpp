#include "client/people.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "contracts/api/text.h"

namespace zimmock {

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

std::string meant(const People& people, const std::string& unknown) {
  const std::vector<std::string_view> candidates(people.known.begin(), people.known.end());
  return std::string(nearest(unknown, candidates));
}

}  // namespace zimmock
