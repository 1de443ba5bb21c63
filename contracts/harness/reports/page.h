#pragma once

#include <span>
#include <string_view>

#include "contracts/api/html_page.h"

namespace zimmock::inline contract {

// report.html, built into the program. The run goes where it says kRunMarker.
std::span<const PageFile> report_page();

inline constexpr std::string_view kRunMarker = "@ZIMMOCK_RUN@";

}  // namespace zimmock::inline contract
