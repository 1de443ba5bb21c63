#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/json_items.h"
#include "client/formats/json_members.h"
#include "client/formats/line_source.h"
#include "client/formats/rows.h"
#include "client/formats/zim_line.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"
#include "contracts/record/message_record.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

void check_time(const json& source, Findings& findings) {
  const auto found = source.find("SendMessageTime");
  if (found == source.end()) {
    findings.refuse(RuleId::kMemberPresent, "/SendMessageTime",
                    "Unix milliseconds (without it a message is dated now)", "nothing");
  } else if (*found == 0) {
    findings.refuse(RuleId::kMemberPresent, "/SendMessageTime", "Unix milliseconds",
                    "0, which dates a message now");
  }
}

// Every member that is a user id, or a list of them.
void map_users(const UserMap& users, json& line) {
  const auto map = [&users](json& user) {
    if (user.is_string()) user = zim_user(users, user.get_ref<const std::string&>());
  };
  for (const char* name : {"FromUserId", "ToUserId", "ImportedUserId", "VisibleTo"}) {
    const auto found = line.find(name);
    if (found == line.end()) continue;
    if (found->is_array()) std::for_each(found->begin(), found->end(), map);
    map(*found);
  }
}

class ZimJsonl : public LineSource {
 public:
  ZimJsonl(LineFile file, const FormatOptions& options)
      : LineSource(std::move(file), "zim"), reader_(options.profile), users_(options.users) {}

 private:
  bool read_line(const std::string& text, SourceRecord& record) const override {
    return read_zim_line(text, reader_, users_, record);
  }

  // A line about the tenant or about devices is for a mock alone.
  void take_other(const std::string& text, SourceFacts& facts) override {
    const json line = json_or_discarded(text);
    Entities one;
    if (!add_entity(line, one)) return;
    for (const auto& [kind, count] : count_beside_users(one)) facts.skipped[kind] += count;
    add_entities(one, facts.entities);
  }

  MessageRecordReader reader_;
  UserMap users_;
};

}  // namespace

const std::string& zim_user(const UserMap& users, const std::string& source_id) {
  const auto found = users.find(source_id);
  return found == users.end() ? source_id : found->second;
}

// What the line says, for a message or a line that is broken; any other is not one.
bool read_zim_line(std::string_view text, const MessageRecordReader& reader, const UserMap& users,
                   SourceRecord& record) {
  auto line = parse_record_line(text);
  if (!line) {
    record.findings.refusals.push_back(line.error());
    return true;
  }
  const auto kind = record_kind(*line);
  if (!kind) {
    record.findings.refusals.push_back(kind.error());
    return true;
  }
  if (*kind == RecordKind::kTenant || *kind == RecordKind::kDevices) return false;
  if (*kind != RecordKind::kMessage) {
    Entities entities;
    const auto added = add_entity(*line, entities);
    if (!added) record.findings.refusals.push_back(added.error());
    return !added;
  }
  Findings time;
  check_time(*line, time);
  record.source_users = {string_of(*line, "FromUserId"), string_of(*line, "ToUserId")};
  if (!users.empty()) map_users(users, *line);
  MessageRecord message = reader.read(*std::move(line));
  record.id = std::move(message.id);
  record.message = std::move(message.message);
  record.sender_sees = message.sender_sees;
  record.receiver_sees = message.receiver_sees;
  record.emptied = message.stored.deleted    ? Emptied::kDeleted
                   : message.stored.recalled ? Emptied::kRecalled
                                             : Emptied::kNo;
  record.findings = std::move(message.findings);
  for (Finding& finding : time.refusals) record.findings.refusals.push_back(std::move(finding));
  return true;
}

json zim_line(const Message& message, const std::string& id, const std::string& only_for) {
  const MessageContent& content = message.content;
  json out{{"FromUserId", message.from_user_id},
           {"ToUserId", message.to_user_id},
           {"MessageType", content.type},
           {"Message", content.body},
           {"SendMessageTime", message.send_time_ms}};
  if (!id.empty()) out["Id"] = id;
  if (content.type == kCustom || content.sub_type != 0) out["SubMsgType"] = content.sub_type;
  if (content.priority != MessageContent{}.priority) out["Priority"] = content.priority;
  if (!content.extended_data.empty()) out["ExtendedData"] = content.extended_data;
  if (!content.searched_content.empty()) out["SearchedContent"] = content.searched_content;
  if (!only_for.empty()) out["VisibleTo"] = {only_for};
  return out;
}

// JSON Lines with one of ImportPeerMsg's names on the first line that can be read.
bool is_zim_jsonl(std::string_view head, const std::filesystem::path& /*path*/) {
  const json line = first_object_line(head);
  return line.contains("FromUserId") || line.contains("Record");
}

Result<std::unique_ptr<SourceReader>> open_zim_jsonl(const std::filesystem::path& path,
                                                     const FormatOptions& options) {
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return std::make_unique<ZimJsonl>(*std::move(file), options);
}

}  // namespace zimmock::client
