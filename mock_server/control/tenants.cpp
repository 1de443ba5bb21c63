#include <limits>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "mock_server/control/control_call.h"
#include "mock_server/tenant/state_document.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

// What a tenant is made with beside its settings.
struct Identity {
  std::optional<std::uint32_t> app_id;
  std::string server_secret;
};

tl::expected<Identity, ControlError> read_identity(const json& body) {
  Identity out;
  const auto app_id = body.find("app_id"), secret = body.find("server_secret");
  if (app_id != body.end()) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
    if (!app_id->is_number_unsigned() || app_id->get<std::uint64_t>() > kMax) {
      return control_error(400, fmt::format("/app_id: expected a number from 0 to {}, got {}", kMax,
                                            value_unless_secret(*app_id)));
    }
    out.app_id = app_id->get<std::uint32_t>();
  }
  if (secret != body.end() && !out.app_id)
    return control_error(400, "/server_secret: expected an app_id beside it, got none");
  if (secret != body.end() && !secret->is_string()) {
    return control_error(
        400, fmt::format("/server_secret: expected a string, got {}", secret->type_name()));
  }
  if (secret != body.end()) out.server_secret = secret->get<std::string>();
  if (out.app_id && out.server_secret.empty())
    return control_error(400, "/server_secret: expected one for the app_id given, got none");
  return out;
}

std::vector<std::string_view> known_members() {
  std::vector<std::string_view> out{"app_id", "server_secret"};
  for (const AppSetting& row : app_settings()) out.push_back(row.name);
  return out;
}

json to_json(Tenant& tenant) {
  const StateCounts counts = count_state(tenant);
  json out{{"app_id", tenant.app_id()},
           {"now", iso_time(tenant.clock().wall_ms())},
           {"users", counts.users},
           {"messages", counts.messages},
           {"requests", tenant.journal().size() + tenant.journal().dropped()},
           {"faults", tenant.faults().list().size()}};
  AppSettings settings = tenant.options();
  settings.clock = tenant.clock().setting();
  for (const AppSetting& row : app_settings()) {
    if (json value = row.write(settings); !value.is_null()) out[row.name] = std::move(value);
  }
  return out;
}

json with_secret(Tenant& tenant) {
  json out = to_json(tenant);
  out["server_secret"] = tenant.server_secret();
  return out;
}

}  // namespace

ControlResult list_tenants(ControlCall& call) {
  ControlReply reply;
  reply.body["tenants"] = json::array();
  for (const auto& tenant : call.service.tenants()) {
    call.service.settle(*tenant);
    reply.body["tenants"].push_back(to_json(*tenant));
  }
  return reply;
}

ControlResult create_tenant(ControlCall& call) {
  const auto body = call.json_body();
  if (!body) return tl::unexpected(body.error());
  auto known = only_members(*body, known_members());
  if (!known) return tl::unexpected(known.error());
  TenantOptions options = call.options.new_tenants;
  if (auto read = read_app_settings(*body, options); !read) return bad_request(read.error());
  auto identity = read_identity(*body);
  if (!identity) return tl::unexpected(identity.error());

  std::shared_ptr<Tenant> tenant;
  if (identity->app_id) {
    auto added = call.service.add_tenant(*identity->app_id, identity->server_secret, options);
    if (!added)
      return control_error(409, fmt::format("/app_id: {} is there already", *identity->app_id));
    tenant = *std::move(added);
  } else {
    tenant = call.service.create_tenant(options);
  }
  ControlReply reply;
  reply.status = 201;
  reply.body = with_secret(*tenant);
  return reply;
}

ControlResult show_tenant(ControlCall& call) {
  ControlReply reply;
  reply.body = with_secret(*call.tenant);
  return reply;
}

ControlResult delete_tenant(ControlCall& call) {
  call.service.remove_tenant(call.tenant->app_id());
  return ControlReply{};
}

}  // namespace zimmock::mock
