#include "contracts/harness/suite_runner.h"

#include <deque>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace zimmock;

namespace {

constexpr std::string_view kRefused =
    R"({"Code":660500002,"Message":"operator not registered","RequestId":"1"})";
constexpr std::string_view kSuccess =
    R"({"Code":0,"Message":"success","RequestId":"1","List":[],"Next":0,"ErrorList":[]})";

// A service that says the same to every call after the first, which finds out whether it is one.
class FixedService : public Target, public Transport {
 public:
  explicit FixedService(std::string_view answer) : answer_(answer) {}

  std::string name() const override { return "fixed"; }
  Needs can() const override { return can_; }
  Result<std::unique_ptr<World>> open(const WorldSettings& /*settings*/) override {
    struct Borrowed : World {
      explicit Borrowed(FixedService& of) : service(of) {}
      std::uint32_t app_id() const override { return 1; }
      const std::string& server_secret() const override { return service.secret_; }
      Transport& transport() override { return service; }
      std::int64_t now_ms() const override { return 1'790'000'000'250; }
      std::int64_t retention_days() const override { return 7; }
      Result<void> advance(std::int64_t) override { return {}; }
      Result<nlohmann::json> view(const std::string&, const std::string&,
                                  const std::string&) override {
        return nlohmann::json::array();
      }
      FixedService& service;
    };
    return std::make_unique<Borrowed>(*this);
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    sent.push_back(request);
    if (unreachable) return fail(ErrorKind::kUnreachable, "nobody listens");
    return HttpResponse{200, {{"Content-Type", content_type}}, std::string(answer_)};
  }

  std::deque<HttpRequest> sent;
  bool unreachable = false;
  std::string content_type = "application/json";
  Needs can_{true, true, true, true};

 private:
  std::string_view answer_;
  std::string secret_ = "the secret";
};

// A case of that rule: a query whose Code must be `code`.
std::string query_case(const std::string& name, const std::string& rule_id, int code) {
  return R"({"name":")" + name + R"(","rule":")" + rule_id +
         R"(","kind":"behaves","what":"x","steps":[{"call":"QueryPeerMsg","body":{},"expect":{"code":)" +
         std::to_string(code) + "}}]}";
}

std::vector<ContractCase> cases_of(const std::string& cases) {
  const std::string text = R"({"about":"x","cases":[)" + cases + "]}";
  const CaseFile files[] = {{"f", text}};
  auto read = read_cases(files);
  if (!read) FAIL(read.error().message);
  return *std::move(read);
}

struct Fixture {
  explicit Fixture(std::string_view answer = kRefused) : service(answer) {
    options.run_id = "t";
    options.only = {"f.*"};
  }
  RunResult run(const std::string& cases) {
    auto selected = select_cases(cases_of(cases), options);
    if (!selected) FAIL(selected.error().message);
    return run_suite(*selected, service, options, clock);
  }
  FixedService service;
  test::ManualClock clock;
  RunOptions options;
};

const std::string kDocumented = "query.limit", kAssumed = "query.short-pages";

const RuleResult& of(const RunResult& run, const std::string& id) {
  return run.rules[static_cast<std::size_t>(find_rule(id)->rule_id)];
}

}  // namespace

TEST_CASE("cases that pass conform, cases that fail violate") {
  Fixture fixture;
  RunResult good = fixture.run(query_case("a", kDocumented, 660500002));
  CHECK(good.outcome == RunOutcome::kConforms);
  CHECK(of(good, kDocumented).verdict == CaseVerdict::kPass);
  CHECK(good.calls == 2);

  RunResult bad = fixture.run(query_case("a", kDocumented, 660500002) + "," +
                              query_case("b", kDocumented, 660000002));
  CHECK(bad.outcome == RunOutcome::kViolated);
  CHECK(of(bad, kDocumented).verdict == CaseVerdict::kFail);
  CHECK(bad.cases[1].mismatches.front().line() ==
        "/Code: expected 660000002 (input parameter error), got 660500002 (operator (FromUserId) "
        "not registered)");
}

TEST_CASE("a rule that is assumed is observed where told, and fails otherwise") {
  Fixture fixture;
  fixture.options.observe_assumed = true;
  RunResult run =
      fixture.run(query_case("a", kAssumed, 0) + "," + query_case("b", kDocumented, 660500002));
  CHECK(run.outcome == RunOutcome::kConforms);
  CHECK(run.cases[0].verdict == CaseVerdict::kObserved);
  CHECK(of(run, kAssumed).verdict == CaseVerdict::kObserved);
  fixture.options.observe_assumed = false;
  CHECK(fixture.run(query_case("a", kAssumed, 0)).outcome == RunOutcome::kViolated);
}

TEST_CASE("what is listed as failing must fail") {
  Fixture fixture;
  fixture.options.known_failing = parse_known_cases("# a comment\n\nf.a   # ticket 7\n");
  RunResult known =
      fixture.run(query_case("a", kDocumented, 0) + "," + query_case("b", kDocumented, 660500002));
  CHECK(known.cases[0].verdict == CaseVerdict::kKnownFailure);
  CHECK(known.cases[0].why.find("ticket 7") != std::string::npos);
  CHECK(known.outcome == RunOutcome::kConforms);
  RunResult stale = fixture.run(query_case("a", kDocumented, 660500002));
  CHECK(stale.cases[0].verdict == CaseVerdict::kFixed);
  CHECK(stale.outcome == RunOutcome::kViolated);
}

TEST_CASE("what is listed as flaky may fail or pass") {
  Fixture fixture;
  fixture.options.known_flaky = {{"query.limit", ""}};
  RunResult fails =
      fixture.run(query_case("a", kDocumented, 0) + "," + query_case("b", kDocumented, 660500002));
  CHECK(fails.cases[0].verdict == CaseVerdict::kFlaky);
  CHECK(fails.cases[1].verdict == CaseVerdict::kPass);
  CHECK(fails.outcome == RunOutcome::kConforms);
}

TEST_CASE("a pattern that matches nothing is an error") {
  Fixture fixture;
  for (auto list : {&RunOptions::only, &RunOptions::skip}) {
    RunOptions options;
    (options.*list) = {"no.such*"};
    const auto selected = select_cases(cases_of(query_case("a", kDocumented, 0)), options);
    REQUIRE_FALSE(selected);
    CHECK(selected.error().kind == ErrorKind::kUsage);
  }
  RunOptions options;
  options.known_failing = {{"f.b", ""}};
  CHECK_FALSE(select_cases(cases_of(query_case("a", kDocumented, 0)), options));
}

TEST_CASE("patterns") {
  CHECK(pattern_matches("auth.*", "auth.version-present"));
  CHECK(pattern_matches("*.x*", "a.bxc.xd"));
  CHECK(pattern_matches("a*c", "abc"));
  CHECK_FALSE(pattern_matches("a*c", "abcd"));
  CHECK_FALSE(pattern_matches("auth", "auth.version-present"));
  CHECK(pattern_matches("f.one[n=1]", "f.one[n=1]"));
}

TEST_CASE("a case that needs what there is not is not applicable, and alone it is no success") {
  Fixture fixture;
  fixture.service.can_ = {false, false, false, false};
  RunResult run = fixture.run(
      R"({"name":"a","rule":"rate.per-operation","kind":"refuses","what":"x","given":{"rate":1},
      "steps":[{"call":"QueryPeerMsg","body":{},"expect":"refused"}]})");
  CHECK(run.cases[0].verdict == CaseVerdict::kNotApplicable);
  CHECK(of(run, "rate.per-operation").verdict == CaseVerdict::kNotApplicable);
  CHECK(run.outcome == RunOutcome::kIncomplete);
  CHECK(fixture.service.sent.size() == 1);
}

TEST_CASE("a case whose given fails says nothing of its rule") {
  Fixture fixture;
  RunResult run = fixture.run(
      R"({"name":"a","rule":"query.limit","kind":"refuses","what":"x","given":{"users":["alice"]},
      "steps":[{"call":"QueryPeerMsg","body":{},"expect":{"code":660500002}}]})");
  CHECK(run.cases[0].verdict == CaseVerdict::kNotExercised);
  CHECK(run.cases[0].why.find("what is given failed: UserRegister: /Code: expected 0") == 0);
  CHECK(run.outcome == RunOutcome::kIncomplete);
}

TEST_CASE("the calls that are allowed are not exceeded") {
  Fixture fixture;
  fixture.options.max_calls = 2;
  RunResult run = fixture.run(query_case("a", kDocumented, 660500002) + "," +
                              query_case("b", "query.content", 660500002));
  CHECK(fixture.service.sent.size() == 2);
  CHECK(run.cases[1].verdict == CaseVerdict::kNotExercised);
  CHECK(run.outcome == RunOutcome::kIncomplete);
}

TEST_CASE("nobody, and somebody else, are told apart from a service that is wrong") {
  Fixture nobody;
  nobody.service.unreachable = true;
  CHECK(nobody.run(query_case("a", kDocumented, 0)).outcome == RunOutcome::kUnreachable);

  Fixture page("<html>404 Not Found</html>");
  page.service.content_type = "text/html";
  const RunResult run = page.run(query_case("a", kDocumented, 0));
  CHECK(run.outcome == RunOutcome::kUnusable);
  CHECK(run.why.find("404 Not Found") != std::string::npos);
  CHECK(run.cases.empty());
}

TEST_CASE("every answer is held against the rules on answers") {
  Fixture fixture(R"({"Code":660500002,"Message":"x"})");
  RunResult run = fixture.run(query_case("a", kDocumented, 660500002));
  CHECK(run.cases[0].verdict == CaseVerdict::kPass);
  const RuleResult& rule = of(run, "answer.request-id");
  CHECK(rule.verdict == CaseVerdict::kFail);
  CHECK(rule.answers_broken == 1);
  REQUIRE(rule.answer_findings.size() == 1);
  CHECK(run.outcome == RunOutcome::kViolated);
}

TEST_CASE("a list is read to its end, and one that has none is found out") {
  Fixture fixture(R"({"Code":0,"Message":"success","RequestId":"1","List":[],"Next":5})");
  RunResult run =
      fixture.run(R"({"name":"a","rule":"query.pages-complete","kind":"behaves","what":"x",
      "steps":[{"list":{"of":"alice","with":"bob"},"expect":{"items":[]}}]})");
  REQUIRE(run.cases[0].mismatches.size() == 1);
  CHECK(run.cases[0].mismatches[0].line() == "/Next: expected 0 in the end, got 5 again");
}

TEST_CASE("a signature made with the secret is not in the record") {
  Fixture fixture(kSuccess);
  RunResult run = fixture.run(query_case("a", kDocumented, 0));
  const std::string& target = run.cases[0].calls[0].request.target;
  CHECK(target.find("Signature=***") != std::string::npos);
  CHECK(fixture.service.sent.back().target.find("Signature=***") == std::string::npos);
  CHECK(curl_line(run.cases[0].calls[0]).find("$(zimmock sign --action QueryPeerMsg)") !=
        std::string::npos);
}

TEST_CASE("a case that says nothing leaves a run incomplete, though its rule's other cases pass") {
  Fixture fixture;
  RunResult run = fixture.run(
      query_case("a", kDocumented, 660500002) + "," +
      R"({"name":"b","rule":"query.limit","kind":"behaves","what":"x","given":{"users":["alice"]},
      "steps":[{"call":"QueryPeerMsg","body":{},"expect":{"code":660500002}}]})");
  CHECK(of(run, kDocumented).verdict == CaseVerdict::kPass);
  CHECK(run.cases[1].verdict == CaseVerdict::kNotExercised);
  CHECK(run.outcome == RunOutcome::kIncomplete);
  CHECK(run.why == "1 case was not exercised");
}

TEST_CASE("a run that is interrupted is incomplete") {
  Fixture fixture;
  const auto cases = cases_of(query_case("a", kDocumented, 660500002));
  const RunResult run =
      run_suite(cases, fixture.service, fixture.options, fixture.clock, [] { return true; });
  CHECK(run.outcome == RunOutcome::kIncomplete);
  CHECK(run.why == "interrupted");
}
