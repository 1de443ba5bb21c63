#pragma once

// A mock of the ZIM service inside your test:
//
//   zimmock::MockServer server;                    // free port, ready; gone with the object
//   zimmock::MockTenant app = server.tenant();     // an AppId and a world of its own
//   app.add_user("u1"); app.add_user("u2");
//   app.add_fault("drop-reply,action=ImportPeerMsg,nth=2");
//   run_my_client(server.url(), app.app_id(), app.server_secret());
//   CHECK_THAT(app, zimmock::Received({.filter = {.action = "ImportPeerMsg"}, .count = 3}));
//
// Received() and Conforms() are in <zimmock/catch2.h> and <zimmock/gtest.h>. Nothing here throws;
// what can fail is a Result. Everything is thread-safe except moving and destroying.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/clock.h"
#include "contracts/api/http.h"
#include "contracts/api/profile.h"
#include "contracts/api/result.h"
#include "mock_server/requests/request_filter.h"
#include "mock_server/requests/request_record.h"
#include "mock_server/requests/verification.h"

namespace zimmock {

namespace mock {
class Service;
class Tenant;
}  // namespace mock
using mock::Expectation;
using mock::RequestFilter;
using mock::RequestRecord;
using mock::Verification;

// How an App of the mock behaves; the defaults are those of `zimmock serve`.
struct TenantSettings {
  std::int64_t retention_days = 7;                    // Free 7, Pro 30, Enterprise 90
  std::optional<std::int64_t> calls_per_second = 20;  // for each operation; nothing: no limit
  Profile profile{};                                  // or strict_profile()
  std::uint64_t rng_seed = 1;                         // MsgIds, Next, page sizes, faults
};

// A message to start with. It goes into both users' lists, or only into the one of `only_for`.
struct SeedMessage {
  std::string from = "";
  std::string to = "";
  std::string text = "";  // Message: for the types 10 to 14 a JSON document as a string
  std::int64_t type = 1;
  std::int64_t sub_type = 0;  // for type 200
  std::int64_t time_ms = 0;   // Unix milliseconds; 0: the App's now
  std::string extended_data = "";
  std::string only_for = "";
};

// A message as a user's list holds it.
struct ListedMessage {
  std::string sender;
  std::int64_t type = 0;
  std::int64_t sub_type = 0;
  std::string text;  // as imported
  std::string extended_data;
  std::int64_t msg_id = 0;
  std::int64_t msg_seq = 0;
  std::int64_t time_ms = 0;
  bool recalled = false;
  bool deleted = false;  // cleared or expired
};

// One App of a MockServer. Removed from it with this object; it may outlive the server's.
class MockTenant {
 public:
  MockTenant(MockTenant&& other) noexcept;
  MockTenant& operator=(MockTenant&& other) noexcept;
  ~MockTenant();

  std::uint32_t app_id() const;
  const std::string& server_secret() const;

  // --- state ---

  // As UserRegister does; an id that breaks the contract is an Error (kInput).
  Result<void> add_user(const std::string& user_id);
  // Checked as ImportPeerMsg does, but for its time; users that are missing are registered.
  Result<void> add_message(const SeedMessage& message);
  // What the user's list with the other holds, oldest first, emptied messages too.
  std::vector<ListedMessage> messages(const std::string& viewer, const std::string& peer) const;
  // The SDK versions that a user is logged in with.
  Result<void> set_devices(const std::string& user_id, const std::vector<std::string>& versions);
  // The whole state as JSON Lines, and back, in the place of what is there (state_document.h).
  std::string export_state() const;
  Result<void> import_state(std::string_view document);
  // Forgets users, devices, lists, faults and requests; the clock stays as it is.
  void reset();

  // --- clock ---

  std::int64_t now_ms() const;
  void freeze();                         // at what it shows
  void freeze_at(std::int64_t unix_ms);  // at that time, from 1970 to 2200
  // Negative: back. False, and nothing changes, outside 1970 to 2200.
  bool advance(std::chrono::milliseconds by);
  void use_real_time();

  // --- faults, in the words of `zimmock list faults` ---

  // "KIND[=VALUE][,key=value]..."; the rule's id.
  Result<std::uint64_t> add_fault(std::string_view spec);
  void clear_faults();

  // --- requests: the newest 10,000 are kept ---

  std::vector<RequestRecord> requests(const RequestFilter& filter = {}) const;
  std::uint64_t count(const RequestFilter& filter = {}) const;
  Verification verify(const Expectation& expected) const;
  // Blocks until that many match, those from before included; false after the timeout.
  bool wait_for(std::uint64_t count, const RequestFilter& filter,
                std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;
  void clear_requests();

 private:
  friend class MockServer;
  MockTenant(std::shared_ptr<mock::Service> service, std::shared_ptr<mock::Tenant> tenant);

  std::shared_ptr<mock::Service> service_;
  std::shared_ptr<mock::Tenant> tenant_;
};

struct MockServerSettings {
  std::uint64_t rng_seed = 1;
  bool tls = false;              // also listen for HTTPS, with a CA of this object's own
  bool sockets = true;           // false: only transport() reaches it
  const Clock* clock = nullptr;  // instead of the machine's; must outlive server and tenants
};

// The service, on a free port of 127.0.0.1 when the constructor returns.
class MockServer {
 public:
  explicit MockServer(const MockServerSettings& settings = {});
  ~MockServer();
  MockServer(const MockServer&) = delete;
  MockServer& operator=(const MockServer&) = delete;

  // Why it does not listen, or "". transport() works all the same.
  const std::string& error() const;

  std::string url() const;      // "http://127.0.0.1:PORT", or "" if it does not listen
  std::string tls_url() const;  // "https://127.0.0.1:PORT", or ""
  std::string control_url() const;
  // The CA to trust for tls_url(), in PEM; "" without TLS.
  const std::string& ca_certificate() const;

  // A new App with an AppId and a secret that the server picks.
  MockTenant tenant(const TenantSettings& settings = {});
  // The same with settings by name, in the words of `zimmock list app-settings`: {{"rate", "off"}}.
  // The Error (kUsage) names the setting and what it takes.
  Result<MockTenant> tenant_with(const std::map<std::string, std::string, std::less<>>& settings);

  // The service without a socket: requests go straight to it, and faults of the wire come as the
  // Error that a socket would show. For one thread; it may outlive the server.
  std::unique_ptr<Transport> transport();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zimmock
