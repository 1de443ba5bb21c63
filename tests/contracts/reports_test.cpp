#include "contracts/harness/reports/report.h"

#include <nlohmann/json.hpp>

#include "contracts/api/html_page.h"
#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"
#include "contracts/harness/run_json.h"
#include "tests/support/catch.h"
#include "tests/support/made_up_run.h"

using namespace zimmock;
using nlohmann::json;
using zimmock::test::has;
using zimmock::test::made_up_run;

namespace {

std::string report(std::string_view name, const RunResult& run = made_up_run()) {
  const ReportFormat* format = find_report_format(name);
  REQUIRE(format != nullptr);
  return format->write(run);
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string read_error(std::string_view text) {
  const auto run = run_from_json(text, "a.json");
  REQUIRE_FALSE(run.has_value());
  return run.error().message;
}

// The made-up run's JSON with the value at `pointer` replaced.
std::string with(const char* pointer, const json& value) {
  json document = json::parse(report("json"));
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

RunResult conforming_run() {
  RunResult run = test::empty_run("mock", false);
  test::add_code_case(run, RuleId::kImportType, "import/type.1", CaseKind::kAccepts,
                      CaseVerdict::kPass, 0, 0);
  for (RuleResult& rule : run.rules) rule.verdict = CaseVerdict::kPass;
  run.outcome = RunOutcome::kConforms;
  return run;
}

}  // namespace

TEST_CASE("every format writes something, ends its last line, and is found by name") {
  CHECK(report_formats().size() == 7);
  for (const ReportFormat& format : report_formats()) {
    CAPTURE(format.name);
    CHECK(find_report_format(format.name) == &format);
    const std::string text = report(format.name);
    REQUIRE_FALSE(text.empty());
    CHECK(text.back() == '\n');
    CHECK(is_utf8(text));
  }
  CHECK(find_report_format("pdf") == nullptr);
}

TEST_CASE("the console says every failure in full and ends with the numbers") {
  const std::string text = report("console");
  CHECK(has(text, "FAILED: import/send-time.one-ms-late\n"));
  CHECK(has(text, "import.send-time-not-in-future (inferred): SendMessageTime is not later"));
  CHECK(has(text, "https://www.zegocloud.com/docs/zim-server/messaging/"));
  CHECK(has(text, "/Code: expected 660800046, got 0\n"));
  CHECK(has(text, "> POST /?Action=ImportPeerMsg&Signature=***\n"));
  CHECK(has(text, "> {\"SendMessageTime\":1790000000124,\"Zeichen\":\"\u00E4\"}"));
  CHECK(has(text, "< HTTP 200\n"));
  CHECK(has(text,
            "  Reproduce with:\n    zimmock contract run --target 'http://127.0.0.1:1/' --only "
            "'import/send-time.one-ms-late' --allow-writes\n    curl "));
  CHECK(has(text, "FIXED: import/type.99\n"));
  CHECK(has(text, "1 known failure: listed: seen in August\n  import/priority.four\n"));
  CHECK(has(text, "1 not applicable: needs clock\n"));
  CHECK(has(text, "1 observed: assumed; observed otherwise\n"));
  CHECK(has(text, "/Code: expected 660000002, got 660600021\n"));
  CHECK(has(text, "FAILED: 1 of 7 answers\n  answer.request-id (documented)"));
  CHECK(has(text, "/RequestId: expected a string of digits, got number 1\n"));
  CHECK(has(text, " rules have no case in this selection"));
  CHECK(text.ends_with(
      "2 cases failed\nTotal 9 \u00B7 passed 1 \u00B7 failed 2 \u00B7 known 1 \u00B7 fixed 1 "
      "\u00B7 flaky 1 \u00B7 observed 1 \u00B7 not applicable 1 \u00B7 NOT EXERCISED 1 - "
      "violated\n"));
  CHECK_FALSE(has(text, "import/send-time.now"));
  CHECK_FALSE(has(text, "\x01"));
}

TEST_CASE("the console is silent about what passed") {
  const std::string text = report("console", conforming_run());
  CHECK(count(text, "\n") == 2);
  CHECK(
      text.ends_with("Total 1 \u00B7 passed 1 \u00B7 failed 0 \u00B7 known 0 \u00B7 observed 0 "
                     "\u00B7 not applicable 0 \u00B7 NOT EXERCISED 0 - conforms\n"));
  CHECK_FALSE(has(text, "not the real service"));
  RunResult elsewhere = conforming_run();
  elsewhere.target = "http://127.0.0.1:1";
  CHECK(has(report("console", elsewhere), "not the real service"));
}

TEST_CASE("a reproduction stops at the first call that was answered wrongly") {
  RunResult run = made_up_run();
  CaseResult& one = run.cases[1];
  one.calls.insert(one.calls.begin(), test::call_of("UserRegister", "{}", "{}"));
  one.calls.push_back(test::call_of("QueryPeerMsg", "{}", "{}"));
  one.mismatches.front().call = 1;
  CHECK(reproduce_lines(run, one).size() == 3);
  one.calls[1].signed_as_documented = false;  // needs the secret: has no line
  CHECK(reproduce_lines(run, one).size() == 2);
  one.name = "a'b";
  CHECK(has(reproduce_lines(run, one).front(), "--only 'a'\\''b' --allow-writes"));
  run.target = "mock";
  CHECK(reproduce_lines(run, one).front() == "zimmock contract run --target mock --only 'a'\\''b'");
}

TEST_CASE("a body that is cut is cut between characters") {
  CHECK(cut_at_character("ab\xC3\xA4", 4) == "ab\xC3\xA4");
  CHECK(cut_at_character("ab\xC3\xA4", 3) == "ab");
  CHECK(cut_at_character("ab\xE4\xB8\xAD", 4) == "ab");
  CHECK(cut_at_character("abc", 0).empty());
}

TEST_CASE("a run that is written as JSON is read back as it was") {
  const std::string text = report("json");
  const auto run = run_from_json(text, "a.json");
  REQUIRE(run);
  CHECK(to_json(*run) == to_json(made_up_run()));
  CHECK(run->cases[2].calls[0].request.body == test::kHostile);
  CHECK(run->cases[2].calls[1].request.body == "\xFF\xFE");
  CHECK_FALSE(run->cases[2].calls[1].response.has_value());
  CHECK(run->rules.size() == kRuleCount);
  CHECK(run->outcome == RunOutcome::kViolated);
}

TEST_CASE("bodies in JSON can be cut, and say so") {
  const json document = to_json(made_up_run(), 10);
  const json& request = document["cases"][1]["calls"][0]["request"];
  CHECK(request["body"] == R"({"SendMess)");
  CHECK(request["body_bytes"] == made_up_run().cases[1].calls[0].request.body.size());
  CHECK_FALSE(to_json(made_up_run())["cases"][1]["calls"][0]["request"].contains("body_bytes"));
}

TEST_CASE("a rule that the JSON does not have was not exercised") {
  json document = json::parse(report("json"));
  document["rules"] = json::array();
  const auto run = run_from_json(document.dump(), "a.json");
  REQUIRE(run);
  CHECK(run->rules.size() == kRuleCount);
  CHECK(run->rule_count(CaseVerdict::kNotExercised) == kRuleCount);
  CHECK(run->rules.front().why == "not in the run");
}

TEST_CASE("what is no run's JSON is an error that says where") {
  CHECK(read_error("{") ==
        "a.json: expected a JSON document in UTF-8, got a document cut off at "
        "line 1, column 2; what `zimmock contract run --report json:FILE` "
        "wrote can be read");
  CHECK(has(read_error("[]"), "a.json: expected a run, got an array of 0"));
  CHECK(has(read_error("{}"), "a.json: /format_version: expected"));
  CHECK(has(read_error(with("/format_version", 2)), "/format_version: expected 1, got 2"));
  CHECK(has(read_error(with("/cases/1/rule", "import.nonsense")),
            "/cases/1/rule: expected a rule of contract 2026-08, got \"import.nonsense\""));
  CHECK(
      has(read_error(with("/cases/1/verdict", "good")), "/cases/1/verdict: expected one of pass"));
  CHECK(has(read_error(with("/cases/1/kind", "likes")), "/cases/1/kind: expected one of accepts"));
  CHECK(has(read_error(with("/cases/1/calls/0/request/method", 1)),
            "/cases/1/calls/0/request/method: expected a"));
  CHECK(has(read_error(with("/cases/2/calls/1/request/body_hex", "f")), "pairs of hex digits"));
  CHECK(has(read_error(with("/cases/0/needs", {"luck"})), "/cases/0/needs: expected writes"));
  CHECK(has(read_error(with("/call_count", -1)), "/call_count: expected 0 or more, got -1"));
  CHECK(has(read_error(with("/real_service", "yes")), "/real_service"));
  CHECK(has(read_error(with("/rules/0/cases", {9})), "expected an index of the 9 cases"));
  CHECK(has(read_error(with("/rules/0/cases", {-1})), "expected an index of the 9 cases"));
  CHECK(has(read_error(with("/rules/1/rule", all_rules()[0].id)), "each rule once"));
  CHECK(has(read_error(with("/cases", {1})), "/cases/0: expected an object, got number 1"));
}

TEST_CASE("the page holds the run's data and nothing that ends its script") {
  const std::string text = report("html");
  CHECK(count(text, "</script>") == 2);
  CHECK_FALSE(has(text, "<img"));
  CHECK_FALSE(has(text, "@ZIMMOCK"));
  CHECK_FALSE(has(text, "innerHTML"));
  CHECK(has(text, "import/send-time.one-ms-late"));
  CHECK_FALSE(has(text, "src=\""));
  CHECK_FALSE(has(text, "@import"));
  CHECK_FALSE(has(text, "url("));
}

TEST_CASE("a page gets the shared parts, and its data is not searched for markers") {
  const std::string text = fill_html_page(
      "<head>@ZIMMOCK_PAGE_HEAD@</head><script>@DATA@</script>"
      "<script>@ZIMMOCK_PAGE_SCRIPT@own();</script>",
      "@DATA@", {{"a", "</script>@ZIMMOCK_PAGE_SCRIPT@@DATA@"}});
  CHECK(has(text, R"(>{"a":"\u003c/script>@ZIMMOCK_PAGE_SCRIPT@@DATA@"}</script>)"));
  CHECK(has(text, "default-src 'none'"));
  CHECK(count(text, "</style></head>") == 1);
  CHECK(count(text, "<script>'use strict';\n") == 1);
  CHECK(text.ends_with("\nown();</script>"));
  CHECK(count(text, "</script>") == 2);
}

TEST_CASE("Markdown has the numbers, the failures and every rule") {
  const std::string text = report("md");
  CHECK(has(text, "| pass | 1 | 0 |\n| fail | 2 | 3 |\n"));
  CHECK(has(text, "### import/send-time.one-ms-late\n"));
  CHECK(has(text, "- /Code: expected 660800046, got 0\n"));
  CHECK(has(text, "> POST /?Action=ImportPeerMsg&Signature=***\n"));
  CHECK(has(text, "\\<\\/script") == false);
  CHECK(has(text, "\\</script\\>\\<img"));
  for (const Rule& row : all_rules()) {
    CAPTURE(row.id);
    CHECK(has(text, "\n| " + std::string(row.id) + " | "));
  }
  CHECK(has(text, "| query.newest-first | documented | **not exercised**: no case ran | 0 |"));
}

TEST_CASE("annotations are one line each, with what would end them escaped") {
  const std::string text = report("github");
  CHECK(has(text,
            "::error title=fail%3A import/send-time.one-ms-late::import.send-time-not-in-"
            "future (inferred): SendMessageTime is not later than now.%0A/Code: expected "
            "660800046, got 0%0AReproduce with: zimmock contract run "));
  CHECK(has(text, "::notice title=observed%3A import/send-time.too-old::"));
  CHECK(has(text, " rules have no case in this selection"));
  CHECK(has(text, "::error title=answer.request-id%3A 1 of 7 answers::"));
  CHECK(has(text, "::error title=contract 2026-08%3A violated::2 cases failed%0ATotal 9 "));
  std::size_t at = 0;
  while (at < text.size()) {  // a runner reads every line that begins with ::
    CHECK(text.compare(at, 2, "::") == 0);
    at = text.find('\n', at) + 1;
  }
  CHECK(count(report("github", conforming_run()), "\n") == 1);
}

TEST_CASE("SARIF has a result for every failure, by its rule") {
  const json document = json::parse(report("sarif"));
  CHECK(document["version"] == "2.1.0");
  const json& run = document["runs"][0];
  const json& rules = run["tool"]["driver"]["rules"];
  REQUIRE(rules.size() == kRuleCount);
  REQUIRE(run["results"].size() == 5);  // 2 failed, 1 fixed, 1 observed, 1 broken answer
  for (const json& result : run["results"]) {
    CHECK(rules[result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
  }
  const json& first = run["results"][0];
  CHECK(first["ruleId"] == "import.send-time-not-in-future");
  CHECK(first["level"] == "error");
  CHECK(first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
        "contracts/cases/import/send-time.json");
  CHECK(has(first["message"]["text"].get<std::string>(), "expected 660800046, got 0"));
  CHECK(run["results"][3]["level"] == "note");
  CHECK(rules[0]["helpUri"].get<std::string>().starts_with("https://"));
  CHECK(run["results"][4]["ruleId"] == "answer.request-id");
  CHECK(run["invocations"][0]["exitCode"] == 1);
}
