#include "contracts/harness/verdict_policy.h"

#include "contracts/harness/import_repeats.h"
#include "contracts/harness/traffic_tally.h"
#include "tests/contracts/recorded_call.h"
#include "tests/support/catch.h"

using namespace zimmock;
using namespace zimmock::test;

namespace {

using Entry = TrafficTally::Entry;

Entry entry_of(RuleId id, bool refused, const std::string& line = "a line") {
  Entry entry;
  entry.client_broke.push_back({id, client_severity(id, refused), line});
  return entry;
}

TrafficTally tally_of(const std::vector<Entry>& entries, VerdictPolicy policy = {}) {
  TrafficTally tally(std::move(policy));
  for (const Entry& one : entries) tally.add(one, tally.exchanges() + 1);
  return tally;
}

}  // namespace

TEST_CASE("a breach fails; a note and a limit of ours do not") {
  CHECK(tally_of({entry_of(RuleId::kImportType, true)}).broken());
  CHECK(tally_of({entry_of(RuleId::kNonceFresh, false)}).broken());
  CHECK_FALSE(tally_of({entry_of(RuleId::kNonceForm, false)}).broken());
  CHECK_FALSE(tally_of({entry_of(RuleId::kRegisterNew, true)}).broken());
  const TrafficTally limited = tally_of({entry_of(RuleId::kActionEmulated, true)});
  CHECK_FALSE(limited.broken());
  CHECK(limited.limited_exchanges() == 1);
  // A profile that refuses the form says that it is a rule.
  CHECK(tally_of({entry_of(RuleId::kNonceForm, true)}).broken());
}

TEST_CASE("the judge of recorded traffic weighs by the same policy") {
  TrafficTally tally;
  Call call;
  call.nonce = "15215528852396";
  tally.add(judge_exchange(call.exchange(), {}), 1);
  CHECK_FALSE(tally.broken());
  REQUIRE(tally.findings().size() == 1);
  CHECK(tally.findings().front().rule_id == RuleId::kNonceForm);
  CHECK(tally.findings().front().severity == Severity::kNote);
  CHECK(server_severity(RuleId::kAnswerStatus, false) == Severity::kObserved);
  CHECK(server_severity(RuleId::kImportIds, false) == Severity::kBreach);
  CHECK(server_severity(RuleId::kImportIds, true) == Severity::kObserved);
}

TEST_CASE("an allowed rule does not fail, and its requests do not count as broken") {
  const std::vector<Entry> entries{entry_of(RuleId::kImportType, true),
                                   entry_of(RuleId::kImportPriority, true)};
  const TrafficTally tally = tally_of(entries, {{"import.type"}});
  CHECK(tally.broken());
  CHECK(tally.broken_exchanges() == 1);
  CHECK(tally.broken_rules(Side::kClient) == 1);
}

TEST_CASE("one broken rule is one group, whatever the findings say") {
  std::vector<Entry> entries;
  for (int i = 0; i < 9; ++i) {
    entries.push_back(entry_of(RuleId::kImportOrder, false, "earlier by " + std::to_string(i / 2)));
  }
  entries.push_back(entry_of(RuleId::kImportType, true));
  const std::vector<TrafficTally::Group> groups = tally_of(entries).groups();
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].first.line == "earlier by 0");
  CHECK(groups[0].first.first == 1);
  CHECK(groups[0].count == 9);
  CHECK(groups[0].distinct == 5);
  CHECK(groups[1].first.rule_id == RuleId::kImportType);
}

TEST_CASE("a duplicate fails unless the policy lets it pass") {
  Entry entry;
  entry.note = "stored twice";
  entry.duplicate = true;
  CHECK(tally_of({entry}).broken());
  CHECK(tally_of({entry}).duplicates() == 1);
  CHECK(tally_of({entry}).broken_exchanges() == 0);
  CHECK_FALSE(tally_of({entry}, {{}, false}).broken());
  entry.duplicate = false;
  CHECK_FALSE(tally_of({entry}).broken());
}

TEST_CASE("imports are the same by App and body, in any order of members") {
  ImportRepeats repeats;
  const json body{{"FromUserId", "ann"}, {"Message", "hi"}};
  CHECK_FALSE(repeats.add("1", body, {false, ""}));
  CHECK_FALSE(repeats.add("2", body, {true, ""}));
  const auto before = repeats.add("1", json{{"Message", "hi"}, {"FromUserId", "ann"}}, {true, "7"});
  REQUIRE(before);
  CHECK_FALSE(before->answered);
  CHECK(repeats.add("1", body, {true, ""})->msg_id == "7");
  CHECK(repeats.size() == 2);
}
