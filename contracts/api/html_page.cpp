#include "contracts/api/html_page.h"

#include <algorithm>

#include "contracts/api/json_text.h"

namespace zimmock::inline contract {
namespace {

constexpr std::string_view kPageHead = R"(<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<style>
)";

std::string_view shared_part(std::string_view path) {
  return std::ranges::find(page_parts(), path, &PageFile::path)->text;
}

// Moves the page up to the marker to `out`, and drops the marker.
void take_until(std::string& out, std::string_view& page, std::string_view marker) {
  const std::size_t at = page.find(marker);
  out += page.substr(0, at);
  page.remove_prefix(at + marker.size());
}

}  // namespace

std::string fill_html_page(std::string_view page, std::string_view marker,
                           const nlohmann::json& data) {
  std::string out;
  take_until(out, page, kPageHeadMarker);
  out += kPageHead;
  out += shared_part("page.css");
  out += "</style>";
  take_until(out, page, marker);
  for (const char c : printable_json(json_line(data))) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  take_until(out, page, kPageScriptMarker);
  out += shared_part("page.js");
  out += page;
  return out;
}

}  // namespace zimmock::inline contract
