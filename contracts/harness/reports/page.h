#pragma once

#include <span>
#include <string_view>

namespace zimmock {

struct PageFile {
  std::string_view path;  // "report"
  std::string_view text;
};

// report.html, built into the program. The run goes where it says kRunMarker.
std::span<const PageFile> report_page();

inline constexpr std::string_view kRunMarker = "@ZIMMOCK_RUN@";

}  // namespace zimmock
