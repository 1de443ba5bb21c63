#include "contracts/api/json_text.h"
#include "contracts/harness/reports/writers.h"
#include "contracts/harness/run_json.h"

namespace zimmock::inline contract {

std::string write_json(const RunResult& run) {
  constexpr int kIndent = 1;
  return printable_json(
             to_json(run).dump(kIndent, ' ', false, nlohmann::json::error_handler_t::replace)) +
         "\n";
}

}  // namespace zimmock::inline contract
