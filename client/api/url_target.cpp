#include "client/api/url_target.h"

#include <utility>

namespace zimmock::client {
namespace {

// Keeps what goes through it under the rate.
class PacedTransport : public Transport {
 public:
  PacedTransport(Transport& transport, RateLimiter& limiter)
      : transport_(transport), limiter_(limiter) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    const auto permit = limiter_.acquire();
    if (!permit) return fail(ErrorKind::kUnreachable, "interrupted before the call");
    return transport_.send(request);
  }

 private:
  Transport& transport_;
  RateLimiter& limiter_;
};

class UrlWorld : public World {
 public:
  UrlWorld(const UrlTarget::Options& options, const Clock& clock, Transport& transport,
           RateLimiter& limiter)
      : options_(options), clock_(clock), transport_(transport, limiter) {}

  std::uint32_t app_id() const override { return options_.credentials.app_id; }
  const std::string& server_secret() const override { return options_.credentials.server_secret; }
  Transport& transport() override { return transport_; }
  std::int64_t now_ms() const override { return clock_.wall_ms(); }
  std::int64_t retention_days() const override { return options_.retention_days; }

  Result<void> advance(std::int64_t /*by_ms*/) override { return cannot(); }
  Result<nlohmann::json> view(const std::string& /*user*/, const std::string& /*peer*/,
                              const std::string& /*sdk*/) override {
    return tl::unexpected(cannot().error());
  }

 private:
  static Result<void> cannot() {
    return fail(ErrorKind::kUsage, "a service at a URL cannot be steered");
  }

  const UrlTarget::Options& options_;
  const Clock& clock_;
  PacedTransport transport_;
};

}  // namespace

UrlTarget::UrlTarget(const Options& options, const Clock& clock, Waiter& waiter,
                     std::unique_ptr<Transport> transport)
    : options_(options),
      clock_(clock),
      limiter_(options.calls_per_second, clock, waiter),
      transport_(std::move(transport)) {}

Result<std::unique_ptr<UrlTarget>> UrlTarget::open(const Options& options, const Clock& clock,
                                                   Waiter& waiter) {
  auto transport = CurlTransport::open(options.curl);
  if (!transport) return tl::unexpected(transport.error());
  return std::unique_ptr<UrlTarget>(new UrlTarget(options, clock, waiter, *std::move(transport)));
}

Result<std::unique_ptr<World>> UrlTarget::open(const WorldSettings& /*settings*/) {
  return std::make_unique<UrlWorld>(options_, clock_, *transport_, limiter_);
}

}  // namespace zimmock::client
