#pragma once

// What a user's client gets of a message, by its SDK version (docs/zim-api.md section 8).

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

struct SdkVersion {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::int64_t patch = 0;
  auto operator<=>(const SdkVersion&) const = default;
};

// "2.8.0", "2.8" or "2.13.0+1", "2.9.0-beta.1": up to three numbers, compared number by number; a
// suffix after '-' or '+' is ignored. Nothing for anything else.
std::optional<SdkVersion> parse_sdk_version(std::string_view text);

enum class Role { kSender, kReceiver };  // of the viewer, in that message

enum class Delivery {
  kDelivered,     // in full
  kUnknown,       // as a message of type unknown, without content
  kAbsent,        // not at all
  kUndocumented,  // nobody says
};

struct DeliveryRule {
  RuleId rule_id;           // its id, mark and statement; one that is undocumented is assumed
  std::int64_t first_type;  // message types first_type..last_type
  std::int64_t last_type;
  Role role;
  SdkVersion from;   // inclusive
  SdkVersion until;  // exclusive
  Delivery delivery;

  const Rule& rule() const { return zimmock::rule(rule_id); }
};

// Ordered so that the first row that fits decides.
std::span<const DeliveryRule> delivery_rules();

// The deciding row. Every importable type, role and version has one; other types get the last row,
// which says undocumented.
const DeliveryRule& delivery_of(std::int64_t message_type, Role role, const SdkVersion& version);

std::string_view to_string(Delivery delivery);
std::string_view to_string(Role role);

}  // namespace zimmock::inline contract
