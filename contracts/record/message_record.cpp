#include "contracts/record/message_record.h"

#include <iterator>
#include <limits>
#include <vector>

#include "contracts/api/json_text.h"
#include "contracts/api/operations/import_peer_msg.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

constexpr std::string_view kBodyPointer = "/MessageBody";
constexpr std::int64_t kMaxMsgId = 9'100'000'000'000'000'000;

struct KindRow {
  std::string_view name;
  RecordKind kind;
};
constexpr KindRow kRecordKinds[] = {
    {"tenant", RecordKind::kTenant}, {"devices", RecordKind::kDevices},
    {"user", RecordKind::kUser},     {"group", RecordKind::kGroup},
    {"member", RecordKind::kMember}, {"relation", RecordKind::kRelation}};

// Times are judged when it is known when they are sent: no time is too old or too new here.
constexpr ImportWindow kAnyTime{std::numeric_limits<std::int64_t>::max(),
                                std::numeric_limits<std::int64_t>::max()};

StoredPart read_stored(const json& stored, const std::string& pointer, Findings& findings) {
  StoredPart out;
  FieldReader reader(stored, pointer, findings);
  if (const auto text = reader.optional_string("MsgId")) {
    out.msg_id = parse_msg_id(*text);
    if (!out.msg_id) {
      findings.refuse(RuleId::kMemberType, reader.pointer("MsgId"),
                      "a MsgId, digits as a string, at most " + std::to_string(kMaxMsgId),
                      quote(*text));
    }
  }
  out.msg_seq = reader.optional_int("MsgSeq");
  out.recalled = reader.optional_bool("Recalled").value_or(false);
  out.deleted = reader.optional_bool("Deleted").value_or(false);
  reader.report_unknown(true);
  return out;
}

// The members that ImportPeerMsg does not have, and all the names it does.
void read_own_members(const json& line, MessageRecord& record) {
  FieldReader reader(line, "", record.findings);
  for (const std::string_view name :
       {"FromUserId", "ToUserId", "MessageType", "Priority", "MessageBody", "Message",
        "ExtendedData", "SubMsgType", "SearchedContent", "SendMessageTime", "ImportedUserId",
        "VisibleTo"}) {
    reader.has(name);
  }
  record.id = reader.optional_string("Id").value_or("");
  if (const json* stored = reader.optional_object("Stored")) {
    record.stored = read_stored(*stored, reader.pointer("Stored"), record.findings);
  }
  reader.report_unknown(true);
}

// ImportPeerMsg's own body, made from the line, which it takes the texts of; false in `flat` if it
// had a MessageBody.
json body_of(json& line, bool& flat, Findings& findings) {
  json body = json::object();
  for (const char* name : {"FromUserId", "ToUserId", "MessageType", "Priority", "SubMsgType",
                           "SearchedContent", "SendMessageTime", "ImportedUserId"}) {
    if (const auto found = line.find(name); found != line.end()) body[name] = *found;
  }
  if (const auto found = line.find("MessageBody"); found != line.end()) {
    body["MessageBody"] = std::move(*found);
  }
  if (!body.contains("Priority")) body["Priority"] = MessageContent{}.priority;
  if (!body.contains("ImportedUserId")) body["ImportedUserId"] = line.value("FromUserId", json(""));
  flat = !body.contains("MessageBody");
  if (flat) body["MessageBody"] = json::object();
  for (const char* name : {"Message", "ExtendedData"}) {
    const auto found = line.find(name);
    if (found == line.end()) continue;
    if (flat) {
      body["MessageBody"][name] = std::move(*found);
    } else {
      findings.refuse(RuleId::kMemberOnce, pointer_to("", name),
                      "MessageBody or a flat " + std::string(name), "both");
    }
  }
  return body;
}

// Who has the message in their list: VisibleTo, or an ImportedUserId, or both users.
void read_visibility(const json& line, MessageRecord& record) {
  const Message& message = record.message;
  const auto visible_to = line.find("VisibleTo");
  const auto imported = line.find("ImportedUserId");
  if (visible_to == line.end()) {
    if (imported == line.end() || !imported->is_string()) return;
    record.sender_sees = *imported == message.from_user_id;
    record.receiver_sees = *imported == message.to_user_id;
    return;
  }
  if (imported != line.end()) {
    record.findings.refuse(RuleId::kMemberOnce, "/ImportedUserId", "VisibleTo or ImportedUserId",
                           "both");
  }
  if (!visible_to->is_array() || visible_to->empty()) {
    record.findings.refuse(visible_to->is_array() ? RuleId::kImportedUser : RuleId::kMemberType,
                           "/VisibleTo", "a list of FromUserId, ToUserId or both",
                           json_type_and_value(*visible_to));
    return;
  }
  record.sender_sees = record.receiver_sees = false;
  for (std::size_t i = 0; i < visible_to->size(); ++i) {
    const json& user = (*visible_to)[i];
    bool* sees = user == message.from_user_id ? &record.sender_sees
                 : user == message.to_user_id ? &record.receiver_sees
                                              : nullptr;
    if (sees == nullptr || *sees) {
      record.findings.refuse(RuleId::kImportedUser, pointer_to("/VisibleTo", i),
                             sees == nullptr ? "FromUserId or ToUserId" : "each user once",
                             json_type_and_value(user));
      continue;
    }
    *sees = true;
  }
}

// The line's flat members stand where it has them, not in the body that was made of them.
void flatten_pointers(std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (finding.pointer.starts_with(kBodyPointer)) finding.pointer.erase(0, kBodyPointer.size());
  }
}

void take(std::vector<Finding>& to, std::vector<Finding>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

tl::expected<json, Finding> parse_record_line(std::string_view line) {
  auto document = parse_json(line, {});
  if (!document) {
    Finding finding = document.error();
    constexpr std::string_view kOwnLine = "line 1, ";  // of the one line that it is
    if (const auto at = finding.got.find(kOwnLine); at != finding.got.npos) {
      finding.got.erase(at, kOwnLine.size());
    }
    return tl::unexpected(std::move(finding));
  }
  if (!document->is_object()) {
    return tl::unexpected(
        Finding{RuleId::kBodyIsObject, "", "a JSON object", json_type_and_value(*document)});
  }
  return document;
}

tl::expected<RecordKind, Finding> record_kind(const json& line) {
  const auto found = line.find("Record");
  if (found == line.end()) return RecordKind::kMessage;
  Finding unknown{RuleId::kMemberType, "/Record",
                  "tenant, user, devices, group, member, relation, or no Record",
                  json_type_and_value(*found)};
  if (!found->is_string()) return tl::unexpected(std::move(unknown));
  const auto& name = found->get_ref<const std::string&>();
  std::vector<std::string_view> names;
  for (const KindRow& row : kRecordKinds) {
    if (row.name == name) return row.kind;
    names.push_back(row.name);
  }
  unknown.got += did_you_mean(name, names);
  return tl::unexpected(std::move(unknown));
}

std::optional<std::int64_t> parse_msg_id(std::string_view text) {
  const auto id = parse_int64(text);
  if (!id || *id < 1 || *id > kMaxMsgId || text.front() == '0') return std::nullopt;
  return id;
}

MessageRecord MessageRecordReader::read(json line) const {
  MessageRecord record;
  if (!profile_.refuse_numbers_with_point) make_numbers_whole(line);
  read_own_members(line, record);
  bool flat = true;
  const json body = body_of(line, flat, record.findings);
  Checked<ImportPeerMsg> checked = check_import_peer_msg(body, profile_, kAnyTime);
  if (flat) {
    flatten_pointers(checked.findings.refusals);
    flatten_pointers(checked.findings.warnings);
  }
  take(record.findings.refusals, checked.findings.refusals);
  take(record.findings.warnings, checked.findings.warnings);
  record.message = std::move(checked.value.message);
  read_visibility(line, record);
  return record;
}

}  // namespace zimmock::inline contract
