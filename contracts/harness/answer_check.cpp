#include "contracts/harness/answer_check.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "contracts/api/answer_notes.h"
#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/text.h"
#include "contracts/harness/zero_values.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

// Deeper than any answer of this API; only bounds what a hostile one costs.
constexpr std::int64_t kMaxAnswerDepth = 64;

void check_status(const HttpResponse& response, AnswerNotes& notes) {
  notes.look_at(RuleId::kAnswerStatus);
  if (response.status != 200) {
    notes.broken(RuleId::kAnswerStatus, "", "HTTP 200", fmt::format("HTTP {}", response.status));
  }
}

// The body as an object, or nothing when it is none.
std::optional<json> read_body(const HttpResponse& response, AnswerNotes& notes) {
  notes.look_at(RuleId::kAnswerIsJson);
  constexpr std::string_view kExpected = "one JSON object";
  if (response.body.starts_with("\xEF\xBB\xBF")) {  // which many JSON readers do not take
    notes.broken(RuleId::kAnswerIsJson, "", std::string(kExpected), "a byte order mark before it");
  }
  auto parsed = parse_json(response.body, {kMaxAnswerDepth, true});
  if (!parsed) {
    notes.broken(RuleId::kAnswerIsJson, parsed.error().pointer, std::string(kExpected),
                 parsed.error().got);
    return std::nullopt;
  }
  if (!parsed->is_object()) {
    notes.broken(RuleId::kAnswerIsJson, "", std::string(kExpected), json_type_and_value(*parsed));
    return std::nullopt;
  }
  const std::string_view type = header(response.headers, "Content-Type");
  if (!equal_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json")) {
    notes.broken(RuleId::kAnswerIsJson, "Content-Type", "application/json",
                 type.empty() ? "nothing" : quote(type));
  }
  return std::move(*parsed);
}

// Of an unsigned value beyond int64 nothing: no code is so large.
std::optional<std::int64_t> to_int64(const json* value) {
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value->get<std::int64_t>();
}

std::optional<std::int64_t> check_code(const json& answer, const Profile& profile,
                                       AnswerNotes& notes) {
  notes.look_at(RuleId::kAnswerCode);
  const json* given = member(answer, "Code");
  const auto code = to_int64(given);
  if (!code) {
    notes.broken(RuleId::kAnswerCode, "/Code", "an integer", got_of(given));
  } else if (find_code(profile.registry_code(*code)) == nullptr) {
    notes.broken(RuleId::kAnswerCode, "/Code", "a code of the vendor's tables",
                 std::to_string(*code));
  }
  return code;
}

void check_message(const json& answer, std::optional<std::int64_t> code, AnswerNotes& notes) {
  notes.look_at(RuleId::kAnswerMessage);
  const json* message = member(answer, "Message");
  if (message == nullptr || !message->is_string()) {
    notes.broken(RuleId::kAnswerMessage, "/Message", "a string", got_of(message));
  } else if (code == 0 && *message != "success") {
    notes.broken(RuleId::kAnswerMessage, "/Message", "\"success\" with Code 0", got_of(message));
  }
}

void check_request_id(const json& answer, AnswerNotes& notes) {
  notes.look_at(RuleId::kAnswerRequestId);
  const json* id = member(answer, "RequestId");
  if (id == nullptr || !is_digits(*id)) {
    notes.broken(RuleId::kAnswerRequestId, "/RequestId", "a string of decimal digits", got_of(id));
  }
}

}  // namespace

AnswerCheck check_answer(std::string_view action, const HttpResponse& response,
                         const Profile& profile) {
  AnswerCheck out;
  AnswerNotes notes(out.findings, out.checked);
  check_status(response, notes);
  auto answer = read_body(response, notes);
  if (!answer) return out;
  put_back_zeros(action, *answer, profile.zeros);
  const auto code = check_code(*answer, profile, notes);
  check_message(*answer, code, notes);
  check_request_id(*answer, notes);
  out.usable = code.has_value();
  const Operation* known = find_operation(action);
  if (code && known != nullptr) check_answer_members(*known, *answer, *code == 0, notes);
  return out;
}

}  // namespace zimmock::inline contract
