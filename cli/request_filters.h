#pragma once

// Which of the requests that a mock has got are meant: one table for the flags, the query
// parameters and the JSON members of the control API.

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace zimmock::cli {

class RequestFilters {
 public:
  // Declares a flag for each filter. The filters must outlive the parsing.
  void add_to(CLI::App& app);

  bool empty() const;

  // "action=ImportPeerMsg&user=u1", escaped; "" without filters.
  std::string query() const;

  // {"action":"ImportPeerMsg","since":4}
  nlohmann::json members() const;

 private:
  std::vector<std::string> values_;  // in the order of the table; "" where not given
};

}  // namespace zimmock::cli
