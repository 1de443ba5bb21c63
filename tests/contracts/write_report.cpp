// write_report FORMAT: the made-up run as a report, for the checks that are not written in C++.

#include <cstdio>
#include <string_view>

#include "contracts/harness/reports/report.h"
#include "tests/support/made_up_run.h"

int main(int argc, char** argv) {
  using namespace zimmock;
  const ReportFormat* format = argc == 2 ? find_report_format(argv[1]) : nullptr;
  if (format == nullptr) {
    std::fputs("write_report: expected the name of a format\n", stderr);
    return 2;
  }
  const std::string report = format->write(test::made_up_run());
  return std::fwrite(report.data(), 1, report.size(), stdout) == report.size() ? 0 : 1;
}
