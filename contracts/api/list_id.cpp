#include "contracts/api/list_id.h"

#include <functional>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::inline contract {

ListId ListId::mirrored() const { return kind == Kind::kGroup ? *this : of_user(peer, owner); }

// No user id is empty, so no user's key begins as a group's does.
std::string ListId::key() const {
  std::string out = owner;
  out += '\0';
  out += peer;
  return out;
}

std::string ListId::text() const {
  if (kind == Kind::kGroup) return fmt::format("list of group {}", quote(peer));
  return fmt::format("list of {} with {}", quote(owner), quote(peer));
}

std::size_t ListIdHash::operator()(const ListId& list) const {
  const std::hash<std::string> hash;
  return hash(list.owner) * 31 + hash(list.peer);
}

}  // namespace zimmock::inline contract
