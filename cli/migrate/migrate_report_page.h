#pragma once

#include <span>
#include <string_view>

#include "contracts/api/html_page.h"

namespace zimmock::cli {

// migration_report.html, built into the program. The report goes where it says kReportMarker.
std::span<const PageFile> migration_page();

inline constexpr std::string_view kReportMarker = "@ZIMMOCK_MIGRATION@";

}  // namespace zimmock::cli
