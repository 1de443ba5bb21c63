#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>

#include "client/zim_api.h"
#include "contracts/api/result.h"

namespace zimmock {

// Pages with nothing new that are borne in a row: a page may be short for messages left out of it.
inline constexpr int kMaxIdlePages = 100;

// Follows one list by Next alone, and notices when it leads nowhere.
class ListPager {
 public:
  // Of the page just read: the Next to ask with, or nothing at the list's end. An Error
  // (kUnusableAnswer) for a Next that came before, or after 100 pages in a row without a message
  // that was not in an earlier page.
  Result<std::optional<std::int64_t>> after(const QueryAnswer& page);

 private:
  std::unordered_set<std::int64_t> nexts_;
  std::unordered_set<std::size_t> messages_;  // hashes of their MsgIds
  int idle_pages_ = 0;
};

}  // namespace zimmock
