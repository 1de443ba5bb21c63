#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/result.h"

namespace zimmock::inline contract {

// A JSON document that is no request body: a file, or the body of a control call. The Error
// (`kind`) reads "WHERE: expected a JSON document in UTF-8, got X", and names no rule.
Result<nlohmann::json> parse_document(std::string_view text, std::string_view where, ErrorKind kind,
                                      const JsonLimits& limits = {});

}  // namespace zimmock::inline contract
