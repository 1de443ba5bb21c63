#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mock_server/requests/request_filter.h"
#include "mock_server/requests/request_journal.h"

namespace zimmock::mock {

// What a test expects of the requests that match a filter. At least one member is set.
struct Expectation {
  RequestFilter filter = {};
  std::optional<std::uint64_t> count = std::nullopt;  // exactly
  std::optional<std::uint64_t> at_least = std::nullopt;
  std::optional<std::uint64_t> at_most = std::nullopt;
  bool chronological = false;  // imports into each list in the order of SendMessageTime
  bool no_findings = false;    // none of them broke a rule of the contract
};

struct Verification {
  bool ok = false;
  // Several lines: what was expected, what came, how it differs and, where something is missing,
  // what nearly matched.
  std::string report;
};

// O(entries of the journal). Where the journal has lost requests that would count, it is not ok,
// and the report says so.
Verification verify(const RequestJournal& journal, const Expectation& expected);

// One line about a request: "#4 12:00:00.123Z ImportPeerMsg u1>u2 (list of u1) code 0".
std::string request_line(const RequestRecord& record);

}  // namespace zimmock::mock
