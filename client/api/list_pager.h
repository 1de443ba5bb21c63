#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>

#include "client/api/zim_api.h"
#include "contracts/api/result.h"

namespace zimmock::client {

// Pages with nothing new that are borne in a row: a page may be short for messages left out of it.
inline constexpr int kMaxIdlePages = 100;

// Follows one list by Next alone. Notices when it leads nowhere, and when a message comes again,
// which pages may do that are cut from a list while it changes. Keeps a few bytes a message.
class ListPager {
 public:
  // Takes out of the page just read what has come before, then returns the Next to ask with, or
  // nothing at the list's end. An Error (kUnusableAnswer) for a Next that came before, or after 100
  // pages in a row without a message that was not in an earlier page.
  Result<std::optional<std::int64_t>> after(QueryAnswer& page);

  // How many were taken out so far.
  std::uint64_t repeated() const { return repeated_; }

 private:
  // MsgSeq as well, because a service that rounds MsgIds gives two messages one.
  struct MessageKey {
    std::uint64_t msg_id;
    std::int64_t msg_seq;
    bool operator==(const MessageKey&) const = default;
  };
  struct MessageHash {
    std::size_t operator()(const MessageKey& key) const;
  };
  static MessageKey key_of(const QueryItem& item);

  std::unordered_set<std::int64_t> nexts_;
  std::unordered_set<MessageKey, MessageHash> messages_;
  std::uint64_t repeated_ = 0;
  int idle_pages_ = 0;
};

}  // namespace zimmock::client
