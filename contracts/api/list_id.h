#pragma once

// The name of a message list. (docs/zim-api.md, sections 6 and 16)

#include <compare>
#include <cstddef>
#include <string>
#include <utility>

namespace zimmock::inline contract {

// A list is what one user sees of a conversation with another, or what every member of a group
// sees.
struct ListId {
  enum class Kind { kPeer, kGroup };

  Kind kind = Kind::kPeer;
  std::string owner;  // whose list it is; "" for a group, whose members share one list
  std::string peer;   // the other user, or the group

  static ListId of_user(std::string owner, std::string peer) {
    return {Kind::kPeer, std::move(owner), std::move(peer)};
  }
  static ListId of_group(std::string group) { return {Kind::kGroup, "", std::move(group)}; }

  // The peer's list of the same conversation; a group's list itself.
  ListId mirrored() const;

  // No other list has this key. It holds a NUL byte, which no id has.
  std::string key() const;

  // `list of "A" with "B"` or `list of group "G"`, the ids quoted.
  std::string text() const;

  auto operator<=>(const ListId&) const = default;
};

struct ListIdHash {
  std::size_t operator()(const ListId& list) const;
};

}  // namespace zimmock::inline contract
