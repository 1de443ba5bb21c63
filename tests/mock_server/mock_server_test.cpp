// The header that is installed, used as its users do.
#include "zimmock/mock_server.h"

#include <thread>

#include "contracts/api/signature.h"
#include "tests/support/manual_clock.h"
#include "zimmock/catch2.h"

using namespace zimmock;
using namespace std::chrono_literals;

namespace {

HttpRequest call(const MockTenant& app, const std::string& action, const std::string& body) {
  const std::string id = std::to_string(app.app_id()), nonce = make_nonce();
  const std::string now = std::to_string(app.now_ms() / 1000);
  return {"POST",
          "/?Action=" + action + "&AppId=" + id + "&SignatureNonce=" + nonce + "&Timestamp=" + now +
              "&SignatureVersion=2.0&Signature=" + sign(id, nonce, app.server_secret(), now),
          {{"Content-Type", "application/json"}},
          body,
          {}};
}

const std::string kQueryBody = R"({"FromUserId":"a","ToUserId":"b"})";

}  // namespace

TEST_CASE("an App is seeded, steered and asked without a socket") {
  test::ManualClock clock;
  MockServer server({.sockets = false, .clock = &clock});
  CHECK(server.url().empty());
  CHECK(server.error().empty());
  MockTenant app = server.tenant({.retention_days = 30, .calls_per_second = 1});
  REQUIRE(app.add_message({.from = "a", .to = "b", .text = "both"}));
  REQUIRE(app.add_message({.from = "b", .to = "a", .text = "only a", .only_for = "a"}));
  CHECK_FALSE(app.add_message({.from = "a", .to = "b", .text = ""}));
  CHECK_FALSE(app.add_user("a,b"));
  REQUIRE(app.messages("a", "b").size() == 2);
  CHECK(app.messages("a", "b")[1].text == "only a");
  CHECK(app.messages("b", "a").size() == 1);

  const auto transport = server.transport();
  app.freeze();
  REQUIRE(transport->send(call(app, "QueryPeerMsg", kQueryBody)));
  REQUIRE(transport->send(call(app, "QueryPeerMsg", kQueryBody)));
  CHECK_THAT(app, Received({.filter = {.code = "660300005"}, .count = 1}));
  app.advance(31 * 24h);
  REQUIRE(transport->send(call(app, "QueryPeerMsg", kQueryBody)));
  CHECK(app.messages("a", "b")[0].deleted);
  CHECK_THAT(app, !Conforms());
  app.clear_requests();
  CHECK_THAT(app, Conforms());

  const std::string state = app.export_state();
  app.reset();
  CHECK(app.messages("a", "b").empty());
  REQUIRE(app.import_state(state));
  CHECK(app.export_state() == state);
  CHECK_FALSE(app.add_fault("nonsense"));
}

TEST_CASE("an App takes its settings by name, in the words of the command line") {
  test::ManualClock clock;
  MockServer server({.sockets = false, .clock = &clock});
  const auto app = server.tenant_with({{"clock", "frozen:2026-10-01T00:00:00Z"}, {"rate", "1"}});
  REQUIRE(app);
  CHECK(app->now_ms() == 1790812800000);
  const auto transport = server.transport();
  for (const char* code : {"\"Code\":660500002", "\"Code\":660300005"}) {
    const auto answer = transport->send(call(*app, "QueryPeerMsg", kQueryBody));
    REQUIRE(answer);
    CHECK(answer->body.find(code) != std::string::npos);
  }
  const auto error = [&server](const char* name, const char* value) {
    const auto none = server.tenant_with({{name, value}});
    return none ? "" : none.error().message;
  };
  CHECK(error("rates", "1").find("/rates: expected plan, retention_days, rate") == 0);
  CHECK(error("rates", "1").find("did you mean rate") != std::string::npos);
  CHECK(error("plan", "gold") == "/plan: expected free, pro, enterprise, got \"gold\"");
  CHECK(error("rate", "0").find("/rate: expected off, or calls a second from 1") == 0);
}

TEST_CASE("an App is gone with its object") {
  MockServer server({.sockets = false});
  const auto transport = server.transport();
  HttpRequest request;
  {
    MockTenant first = server.tenant();
    MockTenant app = server.tenant();
    CHECK(first.app_id() != app.app_id());
    first = std::move(app);
    request = call(first, "QueryPeerMsg", kQueryBody);
    CHECK(transport->send(request)->body.find("100000011") == std::string::npos);
  }
  CHECK(transport->send(request)->body.find("100000011") != std::string::npos);
}

TEST_CASE("a wait ends when another thread has sent enough") {
  MockServer server({.sockets = false});
  MockTenant app = server.tenant();
  std::thread sender([&] {
    const auto transport = server.transport();
    for (int i = 0; i < 3; ++i)
      static_cast<void>(transport->send(call(app, "QueryPeerMsg", kQueryBody)));
  });
  CHECK(app.wait_for(3, {.action = "QueryPeerMsg"}, 60s));
  sender.join();
  CHECK(app.count() == 3);
  CHECK(app.requests({.code = "refused"}).size() == 3);
}

TEST_CASE("a server listens when it is made, with TLS too, and two do not meet") {
  MockServer one({.tls = true});
  MockServer other;
  CHECK(one.error().empty());
  CHECK(one.url().starts_with("http://127.0.0.1:"));
  CHECK(one.tls_url().starts_with("https://127.0.0.1:"));
  CHECK(one.ca_certificate().starts_with("-----BEGIN CERTIFICATE-----"));
  CHECK(other.url() != one.url());
  CHECK(other.tls_url().empty());
  CHECK(one.control_url() == one.url() + "/_zimmock/v1");
}

TEST_CASE("an App may outlive its server") {
  auto server = std::make_unique<MockServer>();
  MockTenant app = server->tenant();
  const auto transport = server->transport();
  server.reset();
  REQUIRE(app.add_user("a"));
  CHECK(transport->send(call(app, "QueryPeerMsg", kQueryBody)));
  CHECK(app.count() == 1);
}

TEST_CASE("tenants come and go while others are served") {
  MockServer server({.sockets = false});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&server] {
      const auto transport = server.transport();
      for (int i = 0; i < 50; ++i) {
        MockTenant app = server.tenant({.calls_per_second = std::nullopt});
        static_cast<void>(app.add_message({.from = "a", .to = "b", .text = "x"}));
        static_cast<void>(app.add_fault("late-apply=1ms,first=1"));
        static_cast<void>(transport->send(call(app, "QueryPeerMsg", kQueryBody)));
        static_cast<void>(transport->send(call(app, "QueryPeerMsg", kQueryBody)));
        app.advance(1s);
        if (app.count() != 2 || app.messages("a", "b").size() != 1) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}
