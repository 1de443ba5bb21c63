#include "contracts/api/html_page.h"

#include "contracts/api/json_text.h"

namespace zimmock {

std::string fill_html_page(std::string_view page, std::string_view marker,
                           const nlohmann::json& data) {
  const std::size_t at = page.find(marker);
  std::string out(page.substr(0, at));
  for (const char c : printable_json(json_line(data))) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  out += page.substr(at + marker.size());
  return out;
}

}  // namespace zimmock
