#include "mock_server/contract_target.h"

#include <algorithm>

#include <fmt/format.h>

#include "mock_server/tenant/devices_json.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

// Any time; not a whole second, so that edges in milliseconds are met.
constexpr std::int64_t kFrozenAtMs = 1'790'000'000'250;

class MockWorld : public World {
 public:
  MockWorld(Service& service, Transport& transport, const TenantOptions& options)
      : service_(service),
        transport_(transport),
        retention_days_(options.retention_days),
        tenant_(service.create_tenant(options)) {}
  ~MockWorld() override { service_.remove_tenant(tenant_->app_id()); }
  MockWorld(const MockWorld&) = delete;
  MockWorld& operator=(const MockWorld&) = delete;

  std::uint32_t app_id() const override { return tenant_->app_id(); }
  const std::string& server_secret() const override { return tenant_->server_secret(); }
  Transport& transport() override { return transport_; }
  std::int64_t now_ms() const override { return tenant_->clock().wall_ms(); }
  std::int64_t retention_days() const override { return retention_days_; }

  Result<void> advance(std::int64_t by_ms) override {
    if (tenant_->clock().advance(by_ms)) return {};
    return fail(ErrorKind::kInput, fmt::format("the clock cannot be moved by {} ms", by_ms));
  }

  Result<json> view(const std::string& user, const std::string& peer,
                    const std::string& sdk) override {
    const std::string versions[] = {sdk};
    auto devices = parse_devices(versions);
    if (!devices) return tl::unexpected(devices.error());
    {
      const std::lock_guard lock(tenant_->mutex());
      tenant_->devices().set(user, *std::move(devices));
    }
    const ImportWindow window = tenant_->import_window(now_ms());
    const auto shown =
        to_json(delivery_view(*tenant_, user, peer, window.now_ms - window.retention_ms));
    json messages =
        shown["devices"].empty() ? json::array() : json(shown["devices"][0]["messages"]);
    std::reverse(messages.begin(), messages.end());
    return messages;
  }

 private:
  Service& service_;
  Transport& transport_;
  std::int64_t retention_days_;  // as asked for: a wrong mock may keep messages longer
  std::shared_ptr<Tenant> tenant_;
};

}  // namespace

Result<std::unique_ptr<World>> MockTarget::open(const WorldSettings& settings) {
  TenantOptions options;
  options.profile = settings.profile;
  options.retention_days = settings.retention_days;
  options.calls_per_second = settings.calls_per_second;
  options.clock = {ClockSetting::Mode::kFrozen, kFrozenAtMs, 0};
  return std::make_unique<MockWorld>(service_, transport_, options);
}

}  // namespace zimmock::mock
