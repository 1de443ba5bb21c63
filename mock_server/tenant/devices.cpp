#include "mock_server/tenant/devices.h"

#include <mutex>

#include <fmt/format.h>

#include "contracts/api/message_body.h"
#include "contracts/api/text.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::mock {
namespace {

constexpr std::size_t kMaxVersionBytes = 64;
constexpr SdkVersion kNewest{std::numeric_limits<std::int64_t>::max() - 1, 0, 0};

void count_user(std::span<const Device> devices, TypeSummary& row) {
  std::size_t delivered = 0, undocumented = 0;
  for (const Device& device : devices) {
    const Delivery delivery = delivery_of(row.type, row.role, device.version).delivery;
    if (delivery == Delivery::kDelivered) ++delivered;
    if (delivery == Delivery::kUndocumented) ++undocumented;
  }
  ++(delivered == devices.size() ? row.receives_all
     : delivered > 0             ? row.receives_some
     : undocumented > 0          ? row.undocumented
                                 : row.would_not_see);
}

DeliveredMessage delivered(const Tenant& tenant, const StoredMessage& message,
                           const std::string& user_id, Emptied emptied, const SdkVersion& version) {
  DeliveredMessage out{message.msg_id,
                       message.msg_seq,
                       message.msg_time_ms,
                       message.content.type,
                       message.sender,
                       Role::kReceiver,
                       emptied,
                       nullptr};
  if (message.sender == user_id) out.role = Role::kSender;
  if (emptied == Emptied::kNo) {
    out.rule = &tenant.delivery()(message.content.type, out.role, version);
  }
  return out;
}

}  // namespace

Result<std::vector<Device>> parse_devices(std::span<const std::string> sdk_versions) {
  if (sdk_versions.size() > kMaxDevicesPerUser) {
    return fail(ErrorKind::kInput,
                fmt::format("/{}: expected at most {} devices of a user, got {}",
                            kMaxDevicesPerUser, kMaxDevicesPerUser, sdk_versions.size()));
  }
  std::vector<Device> out;
  for (std::size_t i = 0; i < sdk_versions.size(); ++i) {
    const auto version = parse_sdk_version(sdk_versions[i]);
    if (!version || sdk_versions[i].size() > kMaxVersionBytes) {
      return fail(
          ErrorKind::kInput,
          fmt::format("/{}: expected an SDK version like 2.8.0, of at most {} bytes, got {}", i,
                      kMaxVersionBytes, quote(sdk_versions[i])));
    }
    out.push_back({sdk_versions[i], *version});
  }
  return out;
}

void Devices::set(const std::string& user_id, std::vector<Device> devices) {
  if (devices.empty()) {
    users_.erase(user_id);
  } else {
    users_.insert_or_assign(user_id, std::move(devices));
  }
}

std::span<const Device> Devices::of(const std::string& user_id) const {
  const auto found = users_.find(user_id);
  return found == users_.end() ? std::span<const Device>() : std::span(found->second);
}

std::string TypeSummary::sentence() const {
  return fmt::format("of {} users with known versions, {} would not see type {}{}",
                     receives_all + receives_some + would_not_see + undocumented, would_not_see,
                     type, role == Role::kSender ? " they send" : "");
}

DeviceSummary summarize(const Devices& devices, std::optional<std::int64_t> type) {
  DeviceSummary out;
  for (const std::int64_t importable : importable_types()) {
    if (type && *type != importable) continue;
    out.as_receiver.push_back({importable, Role::kReceiver});
    if (delivery_of(importable, Role::kSender, kNewest).delivery == Delivery::kDelivered) {
      out.as_sender.push_back({importable, Role::kSender});
    }
  }
  out.users_known = devices.all().size();
  for (const auto& [user_id, known] : devices.all()) {
    for (TypeSummary& row : out.as_receiver) count_user(known, row);
    for (TypeSummary& row : out.as_sender) count_user(known, row);
  }
  return out;
}

DeliveryView delivery_view(Tenant& tenant, const std::string& user_id, const std::string& peer_id,
                           std::int64_t oldest_ms, std::size_t max_messages) {
  DeliveryView out{user_id, peer_id, {}};
  const std::lock_guard lock(tenant.mutex());
  const MessageList* list = tenant.find_list(ListId::of_user(user_id, peer_id));
  MessageList::Page page;
  if (list != nullptr) page = list->page(0, max_messages);
  for (const Device& device : tenant.devices().of(user_id)) {
    DeviceView& view = out.devices.emplace_back(DeviceView{device.sdk_version, {}});
    for (const StoredMessage* message : page.messages) {
      view.messages.push_back(
          delivered(tenant, *message, user_id, list->emptied(*message, oldest_ms), device.version));
    }
  }
  return out;
}

}  // namespace zimmock::mock
