#include <limits>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "mock_server/control/control_call.h"
#include "mock_server/tenant/state_document.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kMaxDays = 3650;
constexpr std::int64_t kMaxRate = 100'000;

// Reads the members of a tenant's settings, keeping the first thing that is wrong.
class Settings {
 public:
  explicit Settings(const json& body) : body_(body) {}

  std::optional<std::string> text(const char* name) {
    const auto found = body_.find(name);
    if (found == body_.end()) return std::nullopt;
    if (found->is_string()) return found->get<std::string>();
    wrong(name, "a string", *found);
    return std::nullopt;
  }

  std::optional<std::int64_t> number(const char* name, std::uint64_t min, std::uint64_t max) {
    const auto found = body_.find(name);
    if (found == body_.end()) return std::nullopt;
    const std::uint64_t value =
        found->is_number_unsigned() ? found->get<std::uint64_t>() : max + 1;  // as good as negative
    if (value >= min && value <= max) return static_cast<std::int64_t>(value);
    wrong(name, fmt::format("a number from {} to {}", min, max), *found);
    return std::nullopt;
  }

  void wrong(const char* name, std::string_view expected, const json& got) {
    const bool secret = is_secret_name(name);
    wrong(fmt::format("/{}: expected {}, got {}", name, expected,
                      secret ? got.type_name()
                      : got.is_string()
                          ? "string " + quote_unless_secret(got.get_ref<const std::string&>())
                          : json_type_and_value(got)));
  }
  void wrong(std::string message) {
    if (!error_) error_ = ControlError{400, std::move(message)};
  }
  const std::optional<ControlError>& error() const { return error_; }

 private:
  const json& body_;
  std::optional<ControlError> error_;
};

void read_plan(Settings& settings, TenantOptions& options) {
  if (const auto name = settings.text("plan")) {
    std::vector<std::string_view> names;
    for (const Plan& plan : kPlans) names.push_back(plan.name);
    const Plan* plan = find_plan(*name);
    if (plan == nullptr) {
      settings.wrong(fmt::format("/plan: expected {}, got {}{}", fmt::join(names, ", "),
                                 quote(*name), did_you_mean(*name, names)));
    } else {
      options.retention_days = plan->retention_days;
    }
  }
  options.retention_days =
      settings.number("retention_days", 1, kMaxDays).value_or(options.retention_days);
}

void read_rate(const json& body, Settings& settings, TenantOptions& options) {
  const auto rate = body.find("rate");
  if (rate == body.end()) return;
  if (*rate == "off") {
    options.calls_per_second = std::nullopt;
  } else if (rate->is_string()) {
    settings.wrong("rate", "calls a second as a number, or \"off\"", *rate);
  } else {
    options.calls_per_second = settings.number("rate", 1, kMaxRate);
  }
}

void read_profile(const json& body, Settings& settings, TenantOptions& options) {
  const auto profile = body.find("profile");
  if (profile == body.end()) return;
  if (*profile == "default" || *profile == "strict") {
    options.profile = *profile == "strict" ? strict_profile() : default_profile();
    return;
  }
  if (!profile->is_object()) {
    return settings.wrong("profile", "default, strict or an object", *profile);
  }
  auto parsed = parse_profile(json_line(*profile), "/profile");
  if (!parsed) return settings.wrong(parsed.error().message);
  options.profile = *std::move(parsed);
  options.profile.name = "custom";
}

void read_clock(Settings& settings, TenantOptions& options) {
  const auto text = settings.text("clock");
  if (!text) return;
  const auto clock = parse_clock(*text);
  if (!clock) return settings.wrong("/" + clock.error().message);
  options.clock = *clock;
}

json to_json(Tenant& tenant) {
  const auto& rate = tenant.calls_per_second();
  const StateCounts counts = count_state(tenant);
  return {{"app_id", tenant.app_id()},
          {"clock", to_string(tenant.clock().setting())},
          {"now", iso_time(tenant.clock().wall_ms())},
          {"profile", tenant.profile().name},
          {"rate", rate ? json(*rate) : json("off")},
          {"retention_days", tenant.options().retention_days},
          {"users", counts.users},
          {"messages", counts.messages},
          {"requests", tenant.journal().size() + tenant.journal().dropped()},
          {"faults", tenant.faults().list().size()}};
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
  auto known = only_members(*body, {"app_id", "server_secret", "plan", "retention_days", "rate",
                                    "profile", "clock", "rng_seed"});
  if (!known) return tl::unexpected(known.error());
  TenantOptions options = call.options.new_tenants;
  Settings settings(*body);
  read_plan(settings, options);
  read_rate(*body, settings, options);
  read_profile(*body, settings, options);
  read_clock(settings, options);
  options.rng_seed = static_cast<std::uint64_t>(
      settings.number("rng_seed", 0, std::numeric_limits<std::int64_t>::max())
          .value_or(static_cast<std::int64_t>(options.rng_seed)));
  const auto app_id = settings.number("app_id", 0, std::numeric_limits<std::uint32_t>::max());
  const auto secret = settings.text("server_secret");
  if (secret && !app_id) settings.wrong("/server_secret: expected an app_id beside it, got none");
  if (app_id && (!secret || secret->empty())) {
    settings.wrong("/server_secret: expected one for the app_id given, got none");
  }
  if (settings.error()) return tl::unexpected(*settings.error());

  std::shared_ptr<Tenant> tenant;
  if (app_id) {
    auto added = call.service.add_tenant(static_cast<std::uint32_t>(*app_id), *secret, options);
    if (!added) return control_error(409, fmt::format("/app_id: {} is there already", *app_id));
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

}  // namespace zimmock
