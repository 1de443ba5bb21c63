#include <map>

#include <fmt/format.h>

#include "contracts/api/text.h"
#include "contracts/harness/report_text.h"
#include "contracts/harness/reports/writers.h"

namespace zimmock::inline contract {
namespace {

constexpr double kMicrosInSecond = 1e6;
constexpr double kMillisInSecond = 1e3;

// XML 1.0 has no way to write most control characters, so all but printable ASCII is spelled out.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : printable_line(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string xml_lines(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += xml(line) + "\n";
  return out;
}

struct TestCase {
  std::string name;
  std::string_view rule;
  double seconds = 0;
  enum { kPassed, kFailed, kSkipped } result = kPassed;
  std::string message;  // of what did not pass
  std::string details;  // already XML
};

struct Suite {
  std::vector<TestCase> tests;
  std::size_t failures = 0, skipped = 0;
  double seconds = 0;

  void add(TestCase test) {
    failures += test.result == TestCase::kFailed ? 1 : 0;
    skipped += test.result == TestCase::kSkipped ? 1 : 0;
    seconds += test.seconds;
    tests.push_back(std::move(test));
  }
};

TestCase test_of(const RunResult& run, const CaseResult& one) {
  TestCase test{one.name, rule(one.rule_id).id, 0, TestCase::kPassed, "", ""};
  for (const CallRecord& call : one.calls) {
    test.seconds += static_cast<double>(call.duration_us) / kMicrosInSecond;
  }
  if (one.verdict == CaseVerdict::kPass) return test;
  const std::vector<std::string> reasons = reason_lines(one);
  const std::string first = reasons.empty() ? std::string() : ": " + reasons.front();
  test.message = std::string(to_string(one.verdict)) + first;
  test.result = counts_as_failure(one.verdict) ? TestCase::kFailed : TestCase::kSkipped;
  if (test.result == TestCase::kFailed) {
    test.details = xml_lines(reasons) + "Reproduce with:\n" + xml_lines(reproduce_lines(run, one));
  }
  return test;
}

// What was found out of a rule beside its cases: by looking at every answer, or nothing.
void add_rule_test(Suite& suite, const RunResult& run, const RuleResult& found) {
  TestCase test{"every answer", rule(found.rule_id).id, 0, TestCase::kPassed, "", ""};
  if (found.answers_checked > 0) {
    if (found.answers_broken > 0) {
      const bool fails = found.verdict != CaseVerdict::kObserved;
      test.result = fails ? TestCase::kFailed : TestCase::kSkipped;
      test.message = fmt::format("{}: {} of {} answers", fails ? "fail" : to_string(found.verdict),
                                 found.answers_broken, found.answers_checked);
      for (const AnswerFinding& answer : found.answer_findings) {
        test.details += xml(fmt::format("{} (in {})", finding_line(answer),
                                        run.cases[answer.case_index].name)) +
                        "\n";
      }
    }
    suite.add(std::move(test));
  } else if (found.cases.empty()) {
    test.name = "the rule";
    test.result = TestCase::kSkipped;
    test.message =
        fmt::format("{}{}{}", to_string(found.verdict), found.why.empty() ? "" : ": ", found.why);
    suite.add(std::move(test));
  }
}

void write_test(std::string& out, const TestCase& test) {
  out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"", xml(test.rule),
                     xml(test.name), test.seconds);
  if (test.result == TestCase::kPassed) {
    out += "/>\n";
  } else if (test.result == TestCase::kFailed) {
    out += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                       xml(test.message), test.details);
  } else {
    out += fmt::format(">\n      <skipped message=\"{}\"/>\n", xml(test.message));
    if (!test.details.empty()) {
      out += fmt::format("      <system-out>{}</system-out>\n", test.details);
    }
    out += "    </testcase>\n";
  }
}

void write_suite(std::string& out, const RunResult& run, std::string_view family,
                 const Suite& suite) {
  out += fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" "
      "time=\"{:.6f}\" timestamp=\"{}\">\n",
      xml(family), suite.tests.size(), suite.failures, suite.skipped, suite.seconds,
      iso_time(run.started_ms));
  out += fmt::format(
      "    <properties>\n      <property name=\"contract version\" value=\"{}\"/>\n"
      "      <property name=\"target\" value=\"{}\"/>\n    </properties>\n",
      xml(run.contract_version), xml(run.target));
  for (const TestCase& test : suite.tests) write_test(out, test);
  out += "  </testsuite>\n";
}

}  // namespace

std::string write_junit(const RunResult& run) {
  std::vector<std::string_view> families;  // in the registry's order
  std::map<std::string_view, Suite> suites;
  for (const RuleResult& found : run.rules) {
    const std::string_view family = family_of(rule(found.rule_id));
    if (!suites.contains(family)) families.push_back(family);
    Suite& suite = suites[family];
    for (const std::size_t index : found.cases) suite.add(test_of(run, run.cases[index]));
    add_rule_test(suite, run, found);
  }
  std::size_t tests = 0, failures = 0, skipped = 0;
  for (const auto& [family, suite] : suites) {
    tests += suite.tests.size();
    failures += suite.failures;
    skipped += suite.skipped;
  }
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"zimmock contract\" "
      "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\">\n",
      tests, failures, skipped, static_cast<double>(run.duration_ms) / kMillisInSecond);
  for (const std::string_view family : families) write_suite(out, run, family, suites[family]);
  return out + "</testsuites>\n";
}

}  // namespace zimmock::inline contract
