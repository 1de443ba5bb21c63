#pragma once

#include <mutex>
#include <string>

#include <nlohmann/json.hpp>

#include "contracts/api/signature.h"
#include "mock_server/service/service.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/unchecked_rule.h"

namespace zimmock::test {

// A service with one tenant, a clock that moves only when told, and signed calls into it.
class MockWorld {
 public:
  explicit MockWorld(const Profile& profile = default_profile(),
                     std::optional<std::int64_t> rate = std::nullopt,
                     const mock::Behaviour& behaviour = mock::honest_behaviour())
      : service_(clock_, [this](const mock::RequestRecord& record) {
          const std::lock_guard lock(record_mutex_);
          last_record = record;
        }) {
    service_.set_behaviour(behaviour);
    mock::TenantOptions options;
    options.profile = profile;
    options.calls_per_second = rate;
    REQUIRE(
        service_.add_tenant(mock::kDefaultAppId, std::string(mock::kDefaultServerSecret), options));
  }

  HttpRequest request(const std::string& action, std::string body, std::string nonce = "") const {
    if (nonce.empty()) nonce = make_nonce();
    const std::string app = std::to_string(mock::kDefaultAppId);
    const std::string timestamp = std::to_string(clock_.wall_ms() / 1000);
    return {"POST",
            "/?Action=" + action + "&AppId=" + app + "&SignatureNonce=" + nonce +
                "&Timestamp=" + timestamp + "&SignatureVersion=2.0&Signature=" +
                sign(app, nonce, mock::kDefaultServerSecret, timestamp),
            {{"Content-Type", "application/json"}},
            std::move(body),
            BodyState::kComplete};
  }

  // The answer's body; its headers are in `last`.
  nlohmann::json send(const HttpRequest& wanted) {
    last = service_.dispatch(wanted);
    CHECK(unchecked_rule(last_record) == "");
    return nlohmann::json::parse(last.body);
  }
  nlohmann::json call(const std::string& action, const nlohmann::json& body) {
    return send(request(action, body.dump()));
  }
  std::int64_t code(const std::string& action, const nlohmann::json& body) {
    return call(action, body).at("Code").get<std::int64_t>();
  }

  void register_users(const std::vector<std::string>& ids) {
    nlohmann::json users = nlohmann::json::array();
    for (const std::string& id : ids) users.push_back({{"UserId", id}});
    REQUIRE(code("UserRegister", {{"UserInfo", users}}) == 0);
  }

  nlohmann::json text(const std::string& from, const std::string& to, const std::string& list_of,
                      const std::string& message, std::int64_t age_ms = 0) const {
    return {{"FromUserId", from},
            {"ToUserId", to},
            {"MessageType", 1},
            {"Priority", 2},
            {"MessageBody", {{"Message", message}}},
            {"SendMessageTime", clock_.wall_ms() - age_ms},
            {"ImportedUserId", list_of}};
  }

  std::string explain() const { return std::string(header(last.headers, "X-Zimmock-Explain")); }
  std::string warning() const { return std::string(header(last.headers, "X-Zimmock-Warn")); }

  ManualClock& clock() { return clock_; }
  mock::Service& service() { return service_; }

  HttpResponse last;
  mock::RequestRecord last_record;  // to be read while no call is under way

 private:
  std::mutex record_mutex_;
  ManualClock clock_;
  mock::Service service_;
};

}  // namespace zimmock::test
