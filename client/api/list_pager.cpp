#include "client/api/list_pager.h"

#include <charconv>
#include <functional>
#include <string>

#include <fmt/format.h>

namespace zimmock::client {

ListPager::MessageKey ListPager::key_of(const QueryItem& item) {
  const std::string& digits = item.msg_id;
  std::uint64_t id = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size())
    id = std::hash<std::string>{}(digits);  // more digits than any documented one
  return {id, item.msg_seq};
}

std::size_t ListPager::MessageHash::operator()(const MessageKey& key) const {
  constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15U;
  return std::hash<std::uint64_t>{}(key.msg_id ^ static_cast<std::uint64_t>(key.msg_seq) * kSpread);
}

Result<std::optional<std::int64_t>> ListPager::after(QueryAnswer& page) {
  repeated_ += std::erase_if(
      page.items, [this](const QueryItem& item) { return !messages_.insert(key_of(item)).second; });
  if (page.next == 0) return std::nullopt;
  idle_pages_ = page.items.empty() ? idle_pages_ + 1 : 0;
  if (idle_pages_ >= kMaxIdlePages) {
    return fail(ErrorKind::kUnusableAnswer,
                fmt::format("QueryPeerMsg: expected the list to end, got {} pages in a row with "
                            "nothing new",
                            kMaxIdlePages));
  }
  if (!nexts_.insert(page.next).second) {
    return fail(
        ErrorKind::kUnusableAnswer,
        fmt::format("QueryPeerMsg: /Next: expected a value not returned before, got {} again",
                    page.next));
  }
  return page.next;
}

}  // namespace zimmock::client
