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
  std::string_view method;  // "GET", with all parameters in the query, or "POST"
  std::string_view area;
  std::string_view what;
  std::string_view host{};  // where it is, if not at the seven hosts of the API
};

// Every operation of the vendor's ZIM server API; the emulated ones first.
std::span<const Action> actions();

// nullptr for a name that is not the vendor's, and for one of another host.
const Action* find_action(std::string_view name);
const Action& action(ActionId id);  // not for kNotEmulated

// The other host that has the operation of that name, or "".
std::string_view host_elsewhere(std::string_view name);

// Of the API's own hosts.
std::vector<std::string_view> action_names();

}  // namespace zimmock
