#include "contracts/api/json_document.h"

#include <fmt/format.h>

namespace zimmock::inline contract {

Result<nlohmann::json> parse_document(std::string_view text, std::string_view where, ErrorKind kind,
                                      const JsonLimits& limits) {
  auto parsed = parse_json(text, limits);
  if (parsed) return *std::move(parsed);
  const Finding& found = parsed.error();
  return fail(kind, fmt::format("{}: {}{}expected {}, got {}", where, found.pointer,
                                found.pointer.empty() ? "" : ": ", found.expected, found.got));
}

}  // namespace zimmock::inline contract
