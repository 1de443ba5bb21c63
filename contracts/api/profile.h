#pragma once

// The profile: every answer that the vendor's documents leave open (marks inferred and assumed),
// and every limit that the vendor can change for one App, as a named setting. One observation of
// the real service changes one line.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json_fwd.hpp>

#include "contracts/api/result.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// How members of an answer come that are 0, or lists without an entry.
enum class ZeroValues { kSent, kAbsent, kNull };

// "sent", "absent", "null".
std::string_view to_string(ZeroValues zeros);

struct Profile {
  std::string name = "default";

  std::int64_t error_http_status = 200;
  ZeroValues zeros = ZeroValues::kSent;
  std::int64_t max_json_depth = 64;
  bool refuse_duplicate_members = true;
  bool refuse_unknown_members = false;
  bool refuse_numbers_with_point = false;

  std::int64_t timestamp_window_s = 600;
  bool nonce_must_be_hex16 = false;
  bool refuse_reused_nonce = false;

  bool rate_shared_by_operations = false;
  bool rate_fixed_second = false;

  bool refuse_hyphen_in_query = false;
  bool refuse_unsupported_fields = false;
  bool refuse_out_of_order_import = false;
  std::int64_t max_message_bytes = 2048;
  std::int64_t max_multi_bytes = 5120;

  bool msg_time_is_arrival = false;
  bool tie_later_import_first = true;
  bool short_pages = true;
  std::int64_t next_bits = 53;

  std::int64_t recall_window_s = 120;
  bool recall_reaches_receiver = true;

  // Return codes observed to differ from the registry's, by rule.
  std::map<RuleId, std::int64_t> codes;

  // The code that a breach of this rule is refused with. A rule that is only reported by default
  // has code 660000002 once a setting makes it a refusal.
  std::int64_t code(RuleId id) const;

  // What a code that was answered is in the registry: the code there of a rule that has this one
  // here; itself if no rule has.
  std::int64_t registry_code(std::int64_t answered) const;
};

struct Setting {
  std::string_view name;
  Mark mark;
  std::variant<bool Profile::*, std::int64_t Profile::*, ZeroValues Profile::*> member;
  std::int64_t min;  // for numbers
  std::int64_t max;
  std::string_view statement;

  std::string value(const Profile& profile) const;  // "true", "2048", "absent"
  void copy(const Profile& from, Profile& to) const;
};

// One row a setting, in the order of Profile's members.
std::span<const Setting> settings();

Profile default_profile();

// default, and: unsupported fields refused, nonce must be 16 hex characters and never reused,
// out-of-order import refused, hyphen refused in QueryPeerMsg.
Profile strict_profile();

// `base` with every setting and code that `changes` has otherwise than default.
Profile changed_profile(Profile base, const Profile& changes);

// As parse_profile() reads it: what differs from the default.
nlohmann::json profile_document(const Profile& profile);

// `text` is a JSON object: {"base": "default"|"strict", "settings": {NAME: VALUE}, "codes":
// {RULE-ID: CODE}}, each optional. An unknown name or a value out of range is an Error that names
// the nearest known one; `where` (a file name) starts its message.
Result<Profile> parse_profile(std::string_view text, std::string_view where);

}  // namespace zimmock::inline contract
