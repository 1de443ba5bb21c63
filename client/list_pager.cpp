#include "client/list_pager.h"

#include <functional>

#include <fmt/format.h>

namespace zimmock {

Result<std::optional<std::int64_t>> ListPager::after(const QueryAnswer& page) {
  if (page.next == 0) return std::nullopt;
  bool something_new = false;
  for (const QueryItem& item : page.items) {
    if (messages_.insert(std::hash<std::string>{}(item.msg_id)).second) something_new = true;
  }
  idle_pages_ = something_new ? 0 : idle_pages_ + 1;
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

}  // namespace zimmock
