#include "client/import/setup.h"

namespace zimmock::client {
namespace {

constexpr SetupStep kSteps[] = {
    {"registered", "UserRegister", Phase::kRegistering, &CallLimits::registrations,
     [](const MigrationPlan& plan) { return plan.counts.users; },
     [](ZimApi& api, CallSite& site, const MigrationPlan& plan) {
       return register_users(api, site, plan.registrations());
     }},
};

}  // namespace

std::span<const SetupStep> setup_steps() { return kSteps; }

}  // namespace zimmock::client
