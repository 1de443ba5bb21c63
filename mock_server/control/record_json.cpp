#include "mock_server/control/record_json.h"

#include <limits>
#include <string_view>

#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "mock_server/requests/verification.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

void redact(json& value, std::span<const std::string> secrets) {
  if (value.is_string()) {
    redact_secrets(value.get_ref<std::string&>(), secrets);
  } else if (value.is_array()) {
    for (json& item : value) redact(item, secrets);
  } else if (value.is_object()) {
    json redacted = json::object();
    for (auto& [name, member] : value.items()) {
      std::string shown = name;
      redact_secrets(shown, secrets);
      json& kept = redacted[shown] = std::move(member);
      if (is_secret_name(name)) {
        kept = kRedacted;
      } else {
        redact(kept, secrets);
      }
    }
    value = std::move(redacted);
  }
}

// The body as JSON; null for what is none, because there is no telling what is in it.
json body_json(const std::string& text, std::span<const std::string> secrets) {
  json body = json_or_discarded(text);
  if (body.is_discarded()) return nullptr;
  redact(body, secrets);
  return body;
}

// A number; as it was sent where it is none that an App can have.
json app_id_json(const std::string& text) {
  const auto number = parse_int64(text);
  const bool fits = number && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max();
  return fits ? json(*number) : json(text);
}

json checked_ids(const RuleSet& checked) {
  json out = json::array();
  for (const Rule& one : all_rules()) {
    if (checked.contains(one.rule_id)) out.push_back(one.id);
  }
  return out;
}

}  // namespace

json to_json(const RequestRecord& record, std::span<const std::string> secrets) {
  json broken = json::array();
  for (const BrokenRule& one : record.rules_broken) {
    broken.push_back(
        {{"rule", rule(one.rule_id).id}, {"line", one.line}, {"refused", one.refused}});
  }
  json out{
      {"seq", record.seq},
      {"time", iso_time(record.wall_ms)},
      {"action", record.action},
      {"app_id", app_id_json(record.app_id)},
      {"request_id", record.request_id},
      {"nonce", record.nonce},
      {"timestamp", record.timestamp},
      {"from", record.from},
      {"to", record.to},
      {"list", record.list ? record.list->owner : ""},
      {"parameters", body_json(record.request_body, secrets)},
      {"status", record.answered ? json(record.status) : json()},
      {"code", record.code == kNoCode ? json() : json(record.code)},
      {"message", record.message},
      {"rules_checked", checked_ids(record.rules_checked)},
      {"rules_broken", std::move(broken)},
      {"faults", record.faults},
      {"effect", to_string(record.effect)},
      {"answer", record.answered ? body_json(record.response_body, secrets) : json()},
      {"attempt", {{"group", record.group}, {"number", record.attempt}, {"resent", record.resent}}},
      {"request_bytes", record.request_bytes},
      {"response_bytes", record.response_bytes},
      {"duration_us", record.duration_ns / 1000}};
  if (!record.users.empty()) out["users"] = record.users;
  out["line"] = request_line(record);
  return out;
}

}  // namespace zimmock::mock
