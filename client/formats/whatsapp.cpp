#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/line_file.h"
#include "client/formats/local_time.h"
#include "client/formats/media_message.h"
#include "client/formats/rows.h"
#include "client/formats/whatsapp_dates.h"
#include "client/formats/whatsapp_line.h"
#include "client/formats/whatsapp_text.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

// WhatsApp's "export chat": one text file for one conversation.
//
//   source                                    ZIM
//   name behind the date                      FromUserId, by --users (it is a name, not an id)
//   the other name                            ToUserId
//   date and time, of the phone's zone        SendMessageTime, by --tz; Android has no seconds
//   text, several lines of it                 1, Message
//   <attached: F>, F (file attached)          12 to 14 by F's extension, with the URL that
//                                             --media-map has for F; type 10 with the text under it
//   <Media omitted>, image omitted            cannot be imported
//   This message was deleted                  left out: nobody sees it
//   a line without a name, missed calls       left out: no message
//   <This message was edited>                 left out of the text
//
// There is no id, and nothing of what one user has deleted on his side. An image has no width and
// height, so it becomes a file (12). A group (more than two names) is left out.

namespace zimmock {
namespace {

using json = nlohmann::json;
using Kind = WhatsAppText::Kind;

constexpr std::size_t kMaxMessageBytes = kMaxLineBytes / 2;
constexpr std::size_t kMaxNameBytes = 256;

struct Named {
  std::string name;
  std::string_view text;
};

// "Bob: hello": the name is what --users has, else what stands before the first colon. Nothing for
// one of WhatsApp's own lines.
std::optional<Named> split_name(std::string_view rest, const FormatOptions& options) {
  std::optional<Named> first;
  for (auto colon = rest.find(':'); colon != std::string_view::npos && colon <= kMaxNameBytes;
       colon = rest.find(':', colon + 1)) {
    std::string_view text = rest.substr(colon + 1);
    if (!text.empty() && text.front() != ' ') continue;
    if (!text.empty()) text.remove_prefix(1);
    Named named{plain_name(rest.substr(0, colon)), text};
    if (named.name.empty()) continue;
    if (options.users.contains(named.name)) return named;
    if (!first) first = std::move(named);
  }
  return first;
}

// What must be known before the first message can be converted.
struct Chat {
  std::optional<WhatsAppShape> shape;
  std::string stamp;               // the first message's
  std::vector<std::string> names;  // no more than three
  DateOrder order = DateOrder::kUnknown;

  std::optional<WhatsAppLine> begins(std::string_view text) const {
    auto line = read_whatsapp_line(text);
    return line && shape && line->shape == *shape ? line : std::nullopt;
  }
  bool of_a_group() const { return names.size() > 2; }
};

Result<Chat> scan(const std::filesystem::path& path, const FormatOptions& options) {
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  Chat chat;
  DateOrderFinder dates;
  while (true) {
    const auto line = file->next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) break;
    if (!chat.shape) {
      const auto first = read_whatsapp_line((*line)->text);
      if (!first) continue;
      chat.shape = first->shape;
      chat.stamp = first->stamp;
    }
    const auto begun = chat.begins((*line)->text);
    if (!begun) continue;
    dates.add(*begun, (*line)->number);
    const auto named = chat.of_a_group() ? std::nullopt : split_name(begun->rest, options);
    const bool is_new =
        named && std::find(chat.names.begin(), chat.names.end(), named->name) == chat.names.end();
    if (is_new) chat.names.push_back(named->name);
  }
  if (!chat.shape) {
    return fail(ErrorKind::kInput,
                fmt::format("{}: expected messages such as \"[14/10/2021, 15:34:09] Alice: hello\" "
                            "or \"14/10/21, 15:34 - Alice: hello\", got none",
                            path.string()));
  }
  chat.order = options.date_order;
  if (chat.order != DateOrder::kUnknown || chat.of_a_group()) return chat;
  const auto order = dates.decide(path);
  if (!order) return tl::unexpected(order.error());
  chat.order = *order;
  return chat;
}

// Both names, the second from --users where it has written nothing.
Result<void> demand_users(const std::filesystem::path& path, const FormatOptions& options,
                          Chat& chat) {
  for (const std::string& name : chat.names) {
    if (options.users.contains(name)) continue;
    return fail(
        ErrorKind::kUsage,
        fmt::format("{}: {} is a name, not a user id: give --users with {}", path.string(),
                    quote(name), printable_json(json_line(json{{name, "its ZIM user id"}}))));
  }
  if (chat.names.size() != 1) return {};
  std::vector<std::string> others;
  for (const auto& row : options.users) {
    if (row.first != chat.names[0]) others.push_back(row.first);
  }
  if (others.size() != 1) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: only {} has written: give --users with this name and the other "
                            "user's, and no more",
                            path.string(), quote(chat.names[0])));
  }
  chat.names.push_back(others[0]);
  return {};
}

class Writer {
 public:
  Writer(const Chat& chat, TimeZone zone, Conversion& out) : chat_(chat), zone_(zone), out_(out) {}

  Result<void> line(const LineFile::Line& line) {
    const auto begun = chat_.begins(line.text);
    if (!begun) {
      continuation(line);
      return {};
    }
    if (auto done = finish(); !done) return done;
    open_ = true;
    number_ = line.number;
    time_ = date_in(chat_.order, begun->date);
    time_.hour = begun->hour;
    time_.minute = begun->minute;
    time_.second = begun->second;
    stamp_ = begun->stamp;
    auto named = split_name(begun->rest, out_.options());
    text_ = named ? named->text : begun->rest;
    bytes_ = line.text.size();
    name_ = named ? std::move(named->name) : "";
    return {};
  }

  Result<void> end() {
    while (text_.ends_with('\n')) text_.pop_back();  // the file's end, not the message's
    if (auto done = finish(); !done) return done;
    if (alike_ > 0) {
      out_.note(
          fmt::format("lines that look like the beginning of a message in another phone's way "
                      "of writing dates were taken as text: {}, the first is line {}",
                      alike_, first_alike_));
    }
    return {};
  }

 private:
  void continuation(const LineFile::Line& line) {
    if (!open_) {  // before the first message
      open_ = true;
      number_ = line.number;
      stamp_.clear();
      text_.clear();
      bytes_ = 0;
    } else {
      text_ += '\n';
      if (line.text.size() < 512 && read_whatsapp_line(line.text) && alike_++ == 0)
        first_alike_ = line.number;
    }
    bytes_ += line.length;
    if (bytes_ <= kMaxMessageBytes) text_ += line.text;
  }

  Result<void> bad(std::string_view expected, std::string_view got) {
    return out_.bad({number_, ""}, {"", std::string(expected), std::string(got)}, known());
  }

  json known() const {
    if (name_.empty() || chat_.names.size() != 2) return nullptr;
    return {{"FromUserId", name_}, {"ToUserId", other()}};
  }

  const std::string& other() const {
    return name_ == chat_.names[0] ? chat_.names[1] : chat_.names[0];
  }

  Result<void> finish() {
    if (!std::exchange(open_, false)) return {};
    if (stamp_.empty()) {
      if (trim(text_).empty()) return {};
      return bad("a date and a time, as the messages below it begin", quote(text_));
    }
    const bool first = std::exchange(first_, false);
    if (!chat_.of_a_group() && text_.find('\0') != text_.npos)
      return bad("text without NUL bytes", quote(text_));
    if (name_.empty()) {
      out_.skipped("service messages");
      return {};
    }
    if (chat_.of_a_group()) {
      out_.skipped("messages of groups");
      return {};
    }
    if (bytes_ > kMaxMessageBytes)
      return bad(fmt::format("a message of at most {} bytes", kMaxMessageBytes),
                 fmt::format("{} bytes", bytes_));
    if (!is_utf8(text_)) return bad("text in UTF-8", quote(text_));
    if (!is_local_time(time_)) {
      return bad("a date and time in the order of the others", quote(stamp_));
    }
    return message(read_whatsapp_text(text_), first);
  }

  Result<void> message(const WhatsAppText& text, bool first) {
    switch (text.kind) {
      case Kind::kText:
        return send(text, {text_part(text.text)});
      case Kind::kFile:
        return file(text);
      case Kind::kOmitted:
        return bad("an export with its media: export the chat again, \"attach media\"",
                   quote(text.text));
      case Kind::kDeleted:
        out_.skipped("messages deleted for both users");
        return {};
      case Kind::kCall:
        out_.skipped("calls");
        return {};
      case Kind::kNotice:
        break;
    }
    // An iPhone's first one says that the chat is encrypted, in the phone's language.
    if (first || text.text.find("end-to-end encrypted") != std::string::npos) {
      out_.skipped("service messages");
      return {};
    }
    return bad("text or a file (WhatsApp's mark U+200E says that no user wrote this)",
               quote(text.text));
  }

  Result<void> file(const WhatsAppText& text) {
    auto url = fetchable_url("", text.file, out_.options());
    if (!url) return out_.bad({number_, ""}, url.error(), known());
    Media media;
    media.type = media_type_of_name(text.file);
    media.url = *std::move(url);
    media.file_name = text.file;
    std::vector<MessagePart> parts{media_part(media)};
    if (!text.text.empty()) parts.push_back(text_part(text.text));
    return send(text, parts);
  }

  Result<void> send(const WhatsAppText& text, const std::vector<MessagePart>& parts) {
    if (text.edited) out_.repaired("notes that a message was edited, left out of its text");
    const ZonedTime time = zone_.to_unix_ms(time_, latest_ms_);
    count_local_time(time.kind, out_);
    latest_ms_ = time.unix_ms;
    json record{{"FromUserId", name_}, {"ToUserId", other()}, {"SendMessageTime", time.unix_ms}};
    put_parts(parts, record);
    return out_.message({number_, ""}, record);
  }

  const Chat& chat_;
  TimeZone zone_;
  Conversion& out_;
  bool first_ = true;
  std::int64_t latest_ms_ = std::numeric_limits<std::int64_t>::min();
  std::uint64_t alike_ = 0;
  std::uint32_t first_alike_ = 0;

  bool open_ = false;  // there is a message, below; without a stamp it is what precedes the first
  std::uint32_t number_ = 0;
  LocalTime time_;
  std::string stamp_;
  std::string name_;  // "": it is a service message
  std::string text_;
  std::uint64_t bytes_ = 0;
};

Result<void> convert_whatsapp(const std::filesystem::path& path, Conversion& out) {
  auto chat = scan(path, out.options());
  if (!chat) return tl::unexpected(chat.error());
  const auto zone = chat->of_a_group() ? TimeZone::find("UTC")
                                       : TimeZone::demand(out.options(), path, chat->stamp);
  if (!zone) return tl::unexpected(zone.error());
  if (!chat->of_a_group()) {
    if (auto known = demand_users(path, out.options(), *chat); !known) return known;
  }
  out.note(
      "a WhatsApp export says nothing of messages that one user deleted on his side: both "
      "users get every message");
  if (!chat->shape->seconds)
    out.note("this phone exports no seconds: all messages of a minute have the same time");
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  Writer writer(*chat, *zone, out);
  while (true) {
    const auto line = file->next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return writer.end();
    if (auto done = writer.line(**line); !done) return done;
  }
}

}  // namespace

bool is_whatsapp(std::string_view head, const std::filesystem::path& /*path*/) {
  while (!head.empty() && (head.front() == '\n' || head.front() == '\r')) head.remove_prefix(1);
  return read_whatsapp_line(head.substr(0, head.find('\n'))).has_value();
}

Result<std::unique_ptr<SourceReader>> open_whatsapp(const std::filesystem::path& path,
                                                    const FormatOptions& options) {
  return open_converted("whatsapp", path, options, convert_whatsapp);
}

}  // namespace zimmock
