#include "client/verdict.h"

#include <fmt/format.h>

namespace zimmock {
namespace {

Outcome outcome_of(Stop stop) {
  switch (stop) {
    case Stop::kCredentials:
      return Outcome::kFatal;
    case Stop::kNoConnection:
      return Outcome::kStopped;
    case Stop::kInterrupted:
      return Outcome::kInterrupted;
    case Stop::kNone:
    case Stop::kError:
      break;
  }
  return Outcome::kNotVerified;
}

std::string why(Stop stop, const std::string& message) {
  switch (stop) {
    case Stop::kCredentials:
      return "the service does not take the credentials: " + message;
    case Stop::kInterrupted:
      return "interrupted";
    default:
      return "stopped: " + message;
  }
}

}  // namespace

Verdict stopped_verdict(const MigrationPlan& plan, Stop stop, const std::string& message,
                        std::uint64_t done) {
  return {outcome_of(stop), fmt::format("not verified: {} of {} imports were made; {}", done,
                                        plan.counts.imports, why(stop, message))};
}

Verdict verdict_of(const MigrationPlan& plan, const VerifyReport& report, bool extra_allowed) {
  const ListComparison& totals = report.totals;
  if (report.stop != Stop::kNone) {
    return {outcome_of(report.stop),
            fmt::format("not verified: {} of {} imports were found in ZIM so far; {}", totals.same,
                        plan.counts.imports, why(report.stop, report.stop_message))};
  }
  if (!report.verified(extra_allowed)) {
    std::string line = fmt::format(
        "not verified: {} of {} imports are in ZIM; {} missing, {} differ, {} extra, {} unreadable",
        totals.same, plan.counts.imports, totals.missing, totals.differs, totals.extra,
        totals.unread);
    if (report.lists_out_of_order > 0) {
      line += fmt::format(", {} lists not in order", report.lists_out_of_order);
    }
    const bool only_unread = totals.missing == 0 && totals.differs == 0 && totals.extra == 0 &&
                             report.lists_out_of_order == 0 && report.refused_lists == 0;
    return {only_unread ? Outcome::kStopped : Outcome::kNotVerified, line};
  }
  std::string line = fmt::format("verified: all {} of {} imports are in ZIM, in order", totals.same,
                                 plan.counts.imports);
  if (plan.counts.left_out == 0) return {Outcome::kVerified, line};
  line +=
      fmt::format("; {} of {} records were left out", plan.counts.left_out, plan.counts.records);
  return {Outcome::kVerifiedInPart, line};
}

}  // namespace zimmock
