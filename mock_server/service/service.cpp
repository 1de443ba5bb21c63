#include "mock_server/service/service.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/signature.h"
#include "mock_server/handlers/handlers.h"
#include "mock_server/service/exchange.h"

namespace zimmock::mock {

Service::Service(const Clock& clock, RequestObserver observer, std::uint64_t rng_seed)
    : clock_(clock), observer_(std::move(observer)), rng_seed_(rng_seed) {}

std::shared_ptr<Tenant> Service::make_tenant(std::uint32_t app_id, std::string server_secret,
                                             TenantOptions options) const {
  behaviour_->make_tenant(options);
  return std::make_shared<Tenant>(app_id, std::move(server_secret), options, clock_);
}

Result<std::shared_ptr<Tenant>> Service::add_tenant(std::uint32_t app_id, std::string server_secret,
                                                    const TenantOptions& options) {
  auto tenant = make_tenant(app_id, std::move(server_secret), options);
  const std::unique_lock lock(tenants_mutex_);
  if (!tenants_.try_emplace(app_id, tenant).second) {
    return fail(ErrorKind::kUsage, fmt::format("AppId {} is given twice", app_id));
  }
  return tenant;
}

std::shared_ptr<Tenant> Service::create_tenant(const TenantOptions& options) {
  std::string secret = make_nonce() + make_nonce();
  const std::unique_lock lock(tenants_mutex_);
  while (tenants_.contains(++last_created_)) {
  }
  auto tenant = make_tenant(last_created_, std::move(secret), options);
  tenants_.emplace(last_created_, tenant);
  return tenant;
}

bool Service::remove_tenant(std::uint32_t app_id) {
  const std::unique_lock lock(tenants_mutex_);
  const auto found = tenants_.find(app_id);
  if (found == tenants_.end()) return false;
  found->second->journal().cancel();
  tenants_.erase(found);
  return true;
}

std::shared_ptr<Tenant> Service::find_tenant(std::uint32_t app_id) const {
  const std::shared_lock lock(tenants_mutex_);
  const auto found = tenants_.find(app_id);
  return found == tenants_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Tenant>> Service::tenants() const {
  const std::shared_lock lock(tenants_mutex_);
  std::vector<std::shared_ptr<Tenant>> out;
  for (const auto& [app_id, tenant] : tenants_) out.push_back(tenant);
  return out;
}

std::string Service::next_request_id() {
  constexpr std::uint64_t kSmallest = 100'000'000'000'000'000, kRange = 900'000'000'000'000'000;
  return std::to_string(kSmallest + mix(rng_seed_ + requests_.fetch_add(1)) % kRange);
}

WireAnswer Service::answer(HttpRequest& request, const BodyReader& read_body) {
  return Exchange(*this, request, read_body).run();
}

void Service::settle(Tenant& tenant) {
  tenant.late_effects().settle(tenant.clock().wall_ms(), [&tenant](const LateEffect& late) {
    const Reply reply = handler_of(late.action)(tenant, late.body, late.due_ms);
    tenant.journal().set_effect(late.seq, reply.code == 0 ? Effect::kLate : Effect::kNone,
                                reply.code);
  });
}

void Service::cancel_waits() {
  pauses_.cancel();
  unmatched_.cancel();
  for (const auto& tenant : tenants()) tenant->journal().cancel();
}

Result<HttpResponse> LoopbackTransport::send(const HttpRequest& request) {
  using Kind = WireFault::Kind;
  HttpRequest own = request;
  if (own.body.size() > service_.body_limit_bytes) {
    own.body.clear();
    own.body_state = BodyState::kTooLarge;
  }
  WireAnswer answer = service_.answer(own);
  const WireFault& wire = answer.wire;
  switch (wire.kind) {
    case Kind::kReset:
      return fail(ErrorKind::kInDoubt, "the connection was reset before an answer");
    case Kind::kClose:
      return fail(ErrorKind::kInDoubt, "the connection was closed without an answer");
    case Kind::kGarbage:
      return fail(ErrorKind::kInDoubt, "what came is no HTTP answer");
    case Kind::kTruncate:
      return fail(ErrorKind::kInDoubt, "the connection was closed before the end of the answer");
    case Kind::kLength:
      if (wire.bytes > 0) {
        return fail(ErrorKind::kInDoubt, "the answer is shorter than its Content-Length");
      }
      answer.response.body.resize(static_cast<std::size_t>(std::max<std::int64_t>(
          0, static_cast<std::int64_t>(answer.response.body.size()) + wire.bytes)));
      break;
    case Kind::kDrip:
    case Kind::kPause:
      service_.pause_ms(wire.duration_ms);
      break;
    case Kind::kIntact:
      break;
  }
  return std::move(answer.response);
}

}  // namespace zimmock::mock
