#include "client/formats/format.h"

#include <fmt/format.h>

#include "client/formats/line_file.h"
#include "client/formats/other_files.h"
#include "client/formats/rows.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr Format kFormats[] = {
    {"zim",
     "JSON Lines in ImportPeerMsg's own names; Message and ExtendedData flat or in MessageBody; "
     "Id, and VisibleTo (a list of one or both users; absent: both) or ImportedUserId. The mock's "
     "exported state is this format too: its recalled and deleted messages are left where they are",
     open_zim_jsonl, is_zim_jsonl},
    {"stream",
     "Stream Chat's import file: JSON Lines of type and data, or an array of type and item; "
     "channels of two members, with restricted_visibility and hide_messages_before; or its export "
     "of channels (version 1)",
     open_stream, is_stream},
    {"telegram",
     "Telegram Desktop's export in JSON, of one chat or of the account; its personal chats, whose "
     "users are from_id's (user700000000): map them with --users",
     open_telegram, is_telegram, true},
    {"tencent",
     "Tencent Chat: answers of admin_getroammsg with Operator_Account and Peer_Account put beside "
     "MsgList, pulled once for each user, or bodies of importmsg",
     open_tencent, is_tencent},
    {"sendbird",
     "Sendbird: lists of messages with the channels of two members that they are of, as its "
     "Platform API answers them or its converter from Pusher writes them",
     open_sendbird, is_sendbird},
    {"whatsapp",
     "The text file of WhatsApp's \"export chat\", of iPhones and Android; needs --tz and --users, "
     "--date-order where the dates do not tell it, and --language where the phone's is not known",
     open_whatsapp, is_whatsapp, true},
    {"mattermost",
     "Mattermost's bulk export, JSON Lines: its direct posts between two users, with their replies",
     open_mattermost, is_mattermost},
    {"slack",
     "The folder of an unpacked Slack export with dms.json: the conversations of two users",
     open_slack, is_slack},
    {"easemob",
     "Easemob's (Agora Chat's) history files: a message a line, or an array of them; each msg_id "
     "once",
     open_easemob, is_easemob},
    {"quarantine",
     "A quarantine file of zimmock, JSON Lines whose member \"record\" is a message in format zim: "
     "what an earlier run could not import, repaired (zimmock migrate retry)",
     open_quarantine, is_quarantine},
};

// The head of a file, "" of a folder. An Error for what cannot be a chat history.
Result<std::string> head_or_folder(const std::filesystem::path& path) {
  std::string head;
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    auto read = head_of(path);
    if (!read) return tl::unexpected(read.error());
    head = *std::move(read);
  }
  const auto other = other_file(head, path);
  if (!other) return head;
  return fail(ErrorKind::kUsage,
              fmt::format("{}: expected a chat history, got {}", path.string(), *other));
}

}  // namespace

std::string place_text(std::uint32_t line, const RecordName& name) {
  std::string out = fmt::format("line {}", line);
  if (name.pointer.empty()) return out;
  out += " (" + ascii_line(name.pointer);
  if (!name.id.empty()) out += ", id " + ascii_line(name.id);
  if (!name.from.empty() && !name.to.empty())
    out += fmt::format(", {} to {}", quote(name.from), quote(name.to));
  if (name.time_ms > 0) out += ", " + iso_time(name.time_ms);
  return out + ")";
}

RecordName name_at(const SourceReader& source, const RecordPlace& place) {
  const auto record = source.read_at(place);
  return record ? record->name() : RecordName{};
}

std::span<const Format> formats() { return kFormats; }

const Format* find_format(std::string_view name) {
  for (const Format& row : kFormats) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Result<void> check_file(const std::filesystem::path& path) {
  const auto head = head_or_folder(path);
  if (!head) return tl::unexpected(head.error());
  return {};
}

Result<const Format*> detect_format(const std::filesystem::path& path) {
  const auto head = head_or_folder(path);
  if (!head) return tl::unexpected(head.error());
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  if (!folder && head->find_first_not_of(" \t\r\n\xEF\xBB\xBF") == std::string::npos) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: expected a chat history, got an empty file", path.string()));
  }
  std::vector<std::string_view> names;
  for (const Format& row : kFormats) {
    if (row.is_this(*head, path)) return &row;
    names.push_back(row.name);
  }
  return fail(ErrorKind::kUsage, fmt::format("{}: could not tell its format; give --format: {}",
                                             path.string(), fmt::join(names, ", ")));
}

}  // namespace zimmock::client
