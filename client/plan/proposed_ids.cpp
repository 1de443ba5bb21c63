#include "client/plan/proposed_ids.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/hex.h"
#include "contracts/api/signature.h"
#include "contracts/api/user_id.h"

namespace zimmock::client {
namespace {

constexpr std::size_t kDigestDigits = 16;
constexpr std::size_t kReadableBytes = kMaxUserIdBytes - 1 - kDigestDigits;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// 8-4-4-4-12 hex digits without the hyphens; "" for anything else.
std::string bare_uuid(std::string_view id) {
  constexpr std::size_t kUuidBytes = 36;
  std::string out;
  if (id.size() != kUuidBytes) return "";
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? id[i] != '-' : !is_hex_digit(id[i])) return "";
    if (!hyphen) out += id[i];
  }
  return out;
}

// Letters and digits of it, '_' for what stands between.
std::string readable_part(std::string_view id) {
  std::string out;
  for (const char c : id) {
    if (is_letter_or_digit(c)) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
    if (out.size() == kReadableBytes) break;
  }
  while (out.ends_with('_')) out.pop_back();
  return out.empty() ? "user" : out;
}

std::string hashed(std::string_view id, int attempt) {
  const std::string salted = attempt == 0 ? std::string(id) : fmt::format("{}\n{}", id, attempt);
  return readable_part(id) + "-" + md5_hex(salted).substr(0, kDigestDigits);
}

}  // namespace

UserMap propose_user_ids(const std::set<std::string>& people, const UserMap& decided) {
  UserMap out;
  std::set<std::string, std::less<>> taken;
  for (const auto& [id, user] : decided) taken.insert(user);
  for (const std::string& id : people) {
    const auto row = decided.find(id);
    if (row != decided.end()) {
      out.insert(*row);
    } else if (!check_user_id(id, "") && taken.insert(id).second) {
      out.emplace(id, id);
    }
  }
  for (const std::string& id : people) {
    if (out.contains(id)) continue;
    std::string user = bare_uuid(id);
    for (int attempt = 0; user.empty() || !taken.insert(user).second; ++attempt)
      user = hashed(id, attempt);
    out.emplace(id, std::move(user));
  }
  return out;
}

}  // namespace zimmock::client
