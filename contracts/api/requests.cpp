#include "contracts/api/requests.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/clock.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/text.h"
#include "contracts/api/user_id.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

void check_id(std::string_view id, const std::string& pointer, Findings& findings,
              bool hyphen_allowed = true) {
  if (auto finding = check_user_id(id, pointer, hyphen_allowed, &findings.checked)) {
    findings.refuse(*std::move(finding));
  }
}

// Reads a required user id and checks it.
std::string read_user_id(FieldReader& reader, std::string_view name, Findings& findings,
                         bool hyphen_allowed = true) {
  const auto id = reader.required_string(name);
  if (!id) return {};
  check_id(*id, reader.pointer(name), findings, hyphen_allowed);
  return *id;
}

// Of a member that is not there, nothing is checked.
void check_max_bytes(const std::optional<std::string>& text, std::size_t max, RuleId rule_id,
                     std::string pointer, Findings& findings) {
  if (!text) return;
  findings.check(rule_id);
  if (text->size() <= max) return;
  findings.refuse(rule_id, std::move(pointer), fmt::format("at most {} bytes", max),
                  fmt::format("{} bytes", text->size()));
}

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

void check_two_users(const ImportPeerMsg& message, Findings& findings) {
  if (message.from_user_id.empty() || message.to_user_id.empty()) return;
  findings.check(RuleId::kImportTwoUsers);
  if (message.from_user_id != message.to_user_id) return;
  findings.refuse(RuleId::kImportTwoUsers, "/ToUserId", "another user than FromUserId",
                  quote(message.to_user_id));
}

// Reads MessageBody into `message` and checks it.
void read_message_body(FieldReader& reader, ImportPeerMsg& message, bool type_known,
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
  message.message = text.value_or("");
  message.extended_data = extended.value_or("");
  if (text && type_known) {
    check_message(message.message_type, *text, inner.pointer("Message"), profile, findings);
  }
  check_max_bytes(extended, kMaxExtendedDataBytes, RuleId::kExtendedDataLength,
                  inner.pointer("ExtendedData"), findings);
}

void read_import_fields(FieldReader& reader, ImportPeerMsg& message, const Profile& profile,
                        Findings& findings) {
  const auto type = reader.required_int("MessageType");
  if (type) check_type(*type, findings);
  message.message_type = type.value_or(0);
  const auto priority = reader.required_int("Priority");
  if (priority) check_priority(*priority, findings);
  message.priority = priority.value_or(0);
  read_message_body(reader, message, type.has_value(), profile, findings);
  const bool sub_given = reader.has("SubMsgType");
  const auto sub_type = reader.optional_int("SubMsgType");
  if (type) check_sub_type(*type, sub_type, sub_given, findings);
  message.sub_msg_type = sub_type.value_or(0);
  const auto searched = reader.optional_string("SearchedContent");
  message.searched_content = searched.value_or("");
  if (type) check_searched(*type, searched, findings);
}

// One entry of UserInfo.
CheckedUser read_user(const json& info, const std::string& where, const Profile& profile) {
  CheckedUser out;
  out.findings.check(RuleId::kMemberType);
  if (!info.is_object()) {
    out.findings.refuse(RuleId::kMemberType, where, "an object", json_type_and_value(info));
    return out;
  }
  FieldReader reader(info, where, out.findings);
  out.user.user_id = read_user_id(reader, "UserId", out.findings);
  const auto name = reader.optional_string("UserName");
  const auto avatar = reader.optional_string("UserAvatar");
  check_max_bytes(name, kMaxUserNameBytes, RuleId::kUserNameLength, reader.pointer("UserName"),
                  out.findings);
  check_max_bytes(avatar, kMaxUserAvatarBytes, RuleId::kUserAvatarLength,
                  reader.pointer("UserAvatar"), out.findings);
  out.user.user_name = name.value_or("");
  out.user.user_avatar = avatar.value_or("");
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

}  // namespace

const Plan* find_plan(std::string_view name) {
  for (const Plan& plan : kPlans) {
    if (plan.name == name) return &plan;
  }
  return nullptr;
}

CheckedRegister check_user_register(const json& body, const Profile& profile) {
  CheckedRegister out;
  FieldReader reader(body, "", out.findings);
  const json* users = reader.required_array("UserInfo");
  reader.report_unknown(profile.refuse_unknown_members);
  if (users == nullptr) return out;
  out.findings.check(RuleId::kRegisterNotEmpty);
  out.findings.check(RuleId::kRegisterMax);
  if (users->empty()) {
    out.findings.refuse(RuleId::kRegisterNotEmpty, "/UserInfo", "1 to 100 users", "an empty array");
  }
  if (users->size() > kMaxRegisterUsers) {
    out.findings.refuse(RuleId::kRegisterMax, "/UserInfo", "at most 100 users",
                        fmt::format("{} users", users->size()));
    return out;
  }
  for (std::size_t i = 0; i < users->size(); ++i) {
    out.users.push_back(read_user((*users)[i], pointer_to("/UserInfo", i), profile));
  }
  return out;
}

Checked<ImportPeerMsg> check_import_peer_msg(const json& body, const Profile& profile,
                                             const ImportWindow& window) {
  Checked<ImportPeerMsg> out;
  ImportPeerMsg& message = out.value;
  FieldReader reader(body, "", out.findings);
  message.from_user_id = read_user_id(reader, "FromUserId", out.findings);
  message.to_user_id = read_user_id(reader, "ToUserId", out.findings);
  check_two_users(message, out.findings);
  read_import_fields(reader, message, profile, out.findings);
  message.send_time_ms = reader.optional_int("SendMessageTime").value_or(0);
  check_send_time(message.send_time_ms, window, out.findings);
  if (const auto imported = reader.required_string("ImportedUserId")) {
    message.imported_user_id = *imported;
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

Checked<QueryPeerMsg> check_query_peer_msg(const json& body, const Profile& profile) {
  Checked<QueryPeerMsg> out;
  FieldReader reader(body, "", out.findings);
  const bool hyphen = !profile.refuse_hyphen_in_query;
  out.value.viewer = read_user_id(reader, "FromUserId", out.findings, hyphen);
  out.value.peer = read_user_id(reader, "ToUserId", out.findings, hyphen);
  const auto limit_given = reader.optional_int("Limit");
  if (limit_given) out.findings.check(RuleId::kQueryLimit);
  const std::int64_t limit = limit_given.value_or(kDefaultQueryLimit);
  out.value.limit = limit <= 0 ? kDefaultQueryLimit : std::min(limit, kMaxQueryLimit);
  if (out.value.limit != limit) {
    out.findings.warn(RuleId::kQueryLimit, "/Limit", "1 to 100",
                      fmt::format("{}, taken as {}", limit, out.value.limit));
  }
  out.value.next = reader.optional_int("Next").value_or(0);
  const auto with_empty_given = reader.optional_int("WithEmptyMsg");
  if (with_empty_given) out.findings.check(RuleId::kQueryWithEmpty);
  const std::int64_t with_empty = with_empty_given.value_or(0);
  if (with_empty != 0 && with_empty != 1) {
    out.findings.refuse(RuleId::kQueryWithEmpty, "/WithEmptyMsg", "0 or 1",
                        std::to_string(with_empty));
  }
  out.value.with_empty = with_empty == 1;
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

Checked<RevokePeerMessage> check_revoke_peer_message(const json& body, const Profile& profile) {
  Checked<RevokePeerMessage> out;
  FieldReader reader(body, "", out.findings);
  out.value.from_user_id = read_user_id(reader, "FromUserId", out.findings);
  out.value.to_user_id = read_user_id(reader, "ToUserId", out.findings);
  out.value.msg_seq = reader.required_int("MsgSeq").value_or(0);
  const auto payload = reader.optional_string("Payload");
  out.value.payload = payload.value_or("");
  check_max_bytes(payload, kMaxRecallPayloadBytes, RuleId::kRevokePayloadLength, "/Payload",
                  out.findings);
  reader.has("OfflinePush");
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

Checked<ClearPeerMessage> check_clear_peer_message(const json& body, const Profile& profile) {
  Checked<ClearPeerMessage> out;
  FieldReader reader(body, "", out.findings);
  out.value.from_user_id = read_user_id(reader, "FromUserId", out.findings);
  out.value.to_user_id = read_user_id(reader, "ToUserId", out.findings);
  reader.report_unknown(profile.refuse_unknown_members);
  return out;
}

void check_send_time(std::int64_t send_time_ms, const ImportWindow& window, Findings& findings) {
  const std::int64_t oldest_ms = window.now_ms - window.retention_ms;
  if (send_time_ms == 0) return;
  findings.check(RuleId::kImportTimeNegative);
  if (send_time_ms >= 0) findings.check(RuleId::kImportTimeFuture);
  if (send_time_ms >= 0 && send_time_ms <= window.now_ms) {
    findings.check(RuleId::kImportTimeTooOld);
  }
  if (send_time_ms < 0) {
    findings.refuse(RuleId::kImportTimeNegative, "/SendMessageTime", "Unix milliseconds, or 0",
                    std::to_string(send_time_ms));
  } else if (send_time_ms > window.now_ms) {
    findings.refuse(RuleId::kImportTimeFuture, "/SendMessageTime",
                    fmt::format("at most {} (now)", window.now_ms), std::to_string(send_time_ms));
  } else if (send_time_ms < oldest_ms) {
    constexpr std::int64_t kLooksLikeSeconds = 100'000'000'000;  // as milliseconds: March 1973
    const std::string hint = send_time_ms < kLooksLikeSeconds ? ", which looks like seconds" : "";
    findings.refuse(
        RuleId::kImportTimeTooOld, "/SendMessageTime",
        fmt::format("at least {} ({} days ago)", oldest_ms, window.retention_ms / kMillisPerDay),
        std::to_string(send_time_ms) + hint);
  }
}

json to_json(const UserRegister& request) {
  json users = json::array();
  for (const RegisterUser& user : request.users) {
    json& info = users.emplace_back(json{{"UserId", user.user_id}});
    if (!user.user_name.empty()) info["UserName"] = user.user_name;
    if (!user.user_avatar.empty()) info["UserAvatar"] = user.user_avatar;
  }
  return {{"UserInfo", users}};
}

json to_json(const ImportPeerMsg& request) {
  json body{{"Message", request.message}};
  if (!request.extended_data.empty()) body["ExtendedData"] = request.extended_data;
  json out{{"FromUserId", request.from_user_id},
           {"ToUserId", request.to_user_id},
           {"MessageType", request.message_type},
           {"Priority", request.priority},
           {"MessageBody", body},
           {"ImportedUserId", request.imported_user_id}};
  if (request.message_type == kCustom) {
    out["SubMsgType"] = request.sub_msg_type;
    if (!request.searched_content.empty()) out["SearchedContent"] = request.searched_content;
  }
  if (request.send_time_ms != 0) out["SendMessageTime"] = request.send_time_ms;
  return out;
}

json to_json(const QueryPeerMsg& request) {
  return {{"FromUserId", request.viewer},
          {"ToUserId", request.peer},
          {"Limit", request.limit},
          {"Next", request.next},
          {"WithEmptyMsg", request.with_empty ? 1 : 0}};
}

json to_json(const RevokePeerMessage& request) {
  json out{{"FromUserId", request.from_user_id},
           {"ToUserId", request.to_user_id},
           {"MsgSeq", request.msg_seq}};
  if (!request.payload.empty()) out["Payload"] = request.payload;
  return out;
}

json to_json(const ClearPeerMessage& request) {
  return {{"FromUserId", request.from_user_id}, {"ToUserId", request.to_user_id}};
}

}  // namespace zimmock
