#include "contracts/harness/verdict_policy.h"

namespace zimmock::inline contract {

std::string_view to_string(Side side) { return side == Side::kClient ? "client" : "server"; }

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kBreach:
      return "breach";
    case Severity::kObserved:
      return "observed";
    case Severity::kNote:
      return "note";
    case Severity::kLimit:
      return "limit";
  }
  return "";
}

Severity client_severity(RuleId id, bool refused) {
  switch (id) {
    case RuleId::kActionEmulated:
      return Severity::kLimit;
    // The vendor's own sample URL has 14 digits, and its own code base36: one page says 16 hex
    // characters, another "a random string". A profile can have them refused.
    case RuleId::kNonceForm:
      return refused ? Severity::kBreach : Severity::kNote;
    // The vendor documents the answer as the normal one for a user that exists, and builds on it.
    case RuleId::kRegisterNew:
      return Severity::kNote;
    default:
      return Severity::kBreach;
  }
}

Severity server_severity(RuleId id, bool may_differ) {
  return may_differ || rule(id).mark == Mark::kAssumed ? Severity::kObserved : Severity::kBreach;
}

}  // namespace zimmock::inline contract
