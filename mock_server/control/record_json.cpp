#include "mock_server/control/record_json.h"

#include <string_view>

#include "contracts/api/text.h"
#include "mock_server/verification.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

constexpr std::string_view kRedacted = "[redacted]";

bool is_secret_name(std::string_view name) {
  return equal_ignoring_case(name, "Signature") || equal_ignoring_case(name, "ServerSecret") ||
         equal_ignoring_case(name, "server_secret") || equal_ignoring_case(name, "Secret");
}

void redact(json& value, const std::string& secret) {
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    if (!secret.empty() && text.find(secret) != std::string::npos) text = kRedacted;
  } else if (value.is_array()) {
    for (json& item : value) redact(item, secret);
  } else if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      if (is_secret_name(name)) {
        member = kRedacted;
      } else {
        redact(member, secret);
      }
    }
  }
}

// The body as JSON; null for what is none, because there is no telling what is in it.
json body_json(const std::string& text, const std::string& secret) {
  json body = json::parse(text, nullptr, false);
  if (body.is_discarded()) return nullptr;
  redact(body, secret);
  return body;
}

json checked_ids(const RuleSet& checked) {
  json out = json::array();
  for (const Rule& one : all_rules()) {
    if (checked.contains(one.rule_id)) out.push_back(one.id);
  }
  return out;
}

}  // namespace

json to_json(const RequestRecord& record, const std::string& secret) {
  json broken = json::array();
  for (const BrokenRule& one : record.rules_broken) {
    broken.push_back(
        {{"rule", rule(one.rule_id).id}, {"line", one.line}, {"refused", one.refused}});
  }
  json out{
      {"seq", record.seq},
      {"time", iso_time(record.wall_ms)},
      {"action", record.action},
      {"app_id", record.app_id},
      {"request_id", record.request_id},
      {"nonce", record.nonce},
      {"timestamp", record.timestamp},
      {"from", record.from},
      {"to", record.to},
      {"list", record.list},
      {"parameters", body_json(record.request_body, secret)},
      {"status", record.answered ? json(record.status) : json()},
      {"code", record.code == kNoCode ? json() : json(record.code)},
      {"message", record.message},
      {"rules_checked", checked_ids(record.rules_checked)},
      {"rules_broken", std::move(broken)},
      {"faults", record.faults},
      {"effect", to_string(record.effect)},
      {"answer", record.answered ? body_json(record.response_body, secret) : json()},
      {"attempt", {{"group", record.group}, {"number", record.attempt}, {"resent", record.resent}}},
      {"request_bytes", record.request_bytes},
      {"response_bytes", record.response_bytes},
      {"duration_us", record.duration_ns / 1000}};
  if (!record.users.empty()) out["users"] = record.users;
  out["line"] = request_line(record);
  return out;
}

}  // namespace zimmock
