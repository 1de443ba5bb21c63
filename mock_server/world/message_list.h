#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contracts/api/message.h"
#include "contracts/api/operations/query_peer_msg.h"

namespace zimmock::mock {

struct StoredMessage {
  std::string sender;
  MessageContent content;  // as imported
  std::int64_t msg_id = 0;
  std::int64_t msg_seq = 0;  // position of arrival in this list, from 1
  std::int64_t msg_time_ms = 0;
  bool recalled = false;
};

// One user's list of one conversation, ordered by MsgTime and, within a millisecond, by arrival.
// Messages are never removed, only emptied, so a position stays valid while others arrive.
// Append and one page: O(log n + page). Clear: O(1). Not thread-safe.
class MessageList {
 public:
  // `later_first`: of two messages of one millisecond, the later arrival comes first.
  explicit MessageList(bool later_first) : later_first_(later_first) {}

  // Gives the message the next MsgSeq and stores it.
  const StoredMessage& append(StoredMessage message);

  // nullptr if there is none with that MsgSeq. Stays valid for the list's life.
  StoredMessage* find(std::int64_t msg_seq);

  // The first message, newest first, that is not emptied and says the same as `like` (sender, time,
  // type, content).
  StoredMessage* find_copy(const StoredMessage& like);

  // Empties every message there is now (ClearPeerMessage).
  void clear() { cleared_through_seq_ = static_cast<std::int64_t>(messages_.size()); }
  bool cleared(const StoredMessage& message) const {
    return message.msg_seq <= cleared_through_seq_;
  }

  std::int64_t cleared_through_seq() const { return cleared_through_seq_; }

  std::int64_t newest_time_ms() const { return order_.empty() ? 0 : order_.rbegin()->first; }
  std::size_t size() const { return messages_.size(); }

  // By MsgSeq, which is the index + 1.
  const std::deque<StoredMessage>& messages() const { return messages_; }

  // What is left of the message for who reads the list; older than `oldest_ms` it has expired.
  Emptied emptied(const StoredMessage& message, std::int64_t oldest_ms) const {
    if (cleared(message) || message.msg_time_ms < oldest_ms) return Emptied::kDeleted;
    return message.recalled ? Emptied::kRecalled : Emptied::kNo;
  }

  struct Page {
    std::vector<const StoredMessage*> messages;  // newest first
    bool more = false;                           // older ones follow
  };

  // Up to `count` messages that come after the one with MsgSeq `after` (0: from the newest), which
  // must exist.
  Page page(std::int64_t after, std::size_t count) const;

 private:
  using Key = std::pair<std::int64_t, std::int64_t>;  // MsgTime, rank within it; newest is greatest
  Key key_of(const StoredMessage& message) const {
    return {message.msg_time_ms, later_first_ ? message.msg_seq : -message.msg_seq};
  }
  const StoredMessage& at(const Key& key) const {
    return messages_[static_cast<std::size_t>(key.second < 0 ? -key.second : key.second) - 1];
  }

  bool later_first_;
  std::deque<StoredMessage> messages_;  // by MsgSeq; a deque, because a vector stalls to regrow
  std::set<Key> order_;
  std::int64_t cleared_through_seq_ = 0;
};

}  // namespace zimmock::mock
