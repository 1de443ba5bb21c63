#pragma once

// Which SDK versions the users of a tenant are logged in with, and what those clients get.

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/operations/query_peer_msg.h"
#include "contracts/api/result.h"
#include "contracts/api/sdk_delivery.h"

namespace zimmock::mock {

class Tenant;

inline constexpr std::size_t kMaxDevicesPerUser = 20;

struct Device {
  std::string sdk_version;  // as given
  SdkVersion version;
};

// Reads versions as people write them (sdk_delivery.h), in their order; two devices may have the
// same one. An Error (kInput) that begins with the index, "/1: expected ...", for one that is none
// or for more than kMaxDevicesPerUser.
Result<std::vector<Device>> parse_devices(std::span<const std::string> sdk_versions);

// The devices of each user. A user need not be registered. Not thread-safe: the tenant's mutex()
// guards it.
class Devices {
 public:
  // Replaces the user's devices; none forgets the user.
  void set(const std::string& user_id, std::vector<Device> devices);

  // Empty for a user of whom nothing is known.
  std::span<const Device> of(const std::string& user_id) const;

  // Users with at least one device, sorted by id.
  const std::map<std::string, std::vector<Device>>& all() const { return users_; }

 private:
  std::map<std::string, std::vector<Device>> users_;
};

// How many of the users with known versions get a message of that type; the four add up to them.
struct TypeSummary {
  std::int64_t type = 0;
  Role role = Role::kReceiver;
  std::uint64_t receives_all = 0;   // on every device
  std::uint64_t receives_some = 0;  // on one device at least, but not surely on all
  std::uint64_t would_not_see = 0;  // on none: absent, or as type unknown without content
  std::uint64_t undocumented = 0;   // on none surely, and nobody says whether on any

  // "of 3 users with known versions, 1 would not see type 200"; as senders, "type 1 they send".
  std::string sentence() const;
};

struct DeviceSummary {
  std::uint64_t users_known = 0;
  std::vector<TypeSummary> as_receiver;  // a row for each importable type
  std::vector<TypeSummary> as_sender;    // for those that some version gives back to its sender
};

// Of all importable types, or of one: the rows of a type that cannot be imported are missing.
// O(devices * types).
DeviceSummary summarize(const Devices& devices, std::optional<std::int64_t> type = std::nullopt);

// One message of a list, as one device gets it.
struct DeliveredMessage {
  std::int64_t msg_id = 0;
  std::int64_t msg_seq = 0;
  std::int64_t msg_time_ms = 0;
  std::int64_t type = 0;
  std::string sender;
  Role role = Role::kReceiver;  // of the user
  Emptied emptied = Emptied::kNo;
  const DeliveryRule* rule = nullptr;  // nullptr for an emptied message: no client gets it
};

struct DeviceView {
  std::string sdk_version;
  std::vector<DeliveredMessage> messages;  // newest first
};

struct DeliveryView {
  std::string user_id;
  std::string peer_id;
  std::vector<DeviceView> devices;  // none if none of the user's are known
};

// What each of the user's devices gets of the user's list with `peer_id`: its newest
// `max_messages`. Messages older than `oldest_ms` have expired. Locks the tenant; O(devices *
// messages).
DeliveryView delivery_view(Tenant& tenant, const std::string& user_id, const std::string& peer_id,
                           std::int64_t oldest_ms,
                           std::size_t max_messages = std::numeric_limits<std::size_t>::max());

}  // namespace zimmock::mock
