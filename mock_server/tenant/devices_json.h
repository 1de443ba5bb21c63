#pragma once

// Devices and what they get, as the control API writes them.

#include <nlohmann/json.hpp>

#include "mock_server/tenant/devices.h"

namespace zimmock::mock {

// {"devices":[{"user_id","sdk_versions":["2.6.0"]}]}
nlohmann::ordered_json to_json(const Devices& devices);

// {"users_known":2,"types":[{"type":200,"name":"custom","receives_all":0,"receives_some":1,
// "would_not_see":1,"undocumented":0,"sentence":"of 2 users ..."}],"as_sender":[the same]}
nlohmann::ordered_json to_json(const DeviceSummary& summary);

// {"user_id","peer_id","devices":[{"sdk_version","counts":{"delivered":1,"unknown":0,"absent":0,
// "undocumented":0,"emptied":0},"messages":[{"msg_id":"971...","msg_seq","msg_time_ms","type",
// "sender","role","is_empty":0,"delivery","rule","mark"}]}]}. The last three are null for an
// emptied message.
nlohmann::ordered_json to_json(const DeliveryView& view);

}  // namespace zimmock::mock
