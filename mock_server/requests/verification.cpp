#include "mock_server/requests/verification.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::mock {
namespace {

constexpr std::size_t kMaxListed = 20;
constexpr std::size_t kMaxNearMisses = 5;

// Collects the lines; what is said with wrong() makes the verification fail.
class Report {
 public:
  void say(std::string line) { text_ += line + "\n"; }
  void wrong(std::string line) {
    ok_ = false;
    say(std::move(line));
  }
  bool ok() const { return ok_; }
  Verification done() && { return {ok_, std::move(text_)}; }

 private:
  bool ok_ = true;
  std::string text_;
};

std::string wanted(const Expectation& expected) {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string_view words, const std::optional<std::uint64_t>& count) {
    if (count) parts.push_back(fmt::format("{} {}", words, *count));
  };
  add("exactly", expected.count);
  add("at least", expected.at_least);
  add("at most", expected.at_most);
  std::string out = fmt::format("{}{}{}", fmt::join(parts, ", "), parts.empty() ? "" : " of ",
                                expected.filter.describe());
  if (expected.chronological) out += ", in chronological order";
  if (expected.no_findings) out += ", no finding";
  return out;
}

// Requests that miss one criterion only.
void report_near_misses(const RequestJournal& journal, const RequestFilter& filter,
                        Report& report) {
  std::size_t shown = 0;
  RequestFilter after;
  after.since = filter.since;
  for (const JournalEntry& entry : journal.find(after)) {
    const auto misses = filter.misses(*entry);
    if (misses.size() != 1) continue;
    if (shown++ == 0) report.say("near misses:");
    if (shown > kMaxNearMisses) continue;
    report.say(fmt::format("  {}", request_line(*entry)));
    report.say(fmt::format("    {}", misses.front()));
  }
  if (shown > kMaxNearMisses) report.say(fmt::format("  and {} more", shown - kMaxNearMisses));
}

void list_found(const std::vector<JournalEntry>& found, Report& report) {
  for (std::size_t i = 0; i < std::min(found.size(), kMaxListed); ++i) {
    report.say(fmt::format("  {}", request_line(*found[i])));
  }
  if (found.size() > kMaxListed) {
    report.say(fmt::format("  and {} more", found.size() - kMaxListed));
  }
}

void check_count(const RequestJournal& journal, const Expectation& expected,
                 const std::vector<JournalEntry>& found, Report& report) {
  const std::uint64_t least = expected.count.value_or(expected.at_least.value_or(0));
  const std::uint64_t most = expected.count.value_or(expected.at_most.value_or(UINT64_MAX));
  const std::uint64_t got = found.size();
  if (got < least) {
    report.wrong(fmt::format("- {} missing: got {}", least - got, got));
    list_found(found, report);
    report_near_misses(journal, expected.filter, report);
  } else if (got > most) {
    report.wrong(fmt::format("+ {} too many: got {}", got - most, got));
    list_found(found, report);
  }
}

void check_order(const std::vector<JournalEntry>& found, Report& report) {
  std::map<ListId, const RequestRecord*> newest;
  for (const JournalEntry& entry : found) {
    if (!entry->send_time_ms || !entry->list) continue;
    const RequestRecord*& last = newest[*entry->list];
    if (last != nullptr && *entry->send_time_ms < *last->send_time_ms) {
      report.wrong(
          fmt::format("! out of order: {} has SendMessageTime {}, which is {} ms before "
                      "#{}'s {}",
                      request_line(*entry), *entry->send_time_ms,
                      *last->send_time_ms - *entry->send_time_ms, last->seq, *last->send_time_ms));
    } else {
      last = entry.get();
    }
  }
}

void check_findings(const std::vector<JournalEntry>& found, Report& report) {
  std::size_t shown = 0;
  for (const JournalEntry& entry : found) {
    for (const BrokenRule& broken : entry->rules_broken) {
      if (++shown > kMaxListed) continue;
      report.wrong(fmt::format("! {} {}: {}", request_line(*entry),
                               broken.refused ? "was refused" : "is reported", broken.line));
    }
  }
  if (shown > kMaxListed) report.say(fmt::format("  and {} more findings", shown - kMaxListed));
}

}  // namespace

std::string request_line(const RequestRecord& record) {
  constexpr std::size_t kDate = 11;  // YYYY-MM-DDT
  std::string line =
      fmt::format("#{} {} {}", record.seq, iso_time(record.wall_ms).substr(kDate),
                  record.action.empty() ? "(no action)" : printable_line(record.action));
  if (!record.from.empty() || !record.to.empty()) {
    line += fmt::format(" {}>{}", printable_line(record.from), printable_line(record.to));
  }
  if (record.list) line += fmt::format(" (list of {})", printable_line(record.list->owner));
  if (!record.users.empty()) line += fmt::format(" ({} users)", record.users.size());
  line += record.code == kNoCode ? " no code" : fmt::format(" code {}", record.code);
  for (std::size_t i = 0; i < record.rules_broken.size(); ++i) {
    line += fmt::format("{}{}", i == 0 ? " broke " : ", ", rule(record.rules_broken[i].rule_id).id);
  }
  if (record.attempt > 1) {
    line += fmt::format(" {} {} of #{}", record.resent ? "resent, attempt" : "attempt",
                        record.attempt, record.group);
  }
  if (!record.faults.empty()) line += fmt::format(" fault {}", fmt::join(record.faults, " "));
  if (record.effect == Effect::kPending || record.effect == Effect::kLate) {
    line += fmt::format(" effect {}", to_string(record.effect));
  }
  return line;
}

Verification verify(const RequestJournal& journal, const Expectation& expected) {
  Report report;
  report.say(fmt::format("expected {}", wanted(expected)));
  const std::vector<JournalEntry> found = journal.find(expected.filter);
  if (const std::uint64_t dropped = journal.dropped(); dropped > 0) {
    report.wrong(
        fmt::format("? cannot tell: {} older requests have fallen out of the journal; "
                    "empty it before the test, or keep more (--journal)",
                    dropped));
  }
  check_count(journal, expected, found, report);
  if (expected.chronological) check_order(found, report);
  if (expected.no_findings) check_findings(found, report);
  if (report.ok()) report.say(fmt::format("as expected: {} requests", found.size()));
  return std::move(report).done();
}

}  // namespace zimmock::mock
