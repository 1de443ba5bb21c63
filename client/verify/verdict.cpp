#include "client/verify/verdict.h"

#include <fmt/format.h>

namespace zimmock::client {
namespace {

Outcome outcome_of(Stop stop) {
  switch (stop) {
    case Stop::kCredentials:
      return Outcome::kFatal;
    case Stop::kNoConnection:
    case Stop::kJournal:
      return Outcome::kStopped;
    case Stop::kInterrupted:
      return Outcome::kInterrupted;
    case Stop::kNone:
    case Stop::kEarlierImports:
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
  const bool goes_on = stop != Stop::kError && stop != Stop::kEarlierImports;
  return {outcome_of(stop),
          fmt::format("not verified: {} of {} imports were made; {}{}", done, plan.counts.imports,
                      why(stop, message), goes_on ? "; the same command goes on from there" : "")};
}

Verdict verdict_of(const MigrationPlan& plan, const VerifyReport& report,
                   const ImportReport* import, const Quarantine& quarantine, bool extra_allowed) {
  const ListComparison& totals = report.totals;
  const std::uint64_t quarantined = quarantine.entries().size();
  const std::uint64_t expected = plan.counts.imports - quarantined;
  if (report.stop != Stop::kNone) {
    return {outcome_of(report.stop),
            fmt::format("not verified: {} of {} imports were found in ZIM so far; {}", totals.same,
                        expected, why(report.stop, report.stop_message))};
  }
  std::string left_out;
  if (quarantined > 0)
    left_out += fmt::format("; {} were refused and are quarantined", quarantined);
  if (plan.counts.left_out > 0) {
    left_out +=
        fmt::format("; {} of {} records were left out", plan.counts.left_out, plan.counts.records);
  }
  if (!report.verified(extra_allowed)) {
    std::string line = fmt::format(
        "not verified: {} of {} imports are in ZIM; {} missing, {} differ, {} extra, {} unreadable",
        totals.same, expected, totals.missing, totals.differs, totals.extra, totals.unread);
    if (report.lists_out_of_order > 0) {
      line += fmt::format(", {} lists not in order", report.lists_out_of_order);
    }
    const std::size_t stopped = import == nullptr ? 0 : import->stopped_lanes.size();
    if (stopped > 0) line += fmt::format("; {} lists stopped on the way", stopped);
    const bool as_read = totals.differs == 0 && report.lists_out_of_order == 0 &&
                         (extra_allowed || totals.extra == 0) && report.refused_lists == 0;
    Outcome outcome = Outcome::kNotVerified;
    if (as_read && totals.missing == 0) outcome = Outcome::kStopped;
    if (as_read && totals.unread == 0 && stopped > 0 &&
        totals.missing <= import->unresolved + import->not_sent) {
      outcome = Outcome::kUnresolved;
    }
    return {outcome, line + left_out};
  }
  const std::string line =
      fmt::format("verified: all {} of {} imports are in ZIM, in order", totals.same, expected);
  if (import != nullptr && !import->stopped_lanes.empty()) {
    return {Outcome::kUnresolved, fmt::format("{}; but {} lists stopped on the way{}", line,
                                              import->stopped_lanes.size(), left_out)};
  }
  return {left_out.empty() ? Outcome::kVerified : Outcome::kVerifiedInPart, line + left_out};
}

}  // namespace zimmock::client
