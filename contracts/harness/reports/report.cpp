#include "contracts/harness/reports/report.h"

#include "contracts/harness/reports/writers.h"

namespace zimmock::inline contract {
namespace {

constexpr ReportFormat kFormats[] = {
    {"console", "text for a terminal: failures in full, the rest in numbers", write_console},
    {"junit", "JUnit XML, a suite for every family of rules", write_junit},
    {"json", "everything; docs/schema/contract-run.schema.json describes it", write_json},
    {"html", "one page for a browser: rules, cases, and the exchange behind each", write_html},
    {"md", "Markdown: summary, failures, every rule", write_markdown},
    {"sarif", "SARIF 2.1.0, for code scanning", write_sarif},
    {"github", "workflow commands that annotate a run of GitHub Actions", write_github},
};

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

const ReportFormat* find_report_format(std::string_view name) {
  for (const ReportFormat& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

}  // namespace zimmock::inline contract
