#pragma once

#include <string>
#include <vector>

#include "mock_server/service/service.h"

namespace zimmock::mock {

// The secrets of all its tenants, to be redacted with redact_secrets(). O(tenants).
std::vector<std::string> secrets_of(const Service& service);

}  // namespace zimmock::mock
