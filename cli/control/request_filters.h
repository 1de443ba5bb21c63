#pragma once

// Which of the requests that a mock has got are meant: the control API's words as flags.

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "mock_server/requests/request_filter.h"

namespace zimmock::cli {

class RequestFilters {
 public:
  // Declares a flag for each filter. The filters must outlive the parsing.
  void add_to(CLI::App& app);

  bool empty() const;

  // "action=ImportPeerMsg&user=u1", escaped; "" without filters.
  std::string query() const;

  // {"action":"ImportPeerMsg","since":"4"}
  nlohmann::json members() const;

 private:
  const std::vector<mock::RequestFilterWord> words_ = mock::request_filter_words();
  std::vector<std::string> values_;  // one a word; "" where not given
};

}  // namespace zimmock::cli
