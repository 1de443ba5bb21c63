#include "contracts/harness/run_diff.h"

#include "contracts/api/profile.h"
#include "contracts/harness/calibration.h"
#include "tests/support/catch.h"
#include "tests/support/made_up_run.h"

using namespace zimmock;
using namespace zimmock::test;
using enum zimmock::CaseVerdict;

namespace {

constexpr CaseKind kAccepts = CaseKind::kAccepts, kRefuses = CaseKind::kRefuses;

RunResult mock_run() { return empty_run("mock", false); }
RunResult real_run() { return empty_run("https://zim-api.zego.im", true); }

const RuleDiff& of(const RunDiff& diff, RuleId id) {
  return diff.rules[static_cast<std::size_t>(id)];
}

// The class of a rule whose only case had these verdicts; a broken one got `a_got` or `b_got`.
DiffClass class_of(RuleId id, bool a_real, CaseVerdict a_verdict, bool b_real,
                   CaseVerdict b_verdict, std::int64_t a_got = 0, std::int64_t b_got = 0) {
  RunResult a = empty_run("a", a_real), b = empty_run("b", b_real);
  add_code_case(a, id, "one", kRefuses, a_verdict, 660000002, a_got);
  add_code_case(b, id, "one", kRefuses, b_verdict, 660000002, b_got);
  return of(diff_runs(a, b), id).diff_class;
}

Calibration calibrated(RuleId id, CaseKind kind, CaseVerdict verdict, std::int64_t expected,
                       std::int64_t got) {
  RunResult real = real_run();
  add_code_case(real, id, "one", kind, verdict, expected, got);
  return calibrate(real);
}

// A case whose answers had Code 0 and something else at `where`.
Calibration calibrated_content(RuleId id, std::string where) {
  RunResult real = real_run();
  CaseResult& one = add_code_case(real, id, "one", CaseKind::kBehaves, kObserved, 0, 0);
  one.mismatches.front() = {0, std::move(where), "number 1", "number 2"};
  return calibrate(real);
}

Profile profile_of(const Calibration& calibration) {
  const auto profile = parse_profile(calibration.profile.dump(), "p.json");
  REQUIRE(profile);
  return *profile;
}

// The settings that are not at their default.
std::string changed(const Calibration& calibration) {
  const Profile profile = profile_of(calibration), standard = default_profile();
  std::string out;
  for (const Setting& setting : settings()) {
    if (setting.value(profile) == setting.value(standard)) continue;
    out += std::string(setting.name) + "=" + setting.value(profile) + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("a mock is wrong where the real service keeps a rule that it breaks") {
  const RuleId id = RuleId::kImportType;
  CHECK(class_of(id, false, kFail, true, kPass) == DiffClass::kMockWrong);
  CHECK(class_of(id, true, kPass, false, kFail) == DiffClass::kMockWrong);
  CHECK(class_of(id, false, kKnownFailure, true, kPass) == DiffClass::kMockWrong);
  CHECK(class_of(id, false, kPass, true, kPass) == DiffClass::kSame);
}

TEST_CASE("a document is wrong or silent where the real service does otherwise") {
  CHECK(class_of(RuleId::kImportType, false, kPass, true, kFail) == DiffClass::kDocumentWrong);
  CHECK(class_of(RuleId::kImportTypeCommand, true, kKnownFailure, false, kNotApplicable) ==
        DiffClass::kDocumentWrong);
  CHECK(class_of(RuleId::kImportTimeTooOld, false, kPass, true, kObserved) ==
        DiffClass::kDocumentSilent);
  // Both did it: the documents are of another mind all the same.
  CHECK(class_of(RuleId::kImportType, true, kFail, true, kFail) == DiffClass::kDocumentWrong);
}

TEST_CASE("two runs against the real service that differ show a change") {
  const RuleId id = RuleId::kImportTimeTooOld;
  CHECK(class_of(id, true, kPass, true, kObserved) == DiffClass::kChanged);
  CHECK(class_of(id, true, kObserved, true, kObserved, 1, 2) == DiffClass::kChanged);
  CHECK(class_of(id, true, kObserved, true, kObserved, 2, 2) == DiffClass::kDocumentSilent);
  CHECK(class_of(id, true, kPass, true, kPass) == DiffClass::kSame);
}

TEST_CASE("what the real service was not asked is unverified") {
  const RuleId id = RuleId::kImportType;
  for (const CaseVerdict verdict : {kNotApplicable, kNotExercised, kFlaky}) {
    CHECK(class_of(id, false, kPass, true, verdict) == DiffClass::kUnverified);
    CHECK(class_of(id, false, verdict, true, kPass) == DiffClass::kUnverified);
    CHECK(class_of(id, true, verdict, true, kPass) == DiffClass::kUnverified);
  }
  RunResult mock = mock_run(), real = real_run();
  add_code_case(mock, id, "one", kRefuses, kPass, 0, 0);
  const RunDiff diff = diff_runs(mock, real);
  CHECK(of(diff, id).diff_class == DiffClass::kUnverified);
  CHECK(of(diff, id).cases.front().b == "not in the run");
  CHECK(of(diff, RuleId::kImportPriority).diff_class == DiffClass::kUnverified);
  CHECK(diff.differing() == 0);
}

TEST_CASE("without the real service nothing is called same, and what differs is named") {
  RunResult a = mock_run(), b = mock_run();
  add_code_case(a, RuleId::kImportType, "one", kRefuses, kPass, 0, 0);
  add_code_case(b, RuleId::kImportType, "one", kRefuses, kFail, 660000002, 0);
  add_code_case(a, RuleId::kImportPriority, "two", kRefuses, kPass, 0, 0);
  add_code_case(b, RuleId::kImportPriority, "two", kRefuses, kPass, 0, 0);
  const RunDiff diff = diff_runs(a, b);
  CHECK_FALSE(diff.verified());
  CHECK(diff.count(DiffClass::kUnverified) == kRuleCount);
  CHECK(diff.differing() == 1);
  CHECK(of(diff, RuleId::kImportType).differs);
  const std::string text = to_text(diff);
  CHECK(has(text, "UNVERIFIED: neither run is against the real service"));
  CHECK(has(text, "unverified, A and B differ\n"));
  CHECK(
      has(text, "  one: unverified\n    A  pass\n    B  fail: /Code: expected 660000002, got 0\n"));
  CHECK_FALSE(has(text, "same"));
  CHECK(text.ends_with(std::to_string(kRuleCount) + " rules: " + std::to_string(kRuleCount) +
                       " unverified, 1 differ\n"));
}

TEST_CASE("the gravest case makes a rule's class, and a rule says how much of it was compared") {
  RunResult mock = mock_run(), real = real_run();
  const RuleId id = RuleId::kImportType;
  for (const auto& [name, verdict] :
       {std::pair("kept", kPass), {"asked of neither", kNotApplicable}, {"broken", kFail}}) {
    add_code_case(mock, id, name, kRefuses, verdict, 660000002, 0);
    add_code_case(real, id, name, kRefuses, verdict == kFail ? kPass : verdict, 0, 0);
  }
  const RunDiff diff = diff_runs(mock, real);
  CHECK(of(diff, id).diff_class == DiffClass::kMockWrong);
  CHECK(of(diff, id).compared == 2);
  CHECK(of(diff, id).cases.size() == 3);
  const std::string text = to_text(diff);
  CHECK(has(text, "mock wrong, 2 of 3 cases compared\n"));
  CHECK(has(text, "import.type: mock wrong\n  inferred: MessageType is"));
  CHECK(has(text,
            " rules: 0 same, 1 mock wrong, 0 document wrong, 0 document silent, 0 changed "
            "since, " +
                std::to_string(kRuleCount - 1) + " unverified, 1 differ\n"));
}

TEST_CASE("rules on answers are compared by what was found of every answer") {
  RunResult mock = mock_run(), real = real_run();
  const RuleId id = RuleId::kAnswerRequestId;
  add_code_case(real, RuleId::kImportType, "one", kRefuses, kPass, 0, 0);
  result_of(mock, id).answers_checked = result_of(real, id).answers_checked = 5;
  CHECK(of(diff_runs(mock, real), id).diff_class == DiffClass::kSame);
  result_of(real, id).answers_broken = 1;
  result_of(real, id).answer_findings.push_back({{id, "/RequestId", "a string", "nothing"}, 0, 0});
  const RunDiff diff = diff_runs(mock, real);
  CHECK(of(diff, id).diff_class == DiffClass::kDocumentWrong);
  CHECK(of(diff, id).cases.front().b ==
        "1 of 5 answers broken: /RequestId: expected a string, got nothing");
}

TEST_CASE("runs of two contracts say so") {
  RunResult a = mock_run(), b = real_run();
  CHECK_FALSE(has(to_text(diff_runs(a, b)), "a rule may have changed"));
  a.contract_version = "2025-01";
  CHECK(has(to_text(diff_runs(a, b)),
            "the runs are of contract 2025-01 and contract 2026-08: a rule may have changed\n"));
  CHECK(to_json(diff_runs(a, b))["same_contract"] == false);
}

TEST_CASE("the data of a comparison has every rule") {
  RunResult mock = mock_run(), real = real_run();
  add_code_case(mock, RuleId::kImportType, "one", kRefuses, kFail, 660000002, 0);
  add_code_case(real, RuleId::kImportType, "one", kRefuses, kPass, 0, 0);
  const nlohmann::json data = to_json(diff_runs(mock, real));
  CHECK(data["verified"] == true);
  CHECK(data["rules"].size() == kRuleCount);
  CHECK(data["counts"]["mock_wrong"] == 1);
  const auto& row = data["rules"][static_cast<std::size_t>(RuleId::kImportType)];
  CHECK(row["class"] == "mock_wrong");
  CHECK(row["a"] == "fail");
  CHECK(row["b"] == "pass");
  CHECK(row["cases"][0]["a"] == "fail: /Code: expected 660000002, got 0");
}

TEST_CASE("a run that kept everything calibrates nothing") {
  const Calibration none = calibrated(RuleId::kImportType, kRefuses, kPass, 0, 0);
  CHECK(none.profile == nlohmann::json::parse(R"({"base":"default","settings":{},"codes":{}})"));
  CHECK(none.taken.empty());
  CHECK(none.left_out.empty());
}

TEST_CASE("another Code of a refusal becomes the rule's code") {
  const Calibration one =
      calibrated(RuleId::kImportTimeTooOld, kRefuses, kObserved, 660000002, 660600021);
  CHECK(profile_of(one).code(RuleId::kImportTimeTooOld) == 660600021);
  CHECK(one.taken == std::vector<std::string>{"import.send-time-in-retention: refused with "
                                              "660600021, not 660000002: its code is 660600021"});
  CHECK(one.left_out.empty());
  // The same for a documented rule, and for one that was listed as failing.
  CHECK(profile_of(calibrated(RuleId::kImportTimeFuture, kRefuses, kKnownFailure, 660800046, 2))
            .code(RuleId::kImportTimeFuture) == 2);
}

TEST_CASE("a rule that was refused with several codes keeps its own") {
  RunResult real = real_run();
  const RuleId id = RuleId::kImportTimeTooOld;
  add_code_case(real, id, "one", kRefuses, kObserved, 660000002, 660600021);
  add_code_case(real, id, "two", kRefuses, kPass, 660000002, 660000002);
  Calibration both = calibrate(real);
  CHECK(both.profile["codes"].empty());
  REQUIRE(both.left_out.size() == 1);
  CHECK(has(both.left_out.front(), "refused with 660600021 and as documented"));
  real = real_run();
  add_code_case(real, id, "one", kRefuses, kObserved, 660000002, 660600021);
  add_code_case(real, id, "two", kRefuses, kObserved, 660000002, 2);
  both = calibrate(real);
  CHECK(both.profile["codes"].empty());
  CHECK(has(both.left_out.front(), "refused with 2 and 660600021"));
}

TEST_CASE("what a busy service answers, and a case that was not prepared, determine nothing") {
  for (const std::int64_t code : {1, 7, 105001, 100000015, 660300005, 660700001}) {
    CAPTURE(code);
    const Calibration busy =
        calibrated(RuleId::kImportTimeTooOld, kRefuses, kObserved, 660000002, code);
    CHECK(busy.profile["codes"].empty());
    CHECK(busy.left_out.size() == 1);
  }
  RunResult real = real_run();
  CaseResult& one = add_code_case(real, RuleId::kImportOrder, "one", kAccepts, kObserved, 0, 2);
  one.calls.front().action = "UserRegister";
  one.calls.push_back(one.calls.front());
  CHECK(changed(calibrate(real)).empty());
  one.calls.front().response.reset();
  CHECK(has(calibrate(real).left_out.front(), "there was no answer with a Code"));
}

TEST_CASE("a setting follows from what was observed otherwise") {
  constexpr std::int64_t kInvalid = 660000002;
  struct Row {
    RuleId id;
    CaseKind kind;
    std::int64_t expected, got;
    const char* settings;
  };
  for (const Row& row : std::initializer_list<Row>{
           {RuleId::kMemberOnce, kRefuses, kInvalid, 0, "refuse_duplicate_members=false "},
           {RuleId::kMemberKnown, kAccepts, 0, kInvalid, "refuse_unknown_members=true "},
           {RuleId::kNonceForm, kAccepts, 0, kInvalid, "nonce_must_be_hex16=true "},
           {RuleId::kNonceFresh, kAccepts, 0, kInvalid, "refuse_reused_nonce=true "},
           {RuleId::kQueryHyphen, kAccepts, 0, kInvalid, "refuse_hyphen_in_query=true "},
           {RuleId::kImportUnsupportedField, kAccepts, 0, kInvalid,
            "refuse_unsupported_fields=true "},
           {RuleId::kImportOrder, kAccepts, 0, kInvalid, "refuse_out_of_order_import=true "},
           {RuleId::kRateBuckets, CaseKind::kBehaves, 0, 660300005,
            "rate_shared_by_operations=true "},
           {RuleId::kRateSliding, CaseKind::kBehaves, 660300005, 0, "rate_fixed_second=true "}}) {
    CAPTURE(row.settings);
    const Calibration one = calibrated(row.id, row.kind, kObserved, row.expected, row.got);
    CHECK(changed(one) == row.settings);
    CHECK(one.profile["codes"].empty());
    CHECK(one.taken.size() == 1);
    CHECK(one.left_out.empty());
  }
  CHECK(changed(calibrated_content(RuleId::kQueryMsgTime, "/List/0/MsgTime")) ==
        "msg_time_is_arrival=true ");
  CHECK(changed(calibrated_content(RuleId::kQueryTies, "/List/0/MsgBody")) ==
        "tie_later_import_first=false ");
  CHECK(changed(calibrated_content(RuleId::kRevokeReceiver, "/List/0/IsEmpty")) ==
        "recall_reaches_receiver=false ");
  CHECK(changed(calibrated_content(RuleId::kQueryMsgTime, "/List/0/MsgId")).empty());
}

TEST_CASE("a call that got as far as its unregistered users was accepted") {
  const Calibration taken =
      calibrated(RuleId::kMemberOnce, kRefuses, kObserved, 660000002, 660500002);
  CHECK(changed(taken) == "refuse_duplicate_members=false ");
  CHECK(taken.profile["codes"].empty());
  const Calibration left = calibrated(RuleId::kImportType, kRefuses, kFail, 660000002, 660700015);
  CHECK(left.profile["codes"].empty());
  CHECK(left.left_out.size() == 1);
  // Of the rules on registration themselves it is the other Code that they were refused with.
  CHECK(
      profile_of(calibrated(RuleId::kReceiverRegistered, kRefuses, kObserved, 660700015, 660500002))
          .code(RuleId::kReceiverRegistered) == 660500002);
}

TEST_CASE("a refusal that a setting makes has the code that was seen") {
  const Calibration one =
      calibrated(RuleId::kImportUnsupportedField, kAccepts, kObserved, 0, 660600021);
  CHECK(profile_of(one).refuse_unsupported_fields);
  CHECK(profile_of(one).code(RuleId::kImportUnsupportedField) == 660600021);
}

TEST_CASE("the HTTP status of refusals is taken if it is one") {
  RunResult real = real_run();
  add_code_case(real, RuleId::kImportType, "one", kRefuses, kPass, 0, 660000002)
      .calls.front()
      .response->status = 400;
  add_code_case(real, RuleId::kImportType, "two", kAccepts, kPass, 0, 0);
  CHECK(changed(calibrate(real)).empty());  // nobody found the rule broken
  RuleResult& rule = result_of(real, RuleId::kAnswerStatus);
  rule.answers_broken = 1;
  rule.answer_findings.push_back({{RuleId::kAnswerStatus, "", "HTTP 200", "HTTP 400"}, 0, 0});
  CHECK(changed(calibrate(real)) == "error_http_status=400 ");
  add_code_case(real, RuleId::kImportType, "three", kRefuses, kPass, 0, 660000002)
      .calls.front()
      .response->status = 403;
  const Calibration both = calibrate(real);
  CHECK(changed(both).empty());
  CHECK(both.left_out == std::vector<std::string>{"answer.http-status: answers had HTTP 400 and "
                                                  "403 too: no setting says so"});
}

TEST_CASE("what no setting can express is listed") {
  const Calibration accepted = calibrated(RuleId::kImportType, kRefuses, kFail, 660000002, 0);
  CHECK(accepted.left_out == std::vector<std::string>{"import.type: one: /Code: expected "
                                                      "660000002, got 0: no setting says so"});
  RunResult real = real_run();
  add_code_case(real, RuleId::kImportType, "one", kRefuses, kPass, 0, 0);
  RuleResult& rule = result_of(real, RuleId::kAnswerRequestId);
  rule.answers_checked = rule.answers_broken = 1;
  rule.answer_findings.push_back({{rule.rule_id, "/RequestId", "a string", "nothing"}, 0, 0});
  CHECK(calibrate(real).left_out ==
        std::vector<std::string>{"answer.request-id: 1 of 1 answers: /RequestId: expected a "
                                 "string, got nothing: no setting says so"});
}
