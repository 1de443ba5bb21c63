#include "mock_server/world/message_list.h"

#include <limits>

namespace zimmock::mock {
namespace {

// What nobody gets back does not count.
bool says_the_same(const MessageContent& a, const MessageContent& b) {
  return a.type == b.type && a.sub_type == b.sub_type && a.body == b.body &&
         a.extended_data == b.extended_data;
}

}  // namespace

const StoredMessage& MessageList::append(StoredMessage message) {
  message.msg_seq = static_cast<std::int64_t>(messages_.size()) + 1;
  messages_.push_back(std::move(message));
  order_.insert(order_.end(), key_of(messages_.back()));
  return messages_.back();
}

StoredMessage* MessageList::find(std::int64_t msg_seq) {
  if (msg_seq < 1 || msg_seq > static_cast<std::int64_t>(messages_.size())) return nullptr;
  return &messages_[static_cast<std::size_t>(msg_seq) - 1];
}

StoredMessage* MessageList::find_copy(const StoredMessage& like) {
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  for (auto it = order_.lower_bound({like.msg_time_ms, kLowest});
       it != order_.end() && it->first == like.msg_time_ms; ++it) {
    StoredMessage& candidate = *find(at(*it).msg_seq);
    if (!candidate.recalled && !cleared(candidate) && candidate.sender == like.sender &&
        says_the_same(candidate.content, like.content)) {
      return &candidate;
    }
  }
  return nullptr;
}

MessageList::Page MessageList::page(std::int64_t after, std::size_t count) const {
  auto it = order_.end();
  if (after != 0) it = order_.find(key_of(messages_[static_cast<std::size_t>(after) - 1]));
  Page page;
  while (it != order_.begin() && page.messages.size() < count) {
    --it;
    page.messages.push_back(&at(*it));
  }
  page.more = it != order_.begin();
  return page;
}

}  // namespace zimmock::mock
