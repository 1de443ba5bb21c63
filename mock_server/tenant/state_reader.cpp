#include "mock_server/tenant/state_reader.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/api/user_id.h"
#include "contracts/record/entities.h"
#include "contracts/record/message_record.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

// As long as a line that the client reads: a state is also the source of a migration.
constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

// A bad line, without its number.
using LineResult = tl::expected<void, std::string>;

tl::unexpected<std::string> bad(std::string_view pointer, std::string_view expected,
                                std::string_view got) {
  return tl::unexpected(fmt::format("{}: expected {}, got {}", pointer, expected, got));
}

LineResult first_refusal(const Findings& findings) {
  if (findings.ok()) return {};
  return tl::unexpected(findings.refusals.front().line());
}

}  // namespace

class StateReader::Lines {
 public:
  Lines(const Profile& profile, std::int64_t now_ms) : messages_(profile), now_ms_(now_ms) {}

  void add(std::string_view part) {
    while (!error_ && !part.empty()) {
      const std::string_view piece = part.substr(0, part.find('\n'));
      const bool ended = piece.size() < part.size();
      if (unfinished_.size() + piece.size() > kMaxLineBytes) {
        error_ =
            fmt::format("line {}: expected at most {} bytes, got more", line_ + 1, kMaxLineBytes);
      } else if (ended && unfinished_.empty()) {
        take_line(piece);
      } else {
        unfinished_.append(piece);
        if (ended) take_unfinished();
      }
      part.remove_prefix(piece.size() + (ended ? 1 : 0));
    }
  }

  Result<StateDocument> finish() {
    if (!error_ && !unfinished_.empty()) take_unfinished();
    if (error_) return fail(ErrorKind::kInput, *std::move(error_));
    return std::move(out_);
  }

 private:
  void take_unfinished() {
    take_line(unfinished_);
    unfinished_.clear();
  }

  void take_line(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    ++line_;
    if (line_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (trim(text).empty()) return;
    if (const auto read = read_line(text); !read) {
      error_ = fmt::format("line {}: {}", line_, read.error());
    }
  }

  LineResult read_line(std::string_view text) {
    auto line = parse_record_line(text);
    if (!line) return tl::unexpected(line.error().line());
    const auto kind = record_kind(*line);
    if (!kind) return tl::unexpected(kind.error().line());
    switch (*kind) {
      case RecordKind::kTenant:
        return read_tenant(*line);
      case RecordKind::kUser:
        return read_user(*line);
      case RecordKind::kDevices:
        return read_devices(*line);
      case RecordKind::kGroup:
      case RecordKind::kMember:
      case RecordKind::kRelation:
        return leave_out(*line);
      case RecordKind::kMessage:
        break;
    }
    return read_message(*std::move(line));
  }

  // The mock has no groups and no friends yet.
  LineResult leave_out(const json& line) {
    Entities entities;
    if (auto added = add_entity(line, entities); !added)
      return tl::unexpected(added.error().line());
    for (const auto& [kind, count] : count_beside_users(entities)) out_.left_out[kind] += count;
    return {};
  }

  LineResult read_tenant(const json& line) {
    Findings findings;
    FieldReader reader(line, "", findings);
    reader.has("Record");
    const auto last = reader.required_string("LastMsgId");
    reader.report_unknown(true);
    if (!findings.ok()) return first_refusal(findings);
    if (out_.last_msg_id) return bad("/Record", "one line of the tenant", "another one");
    out_.last_msg_id = parse_msg_id(*last);
    if (!out_.last_msg_id) return bad("/LastMsgId", "a MsgId, digits as a string", quote(*last));
    return {};
  }

  LineResult read_user(const json& line) {
    constexpr std::string_view kInfo = "/UserInfo/0";
    json info = line;
    info.erase("Record");
    CheckedUser checked =
        check_user_register({{"UserInfo", {std::move(info)}}}, messages_.profile()).users.at(0);
    for (Finding& finding : checked.findings.refusals) finding.pointer.erase(0, kInfo.size());
    if (!checked.findings.ok()) return first_refusal(checked.findings);
    std::string id = checked.user.user_id;
    if (!out_.users.try_emplace(std::move(id), checked.user).second) {
      return bad("/UserId", "one line for each user", quote(checked.user.user_id) + " again");
    }
    return {};
  }

  LineResult read_devices(const json& line) {
    Findings findings;
    FieldReader reader(line, "", findings);
    reader.has("Record");
    const auto user_id = reader.required_string("UserId");
    const json* versions = reader.required_array("SdkVersions");
    reader.report_unknown(true);
    if (user_id) {
      if (auto finding = check_user_id(*user_id, "/UserId")) findings.refusals.push_back(*finding);
    }
    std::vector<std::string> texts;
    for (std::size_t i = 0; versions != nullptr && i < versions->size(); ++i) {
      if (const json& one = (*versions)[i]; one.is_string()) {
        texts.push_back(one.get<std::string>());
      } else {
        findings.refuse(RuleId::kMemberType, pointer_to("/SdkVersions", i), "a string",
                        json_type_and_value(one));
      }
    }
    if (!findings.ok()) return first_refusal(findings);
    auto devices = parse_devices(texts);
    if (!devices) return tl::unexpected("/SdkVersions" + devices.error().message);
    if (!out_.devices.try_emplace(*user_id, *std::move(devices)).second) {
      return bad("/UserId", "one line for each user's devices", quote(*user_id) + " again");
    }
    return {};
  }

  LineResult read_message(json line) {
    MessageRecord record = messages_.read(std::move(line));
    const StoredPart& stored = record.stored;
    // A clock before 1970 gives such times, and what was exported can be imported again.
    if (stored.msg_seq) {
      std::erase_if(record.findings.refusals, [](const Finding& finding) {
        return finding.rule_id == RuleId::kImportTimeNegative;
      });
    }
    if (!record.findings.ok()) return first_refusal(record.findings);
    const bool both = record.sender_sees && record.receiver_sees;
    if (both && (stored.msg_id || stored.msg_seq)) {
      return bad(stored.msg_id ? "/Stored/MsgId" : "/Stored/MsgSeq",
                 "an ImportedUserId, because it is one list's", "a message of both users' lists");
    }
    if (stored.msg_seq && *stored.msg_seq < 1) {
      return bad("/Stored/MsgSeq", "1 or more", std::to_string(*stored.msg_seq));
    }
    const std::string from = record.message.from_user_id, to = record.message.to_user_id;
    StoredMessage message = stored_message(record);
    if (both) add_entry(ListId::of_user(from, to), stored.deleted, message);
    const bool receivers = record.receiver_sees;
    add_entry(receivers ? ListId::of_user(to, from) : ListId::of_user(from, to), stored.deleted,
              std::move(message));
    return {};
  }

  StoredMessage stored_message(MessageRecord& record) const {
    Message& message = record.message;
    StoredMessage out;
    out.sender = std::move(message.from_user_id);
    out.content = std::move(message.content);
    out.msg_id = record.stored.msg_id.value_or(0);
    out.msg_seq = record.stored.msg_seq.value_or(0);
    const bool now = message.send_time_ms == 0 && out.msg_seq == 0;
    out.msg_time_ms = now ? now_ms_ : message.send_time_ms;
    out.recalled = record.stored.recalled;
    return out;
  }

  void add_entry(const ListId& list, bool deleted, StoredMessage message) {
    out_.entries.push_back({line_, list_number(list), deleted, std::move(message)});
  }

  std::uint32_t list_number(const ListId& list) {
    const auto [found, added] =
        list_numbers_.try_emplace(list, static_cast<std::uint32_t>(out_.lists.size()));
    if (added) out_.lists.push_back(list);
    return found->second;
  }

  MessageRecordReader messages_;
  std::int64_t now_ms_;
  std::uint32_t line_ = 0;
  std::unordered_map<ListId, std::uint32_t, ListIdHash> list_numbers_;
  StateDocument out_;
  std::string unfinished_;            // the start of a line
  std::optional<std::string> error_;  // of the first bad line
};

StateReader::StateReader(const Profile& profile, std::int64_t now_ms)
    : lines_(std::make_unique<Lines>(profile, now_ms)) {}

StateReader::~StateReader() = default;

void StateReader::add(std::string_view part) { lines_->add(part); }

Result<StateDocument> StateReader::finish() { return lines_->finish(); }

}  // namespace zimmock::mock
