// The judge of traffic, by the traffic of the contract's suite: it blames no mock that is right,
// and finds wrong ones by what passes alone.

#include <set>
#include <string>
#include <vector>

#include "contracts/harness/contract_case.h"
#include "contracts/harness/suite_runner.h"
#include "contracts/harness/traffic_judge.h"
#include "contracts/harness/traffic_tally.h"
#include "mock_server/contract_target.h"
#include "tests/support/catch.h"
#include "tests/wrong/wrong_mock.h"
#include "zimmock/system_clock.h"

using namespace zimmock;

namespace {

// Judges what passes. The clocks of the Apps are their own, so the time is not known.
class JudgedTransport : public Transport {
 public:
  JudgedTransport(Transport& to, TrafficTally& tally, const Profile& profile)
      : to_(to), tally_(tally), judge_(options(profile)) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    auto response = to_.send(request);
    RecordedExchange exchange{request, std::nullopt, std::nullopt};
    if (response) exchange.response = *response;
    tally_.add(judge_.judge(exchange), tally_.exchanges() + 1);
    return response;
  }

 private:
  static JudgeOptions options(const Profile& profile) {
    JudgeOptions out;
    out.profile = profile;
    out.calls_per_second.reset();
    return out;
  }

  Transport& to_;
  TrafficTally& tally_;
  TrafficJudge judge_;
};

// The suite, judged call by call; against a wrong mock, the cases of its rule.
TrafficTally judged_suite(const WrongMock* wrong, const Profile& profile = default_profile()) {
  static const auto all_cases = read_cases(embedded_case_files());
  REQUIRE(all_cases);
  std::vector<ContractCase> cases;
  for (const ContractCase& one : *all_cases) {
    if (wrong == nullptr || one.rule_id == wrong->rule_id) cases.push_back(one);
  }
  const SystemClock clock;
  mock::Service service(clock);
  if (wrong != nullptr) service.set_behaviour(*wrong);
  mock::LoopbackTransport loopback(service);
  TrafficTally tally;
  JudgedTransport transport(loopback, tally, profile);
  mock::MockTarget target(service, transport);
  RunOptions options;
  options.run_id = "judged";
  options.profile = profile;
  const RunResult run = run_suite(cases, target, options, clock);
  if (wrong == nullptr) CHECK(run.why == "");
  return tally;
}

std::set<RuleId> blamed(const TrafficTally& tally) {
  std::set<RuleId> out;
  for (const TrafficTally::Row& row : tally.rows()) {
    if (row.side == Side::kServer && row.broken > 0) out.insert(row.rule_id);
  }
  return out;
}

void blames_nothing(const Profile& profile) {
  const TrafficTally tally = judged_suite(nullptr, profile);
  for (const TrafficTally::Distinct& found : tally.findings()) {
    if (found.side != Side::kServer) continue;
    CAPTURE(found.line, found.first);
    CHECK(found.severity == Severity::kObserved);
  }
}

}  // namespace

TEST_CASE("an honest mock is blamed for nothing, whatever the suite sends it") {
  const TrafficTally tally = judged_suite(nullptr);
  CHECK(tally.exchanges() > 500);
  for (const TrafficTally::Distinct& found : tally.findings()) {
    if (found.side != Side::kServer) continue;
    CAPTURE(found.line, found.first);
    CHECK(found.severity == Severity::kObserved);
  }
  CHECK(tally.broken_rules(Side::kClient) > 30);  // the suite breaks rules on purpose
}

TEST_CASE(
    "a mock that leaves out zeros by its profile conforms, and is blamed for nothing, by it") {
  Profile absent;
  absent.zeros = ZeroValues::kAbsent;
  blames_nothing(absent);
}

TEST_CASE("a mock that sends null by its profile conforms, and is blamed for nothing, by it") {
  Profile null;
  null.zeros = ZeroValues::kNull;
  blames_nothing(null);
}

TEST_CASE(
    "a mock with codes of its own by its profile conforms, and is blamed for nothing, by it") {
  Profile codes;
  codes.codes = {{RuleId::kQueryUserRegistered, 4711},
                 {RuleId::kRegisterNew, 4712},
                 {RuleId::kImportTimeFuture, 4713},
                 {RuleId::kUserIdLength, 4714},
                 {RuleId::kRate, 4715},
                 {RuleId::kRevokeFound, 4716},
                 {RuleId::kMessageLength, 4717},
                 {RuleId::kImportType, 4718}};
  blames_nothing(codes);
}

TEST_CASE("a wrong mock is blamed for the rule that it breaks, where what passes shows it") {
  for (const char* name : {"answer.is-json/html-type",
                           "answer.code/unlisted",
                           "answer.message/ok",
                           "answer.request-id/number",
                           "action.known/ignored",
                           "auth.app-id-format/ignored",
                           "user-id.max-32-bytes/ignored",
                           "user-id.max-32-bytes/edge-exclusive",
                           "register.max-100-users/edge-exclusive",
                           "register.partial-success/code",
                           "register.partial-success/no-subcode",
                           "register.all-fail/code-0",
                           "register.user-name-max-256-bytes/one-more",
                           "import.type-not-command/ignored",
                           "import.sub-msg-type-range/takes-201",
                           "import.answer-ids/number",
                           "body.message-max-bytes/edge-exclusive",
                           "media.url-max-500-bytes/one-more",
                           "multi.1-to-20-items/none",
                           "query.limit/not-clamped",
                           "query.newest-first/ascending",
                           "query.pages-complete/overlap",
                           "query.hides-empty/shown-always",
                           "query.item-members/isempy",
                           "query.msg-id-exact/double",
                           "query.media-url-encoded/plain",
                           "query.not-returned/uid"}) {
    CAPTURE(name);
    const WrongMock* wrong = find_wrong_mock(name);
    REQUIRE(wrong != nullptr);
    CHECK(blamed(judged_suite(wrong)).contains(wrong->rule_id));
  }
}
