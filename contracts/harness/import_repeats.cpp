#include "contracts/harness/import_repeats.h"

#include <utility>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/signature.h"

namespace zimmock::inline contract {

std::optional<ImportRepeats::Import> ImportRepeats::add(std::string_view app_id,
                                                        const nlohmann::json& body, Import import) {
  const auto [found, is_new] =
      imports_.try_emplace(md5_hex(fmt::format("{}\n{}", app_id, json_line(body))));
  Import before = std::exchange(found->second, std::move(import));
  if (is_new) return std::nullopt;
  return before;
}

}  // namespace zimmock::inline contract
