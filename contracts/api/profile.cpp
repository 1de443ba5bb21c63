#include "contracts/api/profile.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/codes.h"
#include "contracts/api/json_document.h"
#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using enum Mark;
using json = nlohmann::json;
using P = Profile;

constexpr std::int64_t kDaySeconds = 86'400;

constexpr Setting kSettings[] = {
    {"error_http_status", kAssumed, &P::error_http_status, 200, 599,
     "HTTP status of an answer whose Code is not 0"},
    {"zeros", kAssumed, &P::zeros, 0, 1,
     "members of an answer that are 0, and lists without an entry: sent, absent, or (lists) null"},
    {"max_json_depth", kAssumed, &P::max_json_depth, 2, 1000, "deepest nesting of a body"},
    {"refuse_duplicate_members", kAssumed, &P::refuse_duplicate_members, 0, 1,
     "a JSON member given twice is refused; otherwise the last counts"},
    {"refuse_unknown_members", kAssumed, &P::refuse_unknown_members, 0, 1,
     "an unknown JSON member is refused; otherwise it is ignored and reported"},
    {"refuse_numbers_with_point", kAssumed, &P::refuse_numbers_with_point, 0, 1,
     "an integer that is written with a point or an exponent (1.0, 1e3) is refused"},
    {"timestamp_window_s", kDocumented, &P::timestamp_window_s, 1, kDaySeconds,
     "a Timestamp may be this many seconds off; exactly so many is inside (assumed)"},
    {"nonce_must_be_hex16", kAssumed, &P::nonce_must_be_hex16, 0, 1,
     "a SignatureNonce that is not 16 hex characters is refused"},
    {"refuse_reused_nonce", kAssumed, &P::refuse_reused_nonce, 0, 1,
     "a SignatureNonce seen within the timestamp window is refused"},
    {"rate_shared_by_operations", kAssumed, &P::rate_shared_by_operations, 0, 1,
     "all operations share one budget of calls a second"},
    {"rate_fixed_second", kAssumed, &P::rate_fixed_second, 0, 1,
     "calls are counted per whole second of the clock; otherwise in a sliding second"},
    {"refuse_hyphen_in_query", kInferred, &P::refuse_hyphen_in_query, 0, 1,
     "QueryPeerMsg refuses user ids with a hyphen"},
    {"refuse_unsupported_fields", kAssumed, &P::refuse_unsupported_fields, 0, 1,
     "ImportPeerMsg refuses OfflinePush and HasReceipt; otherwise they are ignored and reported"},
    {"refuse_out_of_order_import", kAssumed, &P::refuse_out_of_order_import, 0, 1,
     "ImportPeerMsg refuses a message older than the newest already imported into that list"},
    {"max_message_bytes", kDocumented, &P::max_message_bytes, 1, 32'768,
     "longest Message; the vendor can raise it to 32768"},
    {"max_multi_bytes", kDocumented, &P::max_multi_bytes, 1, 32'768,
     "longest Message of a multi-item message; the vendor can raise it to 32768"},
    {"msg_time_is_arrival", kAssumed, &P::msg_time_is_arrival, 0, 1,
     "MsgTime is when the import arrived; otherwise it is SendMessageTime"},
    {"tie_later_import_first", kAssumed, &P::tie_later_import_first, 0, 1,
     "of two messages with one MsgTime the later import is listed first"},
    {"short_pages", kAssumed, &P::short_pages, 0, 1,
     "pages between the first and the last may be shorter than Limit (chosen from the seed)"},
    {"next_bits", kAssumed, &P::next_bits, 48, 62,
     "a Next is below 2 to that power; above 53 a client that reads numbers as doubles rounds it"},
    {"recall_window_s", kDocumented, &P::recall_window_s, 1, kDaySeconds,
     "a message can be recalled for this many seconds; the vendor can raise it to 86400"},
    {"recall_reaches_receiver", kAssumed, &P::recall_reaches_receiver, 0, 1,
     "a recall also empties the receiver's copy: same sender, time and content"},
};

constexpr std::string_view kZeroNames[] = {"sent", "absent", "null"};

std::string type_name(const Setting& setting) {
  if (std::holds_alternative<ZeroValues P::*>(setting.member)) {
    return "\"sent\", \"absent\" or \"null\"";
  }
  if (std::holds_alternative<bool P::*>(setting.member)) return "true or false";
  return fmt::format("a number from {} to {}", setting.min, setting.max);
}

// With the type of a text too, as in json_type_and_value().
std::string got_text(const json& value) {
  return (value.is_string() ? "string " : "") + value_unless_secret(value);
}

tl::unexpected<Error> bad(std::string_view where, std::string message) {
  return fail(ErrorKind::kUsage, fmt::format("{}: {}", where, message));
}

// True when `value` fits the setting, which then has it.
bool assign(Profile& profile, const Setting& setting, const json& value) {
  if (const auto* flag = std::get_if<bool P::*>(&setting.member)) {
    if (!value.is_boolean()) return false;
    profile.** flag = value.get<bool>();
    return true;
  }
  if (const auto* zeros = std::get_if<ZeroValues P::*>(&setting.member)) {
    if (!value.is_string()) return false;
    const auto* name = std::find(std::begin(kZeroNames), std::end(kZeroNames),
                                 value.get_ref<const std::string&>());
    if (name == std::end(kZeroNames)) return false;
    profile.** zeros = static_cast<ZeroValues>(name - std::begin(kZeroNames));
    return true;
  }
  if (!value.is_number_integer()) return false;
  const auto number = value.get<std::int64_t>();
  if (number < setting.min || number > setting.max) return false;
  profile.*std::get<std::int64_t P::*>(setting.member) = number;
  return true;
}

Result<void> apply_settings(Profile& profile, const json& values, std::string_view where) {
  std::vector<std::string_view> names;
  for (const Setting& setting : kSettings) names.push_back(setting.name);
  if (!values.is_object()) return bad(where, "/settings: expected an object");
  for (const auto& [name, value] : values.items()) {
    const Setting* found = nullptr;
    for (const Setting& setting : kSettings) {
      if (setting.name == name) found = &setting;
    }
    if (found == nullptr) {
      return bad(where, fmt::format("/settings/{}: no such setting{}; `zimmock list settings` has "
                                    "them all",
                                    printable_line(name), did_you_mean(name, names)));
    }
    if (!assign(profile, *found, value)) {
      return bad(where, fmt::format("/settings/{}: expected {}, got {}", name, type_name(*found),
                                    got_text(value)));
    }
  }
  return {};
}

Result<void> apply_codes(Profile& profile, const json& values, std::string_view where) {
  std::vector<std::string_view> ids;
  for (const Rule& candidate : all_rules()) ids.push_back(candidate.id);
  if (!values.is_object()) return bad(where, "/codes: expected an object");
  for (const auto& [id, value] : values.items()) {
    const Rule* found = find_rule(id);
    if (found == nullptr) {
      return bad(where, fmt::format("/codes/{}: no such rule{}; `zimmock list rules` has them all",
                                    printable_line(id), did_you_mean(id, ids)));
    }
    if (!value.is_number_integer() || value.get<std::int64_t>() <= 0) {
      return bad(where, fmt::format("/codes/{}: expected a return code above 0, got {}", id,
                                    got_text(value)));
    }
    profile.codes[found->rule_id] = value.get<std::int64_t>();
  }
  return {};
}

}  // namespace

std::string Setting::value(const Profile& profile) const {
  if (const auto* flag = std::get_if<bool P::*>(&member)) return profile.**flag ? "true" : "false";
  if (const auto* zeros = std::get_if<ZeroValues P::*>(&member))
    return std::string(to_string(profile.**zeros));
  return std::to_string(profile.*std::get<std::int64_t P::*>(member));
}

void Setting::copy(const Profile& from, Profile& to) const {
  std::visit([&](auto pointer) { to.*pointer = from.*pointer; }, member);
}

std::string_view to_string(ZeroValues zeros) { return kZeroNames[static_cast<int>(zeros)]; }

std::int64_t Profile::code(RuleId id) const {
  const auto observed = codes.find(id);
  if (observed != codes.end()) return observed->second;
  return rule(id).code == 0 ? kCodeInvalid : rule(id).code;
}

std::int64_t Profile::registry_code(std::int64_t answered) const {
  for (const auto& [id, code] : codes) {
    if (code == answered && rule(id).code != 0) return rule(id).code;
  }
  return answered;
}

std::span<const Setting> settings() { return kSettings; }

Profile default_profile() { return {}; }

Profile strict_profile() {
  Profile profile;
  profile.name = "strict";
  profile.nonce_must_be_hex16 = true;
  profile.refuse_reused_nonce = true;
  profile.refuse_hyphen_in_query = true;
  profile.refuse_unsupported_fields = true;
  profile.refuse_out_of_order_import = true;
  return profile;
}

Profile changed_profile(Profile base, const Profile& changes) {
  const Profile standard = default_profile();
  for (const Setting& row : kSettings) {
    if (row.value(changes) != row.value(standard)) row.copy(changes, base);
  }
  for (const auto& [rule_id, code] : changes.codes) base.codes[rule_id] = code;
  return base;
}

json profile_document(const Profile& profile) {
  const Profile standard = default_profile();
  json out{{"base", "default"}, {"settings", json::object()}};
  for (const Setting& row : kSettings) {
    if (row.value(profile) == row.value(standard)) continue;
    json& value = out["settings"][std::string(row.name)];
    value = row.value(profile);
    if (!std::holds_alternative<ZeroValues P::*>(row.member))
      value = json_or_discarded(row.value(profile));
  }
  for (const auto& [rule_id, code] : profile.codes)
    out["codes"][std::string(rule(rule_id).id)] = code;
  return out;
}

Result<Profile> parse_profile(std::string_view text, std::string_view where) {
  const auto parsed = parse_document(text, where, ErrorKind::kUsage);
  if (!parsed) return tl::unexpected(parsed.error());
  const json& document = *parsed;
  if (!document.is_object()) return bad(where, "expected a JSON object");
  Profile profile;
  const json base = document.value("base", json("default"));
  if (base == "strict") {
    profile = strict_profile();
  } else if (base != "default") {
    return bad(where, "/base: expected \"default\" or \"strict\", got " + got_text(base));
  }
  for (const auto& [key, value] : document.items()) {
    if (key == "base") continue;
    Result<void> applied;
    if (key == "settings") {
      applied = apply_settings(profile, value, where);
    } else if (key == "codes") {
      applied = apply_codes(profile, value, where);
    } else {
      return bad(where, fmt::format("/{}: expected base, settings or codes", printable_line(key)));
    }
    if (!applied) return tl::unexpected(applied.error());
  }
  profile.name = std::string(where);
  return profile;
}

}  // namespace zimmock::inline contract
