#include "cli/migrate/migrate_people.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

// "A, B, C; and 7 more (--max-examples 0 shows all)": as many as `limit`, each told by `tell`.
template <typename T, typename Tell>
std::string some_of(const std::vector<T>& all, std::size_t limit, Tell tell) {
  std::string out;
  const std::size_t shown = std::min(all.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : ", ") + tell(all[i]);
  if (all.size() > shown)
    out += fmt::format("; and {} more (--max-examples 0 shows all)", all.size() - shown);
  return out;
}

// `"a" and "b"`, `"a", "b" and 3 more`.
std::string names_of(const std::vector<std::string>& ids) {
  constexpr std::size_t kNamed = 3;
  if (ids.size() == 2) return quote(ids[0]) + " and " + quote(ids[1]);
  const std::size_t shown = std::min(ids.size() - 1, kNamed);
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : ", ") + quote(ids[i]);
  if (ids.size() - shown == 1) return out + " and " + quote(ids.back());
  return out + fmt::format(" and {} more", ids.size() - shown);
}

}  // namespace

Result<void> check_nobody_merged(const client::People& people, const std::string& users_file) {
  if (people.merged.empty()) return {};
  const client::MergedUser& first = people.merged.front();
  const std::size_t others = people.merged.size() - 1;
  return fail(ErrorKind::kUsage,
              fmt::format("--users: {}: expected a user id of its own for each person, got {} for "
                          "{}{}; correct it, or give --merge-users if they are one person: their "
                          "conversations then become one",
                          users_file, quote(first.user_id), names_of(first.source_ids),
                          others == 0 ? "" : fmt::format(" (and {} more such ids)", others)));
}

std::vector<std::pair<std::string, std::string>> people_rows(const client::People& people,
                                                             std::size_t limit) {
  const auto mapped = [](const client::MappedPerson& one) {
    return fmt::format("{} becomes {}", quote(one.source_id), quote(one.user_id));
  };
  const auto merged = [](const client::MergedUser& one) {
    return fmt::format("{} become {}", names_of(one.source_ids), quote(one.user_id));
  };
  const auto unknown = [&people](const std::string& id) {
    const std::string near = client::meant(people, id);
    return quote(id) + (near.empty() ? "" : fmt::format(" (did you mean {}?)", quote(near)));
  };
  std::vector<std::pair<std::string, std::string>> out;
  if (const std::size_t count = people.mapped.size(); count > 0) {
    out.emplace_back("users", fmt::format("{} of {} get another id by --users: {}", count,
                                          people.in_source, some_of(people.mapped, limit, mapped)));
  }
  if (!people.merged.empty()) out.emplace_back("merged", some_of(people.merged, limit, merged));
  if (const std::size_t count = people.unknown.size(); count > 0) {
    out.emplace_back("note", fmt::format("--users has {} that no message of this file has: {}",
                                         count == 1 ? "1 id" : fmt::format("{} ids", count),
                                         some_of(people.unknown, limit, unknown)));
  }
  return out;
}

std::string names_row(const client::MigrationPlan& plan) {
  const client::KnownNames& names = plan.names;
  if (names.users.empty() && names.left_out.empty()) return "";
  std::string out = fmt::format(
      "{} of {} users are registered with a name, {} with an avatar; users that exist keep theirs",
      names.named, plan.counts.users, names.with_avatar);
  for (const auto& [kind, count] : names.left_out)
    out += fmt::format("; left out: {} {}", count, kind);
  return out;
}

std::vector<nlohmann::json> people_json(const client::People& people, std::size_t max_unknown) {
  std::vector<nlohmann::json> out;
  for (const client::MappedPerson& one : people.mapped)
    out.push_back({{"type", "user"}, {"from", one.source_id}, {"to", one.user_id}});
  for (const client::MergedUser& one : people.merged)
    out.push_back({{"type", "merged-user"}, {"from", one.source_ids}, {"to", one.user_id}});
  const std::size_t unknown = max_unknown == 0 ? people.unknown.size() : max_unknown;
  for (std::size_t i = 0; i < std::min(unknown, people.unknown.size()); ++i) {
    out.push_back({{"type", "unknown-user"},
                   {"id", people.unknown[i]},
                   {"meant", client::meant(people, people.unknown[i])}});
  }
  return out;
}

}  // namespace zimmock::cli
