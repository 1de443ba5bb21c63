#include "mock_server/tenant/devices.h"

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/api/user_id.h"
#include "mock_server/control/control_call.h"
#include "mock_server/tenant/devices_json.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

std::string parameter(const ControlCall& call, std::string_view name) {
  for (const auto& [key, value] : call.query) {
    if (key == name) return value;
  }
  return "";
}

tl::expected<std::vector<Device>, ControlError> read_devices(const ControlCall& call) {
  const auto body = call.json_body();
  if (!body) return tl::unexpected(body.error());
  if (auto known = only_members(*body, {"sdk_versions"}); !known) {
    return tl::unexpected(known.error());
  }
  const json versions = body->value("sdk_versions", json());
  std::vector<std::string> texts;
  bool all_texts = versions.is_array();
  for (std::size_t i = 0; all_texts && i < versions.size(); ++i) {
    all_texts = versions[i].is_string();
    if (all_texts) texts.push_back(versions[i].get<std::string>());
  }
  if (!all_texts) {
    return control_error(400, fmt::format("/sdk_versions: expected an array of strings, got {}",
                                          json_type_and_value(versions)));
  }
  auto devices = parse_devices(texts);
  if (!devices) return control_error(400, "/sdk_versions" + devices.error().message);
  return *std::move(devices);
}

}  // namespace

ControlResult list_devices(ControlCall& call) {
  ControlReply reply;
  const std::lock_guard lock(call.tenant->mutex());
  reply.body = to_json(call.tenant->devices());
  return reply;
}

ControlResult set_devices(ControlCall& call) {
  const std::string& user_id = call.segments.back();
  if (const auto finding = check_user_id(user_id, "/user_id")) {
    return control_error(400, finding->line());
  }
  auto devices = read_devices(call);
  if (!devices) return tl::unexpected(devices.error());
  ControlReply reply;
  const std::lock_guard lock(call.tenant->mutex());
  call.tenant->devices().set(user_id, *std::move(devices));
  return reply;
}

ControlResult summarise_devices(ControlCall& call) {
  std::optional<std::int64_t> type;
  if (const std::string text = parameter(call, "type"); !text.empty()) {
    type = parse_int64(text);
    if (!type) {
      return control_error(400, fmt::format("type: expected a MessageType, got {}", quote(text)));
    }
  }
  ControlReply reply;
  const std::lock_guard lock(call.tenant->mutex());
  reply.body = to_json(summarize(call.tenant->devices(), type));
  return reply;
}

ControlResult view_conversation(ControlCall& call) {
  const std::string user = parameter(call, "user"), peer = parameter(call, "peer");
  if (user.empty() || peer.empty()) {
    return control_error(400, "view: expected user and peer in the query");
  }
  const ImportWindow window = call.tenant->import_window(call.tenant->clock().wall_ms());
  ControlReply reply;
  reply.body =
      to_json(delivery_view(*call.tenant, user, peer, window.now_ms - window.retention_ms));
  return reply;
}

}  // namespace zimmock::mock
