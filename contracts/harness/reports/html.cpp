#include "contracts/api/json_text.h"
#include "contracts/harness/reports/page.h"
#include "contracts/harness/reports/writers.h"
#include "contracts/harness/run_json.h"

namespace zimmock {
namespace {

// Longer ones are for the json report: a page has hundreds of cases.
constexpr std::size_t kMaxBodyBytes = 4096;

// JSON that can stand in a <script>: whatever could end or nest one begins with '<', which JSON has
// in strings only and can spell out there.
std::string script_json(const RunResult& run) {
  std::string out;
  for (const char c : json_line(to_json(run, kMaxBodyBytes))) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string write_html(const RunResult& run) {
  const std::string_view page = report_page().front().text;
  const std::size_t at = page.find(kRunMarker);
  std::string out(page.substr(0, at));
  out += script_json(run);
  out += page.substr(at + kRunMarker.size());
  return out;
}

}  // namespace zimmock
