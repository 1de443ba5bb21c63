#include "contracts/api/html_page.h"
#include "contracts/harness/reports/page.h"
#include "contracts/harness/reports/writers.h"
#include "contracts/harness/run_json.h"

namespace zimmock::inline contract {
namespace {

// Longer ones are for the json report: a page has hundreds of cases.
constexpr std::size_t kMaxPageBodyBytes = 4096;

}  // namespace

std::string write_html(const RunResult& run) {
  return fill_html_page(report_page().front().text, kRunMarker, to_json(run, kMaxPageBodyBytes));
}

}  // namespace zimmock::inline contract
