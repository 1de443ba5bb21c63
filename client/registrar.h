#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/patience.h"
#include "client/zim_api.h"

namespace zimmock {

struct RegisterReport {
  std::uint64_t registered = 0;
  std::uint64_t already_there = 0;
  std::vector<RegisterFailure> refused;  // users that the service would not take
  bool interrupted = false;
  std::optional<Error> error;      // the call could not be made or its answer not used
  std::optional<ApiStatus> fatal;  // the service refused the call as a whole
};

// Registers the users in batches of 100; one that is there already is as good. Counts users on the
// site's board. Blocks until done or one of the last three members says why not.
RegisterReport register_users(ZimApi& api, CallSite& site, const std::vector<std::string>& users);

}  // namespace zimmock
