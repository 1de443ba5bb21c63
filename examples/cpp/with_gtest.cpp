#include <gtest/gtest.h>
#include <zimmock/gtest.h>
#include <zimmock/mock_server.h>

#include "chat_client.h"

namespace {

TEST(ChatClient, KeepsApartWhatIsStoredAndWhatIsUnknown) {
  zimmock::MockServer server;
  zimmock::MockTenant app = server.tenant();
  ASSERT_TRUE(app.add_user("alice"));
  ASSERT_TRUE(app.add_user("bob"));
  ASSERT_TRUE(app.add_fault("drop-reply,action=ImportPeerMsg,nth=2"));

  ChatClient client(server.url(), app.app_id(), app.server_secret());
  EXPECT_EQ(client.import("alice", "bob", "one"), ChatClient::Outcome::kStored);
  EXPECT_EQ(client.import("alice", "bob", "two"), ChatClient::Outcome::kUnknown);
  EXPECT_EQ(client.import("alice", "bob", "three"), ChatClient::Outcome::kStored);

  EXPECT_EQ(app.messages("alice", "bob").size(), 3U);
  EXPECT_EQ(app.messages("bob", "alice").size(), 0U);
  EXPECT_THAT(app, zimmock::Received({.filter = {.action = "ImportPeerMsg"}, .count = 3}));
  EXPECT_THAT(app, zimmock::Conforms());
}

// Without a socket: the same service as a Transport.
TEST(Transport, ShowsALostReplyAsAnError) {
  zimmock::MockServer server({.sockets = false});
  zimmock::MockTenant app = server.tenant();
  ASSERT_TRUE(app.add_fault("drop-reply"));
  const auto transport = server.transport();
  const auto answer = transport->send({"POST", "/?Action=UserRegister", {}, "{}", {}});
  ASSERT_TRUE(answer);  // refused, so there was no effect whose reply could be lost
  EXPECT_NE(answer->body.find("\"Code\":100000001"), std::string::npos);
}

}  // namespace
