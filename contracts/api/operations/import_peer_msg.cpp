#include "contracts/api/operations/import_peer_msg.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/answer_notes.h"
#include "contracts/api/message_body.h"
#include "contracts/api/operations/operation.h"
#include "contracts/api/operations/read_members.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

void check_type(std::int64_t type, Findings& findings) {
  for (const RuleId rule_id :
       {RuleId::kImportTypeCommand, RuleId::kImportTypeBarrage, RuleId::kImportType}) {
    findings.check(rule_id);
  }
  const auto types = importable_types();
  if (std::find(types.begin(), types.end(), type) != types.end()) return;
  const RuleId rule_id = type == kCommand   ? RuleId::kImportTypeCommand
                         : type == kBarrage ? RuleId::kImportTypeBarrage
                                            : RuleId::kImportType;
  std::string got = std::to_string(type);
  if (type == kCommand) got += " (command)";
  if (type == kBarrage) got += " (barrage, for rooms only)";
  findings.refuse(rule_id, "/MessageType", "1, 10, 11, 12, 13, 14 or 200", got);
}

void check_sub_type(std::int64_t type, std::optional<std::int64_t> sub_type, bool given,
                    Findings& findings) {
  if (type == kCustom) findings.check(RuleId::kImportSubMsgTypeNeeded);
  if (type == kCustom && !given) {
    findings.refuse(RuleId::kImportSubMsgTypeNeeded, "/SubMsgType",
                    "an integer, because MessageType is 200", "nothing");
  }
  if (!sub_type) return;
  findings.check(RuleId::kImportSubMsgTypeUnused);
  if (type == kCustom) findings.check(RuleId::kImportSubMsgTypeRange);
  if (type != kCustom) {
    findings.warn(RuleId::kImportSubMsgTypeUnused, "/SubMsgType",
                  "nothing, because MessageType is not 200", std::to_string(*sub_type));
  } else if (*sub_type < 0 || *sub_type > kMaxSubMsgType) {
    findings.refuse(RuleId::kImportSubMsgTypeRange, "/SubMsgType", "0 to 200",
                    std::to_string(*sub_type));
  }
}

void check_searched(std::int64_t type, const std::optional<std::string>& searched,
                    Findings& findings) {
  if (!searched) return;
  findings.check(RuleId::kImportSearchedOnlyCustom);
  if (type != kCustom) {
    findings.refuse(RuleId::kImportSearchedOnlyCustom, "/SearchedContent",
                    "nothing, because MessageType is not 200", quote(*searched));
  }
  check_max_bytes(searched, kMaxSearchedContentBytes, RuleId::kImportSearchedLength,
                  "/SearchedContent", findings);
}

void check_priority(std::int64_t priority, Findings& findings) {
  findings.check(RuleId::kImportPriority);
  if (priority >= 1 && priority <= 3) return;
  findings.refuse(RuleId::kImportPriority, "/Priority", "1, 2 or 3", std::to_string(priority));
}

void check_two_users(const Message& message, Findings& findings) {
  if (message.from_user_id.empty() || message.to_user_id.empty()) return;
  findings.check(RuleId::kImportTwoUsers);
  if (message.from_user_id != message.to_user_id) return;
  findings.refuse(RuleId::kImportTwoUsers, "/ToUserId", "another user than FromUserId",
                  quote(message.to_user_id));
}

// Reads MessageBody into `message` and checks it.
void read_message_body(FieldReader& reader, MessageContent& content, bool type_known,
                       const Profile& profile, Findings& findings) {
  const json* body = reader.required_object("MessageBody");
  if (body == nullptr) return;
  FieldReader inner(*body, reader.pointer("MessageBody"), findings);
  const auto text = inner.required_string("Message");
  const auto extended = inner.optional_string("ExtendedData");
  findings.check(RuleId::kImportUnsupportedField);
  for (const std::string_view name : {"OfflinePush", "HasReceipt"}) {
    if (!inner.has(name)) continue;
    Finding finding{RuleId::kImportUnsupportedField, inner.pointer(name),
                    "nothing: not supported when importing", std::string(name)};
    profile.refuse_unsupported_fields ? findings.refuse(std::move(finding))
                                      : findings.warn(std::move(finding));
  }
  inner.report_unknown(profile.refuse_unknown_members);
  content.body = text.value_or("");
  content.extended_data = extended.value_or("");
  if (text && type_known) {
    check_message(content.type, *text, inner.pointer("Message"), profile, findings);
  }
  check_max_bytes(extended, kMaxExtendedDataBytes, RuleId::kExtendedDataLength,
                  inner.pointer("ExtendedData"), findings);
}

void read_import_fields(FieldReader& reader, MessageContent& content, const Profile& profile,
                        Findings& findings) {
  const auto type = reader.required_int("MessageType");
  if (type) check_type(*type, findings);
  content.type = type.value_or(0);
  const auto priority = reader.required_int("Priority");
  if (priority) check_priority(*priority, findings);
  content.priority = priority.value_or(0);
  read_message_body(reader, content, type.has_value(), profile, findings);
  const bool sub_given = reader.has("SubMsgType");
  const auto sub_type = reader.optional_int("SubMsgType");
  if (type) check_sub_type(*type, sub_type, sub_given, findings);
  content.sub_type = sub_type.value_or(0);
  const auto searched = reader.optional_string("SearchedContent");
  content.searched_content = searched.value_or("");
  if (type) check_searched(*type, searched, findings);
}

void check_import_ids(const json& answer, AnswerNotes& notes) {
  notes.look_at(RuleId::kImportIds);
  const json* id = member(answer, "MsgId");
  if (id == nullptr || !is_digits(*id)) {
    notes.broken(RuleId::kImportIds, "/MsgId", "a string of decimal digits", got_of(id));
  }
  const json* seq = member(answer, "MsgSeq");
  if (seq == nullptr || !seq->is_number_integer()) {
    notes.broken(RuleId::kImportIds, "/MsgSeq", "an integer", got_of(seq));
  }
}

}  // namespace

Checked<ImportPeerMsg> check_import_peer_msg(const nlohmann::json& body, const Profile& profile,
                                             const ImportWindow& window) {
  Checked<ImportPeerMsg> out;
  Message& message = out.value.message;
  FieldReader reader(body, "", out.findings);
  message.from_user_id = read_user_id(reader, "FromUserId", out.findings);
  message.to_user_id = read_user_id(reader, "ToUserId", out.findings);
  check_two_users(message, out.findings);
  read_import_fields(reader, message.content, profile, out.findings);
  message.send_time_ms = reader.optional_int("SendMessageTime").value_or(0);
  check_send_time(message.send_time_ms, window, out.findings);
  if (const auto imported = reader.required_string("ImportedUserId")) {
    out.value.imported_user_id = *imported;
    const bool both_known = !message.from_user_id.empty() && !message.to_user_id.empty();
    if (both_known) out.findings.check(RuleId::kImportedUser);
    if (both_known && *imported != message.from_user_id && *imported != message.to_user_id) {
      out.findings.refuse(RuleId::kImportedUser, "/ImportedUserId", "FromUserId or ToUserId",
                          quote(*imported));
    }
  }
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

ListId ImportPeerMsg::list() const {
  const bool senders = imported_user_id == message.from_user_id;
  return ListId::of_user(imported_user_id, senders ? message.to_user_id : message.from_user_id);
}

nlohmann::json to_json(const ImportPeerMsg& request) {
  const Message& message = request.message;
  const MessageContent& content = message.content;
  nlohmann::json body{{"Message", content.body}};
  if (!content.extended_data.empty()) body["ExtendedData"] = content.extended_data;
  nlohmann::json out{{"FromUserId", message.from_user_id},
                     {"ToUserId", message.to_user_id},
                     {"MessageType", content.type},
                     {"Priority", content.priority},
                     {"MessageBody", body},
                     {"ImportedUserId", request.imported_user_id}};
  if (content.type == kCustom) {
    out["SubMsgType"] = content.sub_type;
    if (!content.searched_content.empty()) out["SearchedContent"] = content.searched_content;
  }
  if (message.send_time_ms != 0) out["SendMessageTime"] = message.send_time_ms;
  return out;
}

namespace operations {

extern const Operation import_peer_msg;
constinit const Operation import_peer_msg{
    .name = "ImportPeerMsg",
    .method = "POST",
    .area = "message",
    .what = "import 1:1 history from another IM service",
    .id = OperationId::kImportPeerMsg,
    .check =
        [](const nlohmann::json& body, const Profile& profile, const ImportWindow& window) {
          CheckedCall out;
          auto checked = check_import_peer_msg(body, profile, window);
          if (checked.findings.ok()) out.import = std::move(checked.value);
          out.findings = std::move(checked.findings);
          return out;
        },
    .facts =
        [](const nlohmann::json& body) {
          CallFacts out = facts_of_two(body, "ImportedUserId");
          const auto time = body.find("SendMessageTime");
          if (time != body.end() && time->is_number_integer()) {
            out.send_time_ms = time->get<std::int64_t>();
          }
          return out;
        },
    .check_answer =
        [](const nlohmann::json& answer, bool success, AnswerNotes& notes) {
          if (success) check_import_ids(answer, notes);
        },
};

}  // namespace operations

}  // namespace zimmock::inline contract
