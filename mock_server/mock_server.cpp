#include "zimmock/mock_server.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/app_settings.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "mock_server/service/service.h"
#include "mock_server/service_listeners.h"
#include "mock_server/tenant/state_document.h"
#include "zimmock/system_clock.h"

namespace zimmock {

using namespace mock;

namespace {

using json = nlohmann::json;

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

TenantOptions to_options(const TenantSettings& settings) {
  TenantOptions out;
  out.profile = settings.profile;
  out.retention_days = settings.retention_days;
  out.calls_per_second = settings.calls_per_second;
  out.rng_seed = settings.rng_seed;
  return out;
}

Result<void> add_line(Tenant& tenant, const json& line) {
  const auto added = mock::import_state(tenant, json_line(line), StateMode::kAdd);
  if (!added) return tl::unexpected(added.error());
  return {};
}

// The transport keeps the service.
class SharedTransport : public Transport {
 public:
  explicit SharedTransport(std::shared_ptr<Service> service)
      : service_(std::move(service)), loopback_(*service_) {}
  Result<HttpResponse> send(const HttpRequest& request) override { return loopback_.send(request); }

 private:
  std::shared_ptr<Service> service_;
  LoopbackTransport loopback_;
};

}  // namespace

// --- MockTenant ---

MockTenant::MockTenant(std::shared_ptr<Service> service, std::shared_ptr<Tenant> tenant)
    : service_(std::move(service)), tenant_(std::move(tenant)) {}

MockTenant::MockTenant(MockTenant&& other) noexcept = default;

MockTenant& MockTenant::operator=(MockTenant&& other) noexcept {
  std::swap(service_, other.service_);
  std::swap(tenant_, other.tenant_);
  return *this;
}

MockTenant::~MockTenant() {
  if (tenant_) service_->remove_tenant(tenant_->app_id());
}

std::uint32_t MockTenant::app_id() const { return tenant_->app_id(); }

const std::string& MockTenant::server_secret() const { return tenant_->server_secret(); }

Result<void> MockTenant::add_user(const std::string& user_id) {
  return add_line(*tenant_, {{"Record", "user"}, {"UserId", user_id}});
}

Result<void> MockTenant::add_message(const SeedMessage& message) {
  json line{{"FromUserId", message.from},
            {"ToUserId", message.to},
            {"MessageType", message.type},
            {"Message", message.text}};
  if (message.sub_type != 0 || message.type == 200) line["SubMsgType"] = message.sub_type;
  if (message.time_ms != 0) line["SendMessageTime"] = message.time_ms;
  if (!message.extended_data.empty()) line["ExtendedData"] = message.extended_data;
  if (!message.only_for.empty()) line["ImportedUserId"] = message.only_for;
  return add_line(*tenant_, line);
}

std::vector<ListedMessage> MockTenant::messages(const std::string& viewer,
                                                const std::string& peer) const {
  service_->settle(*tenant_);
  const ImportWindow window = tenant_->import_window(tenant_->clock().wall_ms());
  std::vector<ListedMessage> out;
  const std::lock_guard lock(tenant_->mutex());
  const MessageList* list = tenant_->find_list(ListId::of_user(viewer, peer));
  if (list == nullptr) return out;
  const MessageList::Page page = list->page(0, list->size());
  for (auto it = page.messages.rbegin(); it != page.messages.rend(); ++it) {
    const StoredMessage& stored = **it;
    const MessageContent& content = stored.content;
    const Emptied emptied = list->emptied(stored, window.now_ms - window.retention_ms);
    out.push_back({stored.sender, content.type, content.sub_type, content.body,
                   content.extended_data, stored.msg_id, stored.msg_seq, stored.msg_time_ms,
                   emptied == Emptied::kRecalled, emptied == Emptied::kDeleted});
  }
  return out;
}

Result<void> MockTenant::set_devices(const std::string& user_id,
                                     const std::vector<std::string>& versions) {
  return add_line(*tenant_,
                  {{"Record", "devices"}, {"UserId", user_id}, {"SdkVersions", versions}});
}

std::string MockTenant::export_state() const {
  service_->settle(*tenant_);
  return zimmock::export_state(*tenant_);
}

Result<void> MockTenant::import_state(std::string_view document) {
  const auto imported = mock::import_state(*tenant_, document, StateMode::kReplace);
  if (!imported) return tl::unexpected(imported.error());
  return {};
}

void MockTenant::reset() { tenant_->reset(); }

std::int64_t MockTenant::now_ms() const { return tenant_->clock().wall_ms(); }

void MockTenant::freeze() { tenant_->clock().freeze(); }

void MockTenant::freeze_at(std::int64_t unix_ms) {
  tenant_->clock().set(
      {ClockSetting::Mode::kFrozen, std::clamp(unix_ms, kMinClockMs, kMaxClockMs), 0});
}

bool MockTenant::advance(std::chrono::milliseconds by) {
  const bool moved = tenant_->clock().advance(by.count());
  service_->settle(*tenant_);
  return moved;
}

void MockTenant::use_real_time() { tenant_->clock().set({}); }

Result<std::uint64_t> MockTenant::add_fault(std::string_view spec) {
  auto fault = parse_fault(spec);
  if (!fault) return tl::unexpected(fault.error());
  return tenant_->faults().add(*std::move(fault)).id;
}

void MockTenant::clear_faults() { tenant_->faults().clear(); }

std::vector<RequestRecord> MockTenant::requests(const RequestFilter& filter) const {
  service_->settle(*tenant_);
  std::vector<RequestRecord> out;
  for (const JournalEntry& entry : tenant_->journal().find(filter)) out.push_back(*entry);
  return out;
}

std::uint64_t MockTenant::count(const RequestFilter& filter) const {
  return tenant_->journal().count(filter);
}

Verification MockTenant::verify(const Expectation& expected) const {
  service_->settle(*tenant_);
  return zimmock::verify(tenant_->journal(), expected);
}

bool MockTenant::wait_for(std::uint64_t count, const RequestFilter& filter,
                          std::chrono::milliseconds timeout) const {
  return tenant_->journal().wait(filter, count, timeout.count());
}

void MockTenant::clear_requests() { tenant_->journal().clear(); }

// --- MockServer ---

class MockServer::Impl {
 public:
  explicit Impl(const MockServerSettings& settings)
      : service(std::make_shared<Service>(settings.clock ? *settings.clock : system_clock(),
                                          RequestObserver{}, settings.rng_seed)) {
    if (!settings.sockets) return;
    if (auto started = listen(settings); !started) error = started.error().message;
  }

  Result<void> listen(const MockServerSettings& settings) {
    ListenerOptions options;
    if (settings.tls) {
      const std::int64_t now_ms = system_clock().wall_ms();
      const auto ca = make_ca(now_ms);
      if (!ca) return tl::unexpected(ca.error());
      auto leaf = make_leaf(*ca, now_ms);
      if (!leaf) return tl::unexpected(leaf.error());
      ca_certificate = ca->certificate_pem;
      options.https = ListenAddress{};
      options.tls = *std::move(leaf);
    }
    auto started = ServiceListeners::start(*service, options);
    if (!started) return tl::unexpected(started.error());
    listeners = *std::move(started);
    return {};
  }

  std::shared_ptr<Service> service;
  std::unique_ptr<ServiceListeners> listeners;
  std::string error;
  std::string ca_certificate;
};

MockServer::MockServer(const MockServerSettings& settings)
    : impl_(std::make_unique<Impl>(settings)) {}

MockServer::~MockServer() { impl_->service->cancel_waits(); }

const std::string& MockServer::error() const { return impl_->error; }

std::string MockServer::url() const { return impl_->listeners ? impl_->listeners->url() : ""; }

std::string MockServer::tls_url() const {
  return impl_->listeners ? impl_->listeners->tls_url() : "";
}

std::string MockServer::control_url() const {
  return impl_->listeners ? impl_->listeners->control_url() : "";
}

const std::string& MockServer::ca_certificate() const { return impl_->ca_certificate; }

MockTenant MockServer::tenant(const TenantSettings& settings) {
  return {impl_->service, impl_->service->create_tenant(to_options(settings))};
}

Result<MockTenant> MockServer::tenant_with(
    const std::map<std::string, std::string, std::less<>>& settings) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& setting : settings) {
    const std::string& name = setting.first;
    const auto rows = app_settings();
    const auto is_this = [&](const AppSetting& row) { return row.name == name; };
    if (std::none_of(rows.begin(), rows.end(), is_this)) {
      std::vector<std::string_view> names;
      for (const AppSetting& row : rows) names.push_back(row.name);
      return fail(ErrorKind::kUsage,
                  fmt::format("/{}: expected {}, got an unknown setting{}", name,
                              fmt::join(names, ", "), did_you_mean(name, names)));
    }
    object[name] = app_setting_value(setting.second);
  }
  TenantOptions options;
  if (auto read = read_app_settings(object, options); !read) return tl::unexpected(read.error());
  return MockTenant(impl_->service, impl_->service->create_tenant(options));
}

std::unique_ptr<Transport> MockServer::transport() {
  return std::make_unique<SharedTransport>(impl_->service);
}

}  // namespace zimmock
