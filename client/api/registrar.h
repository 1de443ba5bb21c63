#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/api/patience.h"
#include "client/api/zim_api.h"

namespace zimmock::client {

struct RegisterReport {
  std::uint64_t registered = 0;
  std::uint64_t already_there = 0;
  std::uint64_t names_refused = 0;       // names that the service would not take
  std::vector<RegisterFailure> refused;  // users that the service would not take
  bool interrupted = false;
  std::optional<Error> error;      // the call could not be made or its answer not used
  std::optional<ApiStatus> fatal;  // the service refused the call as a whole
};

// Registers the users in batches of 100; one that is there already is as good, and keeps the name
// and the avatar that it has. A user whose name or avatar the service refuses is registered without
// both. Counts users on the
// site's board. Blocks until done or one of the last three members says why not.
RegisterReport register_users(ZimApi& api, CallSite& site, const std::vector<RegisterUser>& users);

}  // namespace zimmock::client
