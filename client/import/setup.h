#pragma once

// The steps that prepare a service for an import. A migration does each of them once.

#include <cstdint>
#include <span>
#include <string_view>

#include "client/api/patience.h"
#include "client/api/progress.h"
#include "client/api/registrar.h"
#include "client/api/zim_api.h"
#include "client/plan/plan.h"

namespace zimmock::client {

struct SetupStep {
  std::string_view name;       // stands in journals: it stays
  std::string_view operation;  // that it calls
  Phase phase;
  RateLimiter CallLimits::*limiter;
  std::uint64_t (*total)(const MigrationPlan& plan);  // what there is to set up
  // Counts on the site's board. Blocks until all is done, or the report says why not.
  RegisterReport (*run)(ZimApi& api, CallSite& site, const MigrationPlan& plan);
};

// In the order in which they run.
std::span<const SetupStep> setup_steps();

}  // namespace zimmock::client
