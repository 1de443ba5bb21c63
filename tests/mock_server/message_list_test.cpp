#include "mock_server/world/message_list.h"

#include "tests/support/catch.h"

using namespace zimmock;

namespace {

mock::StoredMessage at(std::int64_t time_ms, std::string text = "t") {
  mock::StoredMessage message;
  message.sender = "a";
  message.content.type = 1;
  message.content.body = std::move(text);
  message.msg_time_ms = time_ms;
  return message;
}

std::vector<std::int64_t> seqs(const mock::MessageList::Page& page) {
  std::vector<std::int64_t> out;
  for (const mock::StoredMessage* message : page.messages) out.push_back(message->msg_seq);
  return out;
}
using Seqs = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a list is read newest first; within a millisecond the later arrival first") {
  mock::MessageList list(true);
  for (const std::int64_t time : {10, 20, 20, 15, 20}) list.append(at(time));
  CHECK(seqs(list.page(0, 10)) == Seqs{5, 3, 2, 4, 1});
  CHECK(seqs(list.page(0, 2)) == Seqs{5, 3});
  CHECK(seqs(list.page(3, 2)) == Seqs{2, 4});
  CHECK(list.page(3, 2).more);
  CHECK_FALSE(list.page(2, 2).more);
  CHECK(list.page(1, 2).messages.empty());
}

TEST_CASE("the other order of ties") {
  mock::MessageList list(false);
  for (const std::int64_t time : {10, 20, 20}) list.append(at(time));
  CHECK(seqs(list.page(0, 10)) == Seqs{2, 3, 1});
  CHECK(seqs(list.page(2, 10)) == Seqs{3, 1});
}

TEST_CASE("clearing empties what is there and nothing that comes later") {
  mock::MessageList list(true);
  list.append(at(1));
  list.clear();
  list.append(at(2));
  CHECK(list.cleared(*list.find(1)));
  CHECK_FALSE(list.cleared(*list.find(2)));
}

TEST_CASE("a copy is found by what it says, and only while it is not emptied") {
  mock::MessageList list(true);
  list.append(at(5, "x"));
  list.append(at(5, "y"));
  list.append(at(5, "y"));
  CHECK(list.find_copy(at(5, "y"))->msg_seq == 2);
  list.find(2)->recalled = true;
  CHECK(list.find_copy(at(5, "y"))->msg_seq == 3);
  CHECK(list.find_copy(at(6, "y")) == nullptr);
  list.clear();
  CHECK(list.find_copy(at(5, "x")) == nullptr);
  CHECK(list.find(0) == nullptr);
  CHECK(list.find(4) == nullptr);
}
