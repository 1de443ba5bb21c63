#pragma once

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace zimmock::inline contract {

// A file of a page, built into the program.
struct PageFile {
  std::string_view path;  // "report"
  std::string_view text;
};

// page.css and page.js, which every page shares: page.css says what a page holds.
std::span<const PageFile> page_parts();

// The first stands in a page's <head>, for charset, viewport, a CSP that lets nothing be loaded,
// and page.css. The second stands at the start of its script, for page.js.
inline constexpr std::string_view kPageHeadMarker = "@ZIMMOCK_PAGE_HEAD@";
inline constexpr std::string_view kPageScriptMarker = "@ZIMMOCK_PAGE_SCRIPT@";

// The page with the shared parts, and with the data in place of the marker, which stands in a
// <script> of its own. The page has the three markers once each, in the order head, data, script.
// Parts and data are not searched for markers. All that could end or nest a script begins with '<',
// which JSON has in strings only: it is spelled out there.
std::string fill_html_page(std::string_view page, std::string_view marker,
                           const nlohmann::json& data);

}  // namespace zimmock::inline contract
