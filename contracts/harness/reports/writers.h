#pragma once

// What report.cpp's table is made of.

#include <string>

#include "contracts/harness/run_result.h"

namespace zimmock::inline contract {

std::string write_console(const RunResult& run);
std::string write_junit(const RunResult& run);
std::string write_json(const RunResult& run);
std::string write_html(const RunResult& run);
std::string write_markdown(const RunResult& run);
std::string write_sarif(const RunResult& run);
std::string write_github(const RunResult& run);

}  // namespace zimmock::inline contract
