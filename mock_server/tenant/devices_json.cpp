#include "mock_server/tenant/devices_json.h"

#include "contracts/api/message_body.h"

namespace zimmock::mock {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const TypeSummary& row) {
  return {{"type", row.type},
          {"name", message_type_name(row.type)},
          {"receives_all", row.receives_all},
          {"receives_some", row.receives_some},
          {"would_not_see", row.would_not_see},
          {"undocumented", row.undocumented},
          {"sentence", row.sentence()}};
}

ordered_json to_json(const DeliveredMessage& message) {
  ordered_json out{{"msg_id", std::to_string(message.msg_id)},
                   {"msg_seq", message.msg_seq},
                   {"msg_time_ms", message.msg_time_ms},
                   {"type", message.type},
                   {"sender", message.sender},
                   {"role", to_string(message.role)},
                   {"is_empty", static_cast<int>(message.emptied)},
                   {"delivery", nullptr},
                   {"rule", nullptr},
                   {"mark", nullptr}};
  if (message.rule != nullptr) {
    out["delivery"] = to_string(message.rule->delivery);
    out["rule"] = message.rule->rule().id;
    out["mark"] = to_string(message.rule->rule().mark);
  }
  return out;
}

ordered_json to_json(const DeviceView& view) {
  ordered_json counts = ordered_json::object();
  for (const Delivery delivery :
       {Delivery::kDelivered, Delivery::kUnknown, Delivery::kAbsent, Delivery::kUndocumented}) {
    counts[std::string(to_string(delivery))] = 0;
  }
  counts["emptied"] = 0;
  ordered_json messages = ordered_json::array();
  for (const DeliveredMessage& message : view.messages) {
    const std::string kind =
        message.rule == nullptr ? "emptied" : std::string(to_string(message.rule->delivery));
    counts[kind] = counts[kind].get<std::uint64_t>() + 1;
    messages.push_back(to_json(message));
  }
  return {{"sdk_version", view.sdk_version}, {"counts", counts}, {"messages", messages}};
}

}  // namespace

ordered_json to_json(const Devices& devices) {
  ordered_json users = ordered_json::array();
  for (const auto& [user_id, known] : devices.all()) {
    ordered_json versions = ordered_json::array();
    for (const Device& device : known) versions.push_back(device.sdk_version);
    users.push_back({{"user_id", user_id}, {"sdk_versions", versions}});
  }
  return {{"devices", users}};
}

ordered_json to_json(const DeviceSummary& summary) {
  ordered_json out{{"users_known", summary.users_known},
                   {"types", ordered_json::array()},
                   {"as_sender", ordered_json::array()}};
  for (const TypeSummary& row : summary.as_receiver) out["types"].push_back(to_json(row));
  for (const TypeSummary& row : summary.as_sender) out["as_sender"].push_back(to_json(row));
  return out;
}

ordered_json to_json(const DeliveryView& view) {
  ordered_json devices = ordered_json::array();
  for (const DeviceView& device : view.devices) devices.push_back(to_json(device));
  return {{"user_id", view.user_id}, {"peer_id", view.peer_id}, {"devices", devices}};
}

}  // namespace zimmock::mock
