#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace zimmock {

// The operations that this project knows in full.
enum class ActionId {
  kUserRegister,
  kImportPeerMsg,
  kQueryPeerMsg,
  kRevokePeerMessage,
  kClearPeerMessage,
  kNotEmulated
};

inline constexpr std::size_t kEmulatedActions = static_cast<std::size_t>(ActionId::kNotEmulated);

struct Action {
  std::string_view name;  // exact case, as in the query parameter Action
  ActionId id;
  std::string_view area;
  std::string_view what;
};

// Every operation of the vendor's ZIM server API whose page we have seen; the emulated ones first.
std::span<const Action> actions();

// nullptr for a name that is not the vendor's.
const Action* find_action(std::string_view name);
const Action& action(ActionId id);  // not for kNotEmulated

std::vector<std::string_view> action_names();

}  // namespace zimmock
