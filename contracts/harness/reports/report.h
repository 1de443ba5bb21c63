#pragma once

// A run, written for somebody: a person at a terminal, a build server, a browser.

#include <span>
#include <string>
#include <string_view>

#include "contracts/harness/run_result.h"

namespace zimmock::inline contract {

struct ReportFormat {
  std::string_view name;  // "junit"
  std::string_view what;  // one sentence
  // The whole report, ending with a line's end. Well-formed whatever bytes were exchanged.
  std::string (*write)(const RunResult& run);
};

// One row a format, one file of this folder.
std::span<const ReportFormat> report_formats();

// The format of that name, or nullptr.
const ReportFormat* find_report_format(std::string_view name);

}  // namespace zimmock::inline contract
