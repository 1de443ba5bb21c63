#include "contracts/api/user_id.h"

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

bool is_allowed(std::int32_t point) {
  if (point < 0 || point > 0x7E) return false;
  const char c = static_cast<char>(point);
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kUserIdSpecials.find(c) != std::string_view::npos;
}

}  // namespace

std::optional<Finding> check_user_id(std::string_view id, std::string_view pointer,
                                     bool hyphen_allowed, RuleSet* checked) {
  const auto check = [checked](RuleId rule_id) {
    if (checked != nullptr) checked->add(rule_id);
  };
  const std::string where(pointer);
  check(RuleId::kUserIdNotEmpty);
  if (id.empty()) return Finding{RuleId::kUserIdNotEmpty, where, "a user id", "\"\""};
  check(RuleId::kUserIdCharacters);
  std::size_t index = 0;
  for (std::size_t at = 0; at < id.size(); ++index) {
    const CodePoint point = code_point_at(id, at);
    if (!is_allowed(point.value)) {
      const std::string name =
          point.value < 0 ? "a byte that is not UTF-8" : code_point_name(point.value);
      return Finding{RuleId::kUserIdCharacters, where,
                     fmt::format("only letters, digits and {}", kUserIdSpecials),
                     fmt::format("{} at index {} of {}", name, index, quote(id))};
    }
    if (!hyphen_allowed) check(RuleId::kQueryHyphen);
    if (!hyphen_allowed && point.value == '-') {
      return Finding{RuleId::kQueryHyphen, where, "no hyphen (as this profile reads the page)",
                     fmt::format("U+002D HYPHEN-MINUS at index {} of {}", index, quote(id))};
    }
    at += point.bytes;
  }
  check(RuleId::kUserIdLength);
  if (id.size() > kMaxUserIdBytes) {
    return Finding{RuleId::kUserIdLength, where, fmt::format("at most {} bytes", kMaxUserIdBytes),
                   fmt::format("{} bytes in {}", id.size(), quote(id))};
  }
  return std::nullopt;
}

}  // namespace zimmock::inline contract
