#pragma once

// What traffic may fail for: the one policy by which `exec`, `proxy` and `contract judge` weigh
// what they find.

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

enum class Side { kClient, kServer };
std::string_view to_string(Side side);  // "client", "server"

enum class Severity {
  kBreach,    // fails
  kObserved,  // of a service: nobody documents what it must do, or it may differ for its App
  kNote,      // of a client: worth knowing, and right clients do it too
  kLimit,     // of zimmock, which does not know the operation in full; no fault of the client
};
std::string_view to_string(Severity severity);  // "breach", "observed", "note", "limit"

// A client's broken rule. `refused`: the service refused the request for it, and did not only
// report it.
Severity client_severity(RuleId id, bool refused);

// A service's broken rule. `may_differ`: the service may do it otherwise for this App.
Severity server_severity(RuleId id, bool may_differ);

struct VerdictPolicy {
  std::set<std::string, std::less<>> allowed;  // ids of rules whose breaches do not fail
  // A message that is stored twice, because it was sent again after an attempt without a usable
  // answer, fails. Only who sees the storage can tell; others note that it was sent again.
  bool duplicates_fail = true;
};

}  // namespace zimmock::inline contract
