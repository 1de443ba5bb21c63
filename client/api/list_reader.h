#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "client/api/patience.h"
#include "client/api/zim_api.h"
#include "contracts/api/list_id.h"

namespace zimmock::client {

// Reads one list, WithEmptyMsg 1, 100 a page; each message goes to `take` once, which ends the
// reading with false, or with an Error. What ended it early otherwise is in the other members.
struct ListRead {
  bool complete = false;  // to its end, or as far as `take` wanted
  bool interrupted = false;
  std::uint64_t repeated = 0;  // items that came again, and were not given to `take`
  std::optional<ApiStatus> refused;
  std::optional<Error> error;
};
ListRead read_list(ZimApi& api, CallSite& site, const ListId& list,
                   const std::function<Result<bool>(const QueryItem&)>& take);

}  // namespace zimmock::client
