#include "client/api/list_reader.h"

#include "client/api/list_pager.h"

namespace zimmock::client {

ListRead read_list(ZimApi& api, CallSite& site, const ListId& list,
                   const std::function<Result<bool>(const QueryItem&)>& take) {
  ListRead out;
  QueryPeerMsg request{list, kMaxQueryLimit, 0, true};
  ListPager pager;
  while (true) {
    auto answer = call_patiently(site, [&] { return api.query_peer_msg(request); });
    if (!answer) {
      out.interrupted = true;
      return out;
    }
    if (!*answer) {
      out.error = answer->error();
      return out;
    }
    if (!(*answer)->status.ok()) {
      out.refused = (*answer)->status;
      return out;
    }
    QueryAnswer& page = (*answer)->value;
    const auto next = pager.after(page);
    out.repeated = pager.repeated();
    for (const QueryItem& item : page.items) {
      const auto more = take(item);
      if (!more) out.error = more.error();
      if (more && !*more) out.complete = true;
      if (out.error || out.complete) return out;
    }
    if (!next) {
      out.error = next.error();
      return out;
    }
    if (!*next) {
      out.complete = true;
      return out;
    }
    request.next = **next;
  }
}

}  // namespace zimmock::client
