#pragma once

#include <string>
#include <string_view>

#include "contracts/rules/rules.h"
#include "mock_server/service.h"

namespace zimmock::test {

// The rule that a line of X-Zimmock-Warn or X-Zimmock-Explain begins with.
inline const Rule* rule_of_line(std::string_view line) {
  return find_rule(line.substr(0, line.find(':')));
}

// A rule that the request broke and that is not among the checked ones: its line, or "".
inline std::string unchecked_rule(const RequestRecord& record) {
  const auto unchecked = [&](std::string_view line) {
    const Rule* broken = rule_of_line(line);
    return broken == nullptr || !record.rules_checked.contains(broken->rule_id);
  };
  if (!record.explain.empty() && unchecked(record.explain)) return record.explain;
  for (const std::string& warning : record.warnings) {
    if (unchecked(warning)) return warning;
  }
  return {};
}

}  // namespace zimmock::test
