#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "mock_server/requests/request_record.h"

namespace zimmock::mock {

// A journal entry as the control API shows it. `secrets` and what is called a signature or a secret
// are redacted wherever they stand in the bodies.
nlohmann::json to_json(const RequestRecord& record, std::span<const std::string> secrets);

}  // namespace zimmock::mock
