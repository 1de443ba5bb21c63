#pragma once

#include <string>

#include "mock_server/requests/request_record.h"

namespace zimmock::test {

// A rule that the request broke and that is not among the checked ones: its line, or "".
inline std::string unchecked_rule(const mock::RequestRecord& record) {
  for (const mock::BrokenRule& broken : record.rules_broken) {
    if (!record.rules_checked.contains(broken.rule_id)) return broken.line;
  }
  return {};
}

}  // namespace zimmock::test
