#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#endif
#include <zimmock/catch2.h>
#include <zimmock/mock_server.h>

#include "chat_client.h"

using namespace std::chrono_literals;

TEST_CASE("an answer that is lost does not mean that nothing happened") {
  zimmock::MockServer server;
  zimmock::MockTenant app = server.tenant();
  REQUIRE(app.add_user("alice"));
  REQUIRE(app.add_user("bob"));
  REQUIRE(app.add_fault("drop-reply,action=ImportPeerMsg,nth=2"));

  ChatClient client(server.url(), app.app_id(), app.server_secret());
  CHECK(client.import("alice", "bob", "one") == ChatClient::Outcome::kStored);
  CHECK(client.import("alice", "bob", "two") == ChatClient::Outcome::kUnknown);
  CHECK(client.import("alice", "bob", "three") == ChatClient::Outcome::kStored);

  const auto held = app.messages("alice", "bob");
  REQUIRE(held.size() == 3);
  CHECK(held[1].text == "two");
  CHECK_THAT(app, zimmock::Received({.filter = {.action = "ImportPeerMsg"}, .count = 3}));
  CHECK_THAT(app, zimmock::Received({.filter = {.fault = "drop-reply"}, .count = 1}));
  CHECK_THAT(app, zimmock::Conforms());
  CHECK_THAT(app, !zimmock::Received({.filter = {.action = "UserRegister"}, .at_least = 1}));
}

TEST_CASE("a signature is good for ten minutes") {
  zimmock::MockServer server;
  zimmock::MockTenant app = server.tenant();
  REQUIRE(app.add_user("alice"));
  REQUIRE(app.add_user("bob"));
  app.advance(11min);
  ChatClient client(server.url(), app.app_id(), app.server_secret());
  CHECK(client.import("alice", "bob", "late") == ChatClient::Outcome::kRefused);
  CHECK_THAT(app, zimmock::Received({.filter = {.rule = "auth.timestamp-fresh"}, .count = 1}));
}
