#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/formats/line_file.h"
#include "client/formats/local_time.h"
#include "client/formats/media_message.h"
#include "client/formats/message_parts.h"
#include "client/formats/rows.h"
#include "client/formats/skipped_kinds.h"
#include "client/formats/whatsapp_chat.h"
#include "client/formats/whatsapp_dates.h"
#include "client/formats/whatsapp_line.h"
#include "client/formats/whatsapp_text.h"
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
//   <Media omitted>, image omitted            cannot be imported; a text under it is, and the
//                                             medium counts
//   This message was deleted                  left out: nobody sees it
//   a line without a name, missed calls       left out: no message
//   <This message was edited>                 left out of the text
//   null                                      cannot be imported: Android writes it for what it
//                                             cannot tell; --null-is-text: what a user wrote
//
// What WhatsApp writes is in whatsapp_words.tsv, by language. Where more looks like its words than
// is known to be, the phone's language is not known, and what looks so cannot be imported, unless
// --language says which language it is.
//
// There is no id, and nothing of what one user has deleted on his side. An image has no width and
// height, so it becomes a file (12). A group (more than two names) is left out.

namespace zimmock::client {
namespace {

using json = nlohmann::json;
using Kind = WhatsAppText::Kind;

constexpr std::size_t kMaxMessageBytes = kMaxLineBytes / 2;

class Writer {
 public:
  Writer(const WhatsAppChat& chat, const WhatsAppWords& words, TimeZone zone, Conversion& out)
      : chat_(chat), words_(words), zone_(zone), out_(out) {}

  Result<void> line(const LineFile::Line& line) {
    const auto begun = chat_.begins(line.text);
    const auto named = begun ? chat_.split_name(begun->rest, out_.options()) : std::nullopt;
    const bool pasted = named && chat_.is_pasted(named->name) && open_;
    if (pasted) out_.repaired("lines of others, kept in the message that they were pasted into");
    if (!begun || pasted) {
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
    text_ = named ? named->text : begun->rest;
    bytes_ = line.text.size();
    service_ = !named;
    name_ = named ? named->name : "";
    return {};
  }

  Result<void> end() {
    while (text_.ends_with('\n')) text_.pop_back();  // the file's end, not the message's
    if (auto done = finish(); !done) return done;
    if (alike_.count > 0) {
      out_.note(
          fmt::format("lines that look like the beginning of a message in another phone's way "
                      "of writing dates were taken as text: {}, the first is line {}",
                      alike_.count, alike_.first));
    }
    if (own_.count > 0) note_own();
    return {};
  }

 private:
  struct Seen {
    std::uint64_t count = 0;
    std::uint32_t first = 0;  // line
    std::string text;         // the first's

    void add(std::uint32_t line, std::string_view words = {}) {
      if (count++ > 0) return;
      first = line;
      text = words;
    }
  };

  void note_own() {
    const auto what =
        fmt::format("{} that {} like WhatsApp's own words, the first is line {} ({})",
                    own_.count == 1 ? "1 message" : fmt::format("{} messages", own_.count),
                    own_.count == 1 ? "looks" : "look", own_.first, quote(own_.text));
    if (!blocks_own()) {
      out_.note("taken as text: " + what);
      return;
    }
    out_.note(
        fmt::format("the phone's language is not known: {}; --language says that it is one "
                    "of {}, and that users wrote what is none of its words",
                    what, fmt::join(WhatsAppWords::languages(), ", ")));
  }

  bool blocks_own() const { return chat_.language_unknown && out_.options().language.empty(); }

  void continuation(const LineFile::Line& line) {
    if (!open_) {  // before the first message
      open_ = true;
      number_ = line.number;
      stamp_.clear();
      text_.clear();
      bytes_ = 0;
    } else {
      text_ += '\n';
      if (line.text.size() < 512 && read_whatsapp_line(line.text)) alike_.add(line.number);
    }
    bytes_ += line.length;
    if (bytes_ <= kMaxMessageBytes) text_ += line.text;
  }

  Result<void> bad(std::string_view expected, std::string_view got) {
    return out_.bad({number_, ""}, {"", std::string(expected), std::string(got)}, known());
  }

  json known() const {
    if (!is_of_two()) return nullptr;
    json out{{"FromUserId", name_}, {"ToUserId", other()}};
    if (is_local_time(time_)) out["SendMessageTime"] = zone_.to_unix_ms(time_, latest_ms_).unix_ms;
    if (bytes_ <= kMaxMessageBytes && is_utf8(text_)) out["Message"] = text_;
    return out;
  }

  bool is_of_two() const {
    const auto& people = chat_.people;
    return people.size() == 2 && (name_ == people[0] || name_ == people[1]);
  }

  const std::string& other() const {
    return name_ == chat_.people[0] ? chat_.people[1] : chat_.people[0];
  }

  Result<void> finish() {
    if (!std::exchange(open_, false)) return {};
    if (stamp_.empty()) {
      if (trim(text_).empty()) return {};
      return bad("a date and a time, as the messages below it begin", quote(text_));
    }
    const bool first = std::exchange(first_, false);
    if (chat_.of_a_group()) return skip(service_ ? "service messages" : "messages of groups");
    if (text_.find('\0') != text_.npos) return bad("text without NUL bytes", quote(text_));
    if (time_.hour < 0) return bad("a time on a clock that it knows", quote(stamp_));
    if (service_) return skip("service messages");
    if (name_.empty()) return bad("a name before the colon", quote(text_));
    if (!is_of_two())
      return skip(fmt::format("messages of {}, who is not in --users", quote(name_)));
    if (bytes_ > kMaxMessageBytes)
      return bad(fmt::format("a message of at most {} bytes", kMaxMessageBytes),
                 fmt::format("{} bytes", bytes_));
    if (!is_utf8(text_)) return bad("text in UTF-8", quote(text_));
    if (!is_local_time(time_))
      return bad("a date and time in the order of the others", quote(stamp_));
    return message(read_whatsapp_text(text_, words_), first);
  }

  Result<void> skip(std::string_view kind) {
    out_.skipped(kind);
    return {};
  }

  Result<void> message(const WhatsAppText& text, bool first) {
    switch (text.kind) {
      case Kind::kText:
        return words_of_user(text);
      case Kind::kFile:
        return file(text);
      case Kind::kOmitted:
        if (policy() != MissingPolicy::kStop) return missing(text, "");
        return bad("an export with its media: export the chat again, \"attach media\"",
                   quote(text.text));
      case Kind::kNull:
        if (out_.options().null_is_text) return send(text, {text_part(text.text)});
        return bad(
            "a message (Android writes null for what it cannot tell; --null-is-text takes "
            "it as text)",
            quote(text.text));
      case Kind::kDeleted:
        return skip("messages deleted for both users");
      case Kind::kCall:
        return skip("calls");
      case Kind::kLocation:
        return skip("live locations");
      case Kind::kNotice:
        return skip("service messages");
      case Kind::kOwn:
        break;
    }
    if (blocks_own()) own_.add(number_, text.text);
    // An iPhone's first one says that the chat is encrypted, in the phone's language.
    if (first && text.text.find("WhatsApp") != std::string::npos) return skip("service messages");
    return bad("text or a file (WhatsApp's mark U+200E says that no user wrote this)",
               quote(text.text));
  }

  Result<void> words_of_user(const WhatsAppText& text) {
    if (text.looks_own) own_.add(number_, text.text);
    if (text.looks_own && blocks_own()) {
      return bad(
          "text that a user wrote (this looks like WhatsApp's words in a language that is "
          "not known: --language)",
          quote(text.text));
    }
    if (text.omitted && policy() == MissingPolicy::kPlaceholder) return missing(text, "");
    return send(text, {text_part(text.text)});
  }

  Result<void> file(const WhatsAppText& text) {
    auto url = fetchable_url("", text.file, out_.options());
    if (!url && policy() != MissingPolicy::kStop) return missing(text, text.file);
    if (!url) return out_.bad({number_, ""}, url.error(), known());
    Media media;
    media.type = media_type_of_name(text.file);
    media.url = *std::move(url);
    media.file_name = text.file;
    std::vector<MessagePart> parts{media_part(media)};
    if (!text.text.empty()) parts.push_back(text_part(text.text));
    return send(text, parts);
  }

  MissingPolicy policy() const { return out_.options().missing_media; }

  // A caption is kept either way.
  Result<void> missing(const WhatsAppText& text, const std::string& file) {
    std::vector<MessagePart> parts;
    const bool placeholder = policy() == MissingPolicy::kPlaceholder;
    if (placeholder) parts.push_back(missing_part(file));
    if (text.kind != Kind::kOmitted && !text.text.empty()) parts.push_back(text_part(text.text));
    if (parts.empty()) return skip(kMissingMedia);
    placeholder ? out_.repaired(kPlaceholders) : out_.skipped(kLostMedia);
    return send(text, parts);
  }

  Result<void> send(const WhatsAppText& text, const std::vector<MessagePart>& parts) {
    if (text.edited) out_.repaired("notes that a message was edited, left out of its text");
    if (text.omitted && policy() != MissingPolicy::kPlaceholder) out_.skipped(kLostMedia);
    const ZonedTime time = zone_.to_unix_ms(time_, latest_ms_);
    count_local_time(time.kind, out_);
    latest_ms_ = time.unix_ms;
    json record{{"FromUserId", name_}, {"ToUserId", other()}, {"SendMessageTime", time.unix_ms}};
    put_parts(parts, record);
    return out_.message({number_, ""}, record);
  }

  const WhatsAppChat& chat_;
  const WhatsAppWords& words_;
  TimeZone zone_;
  Conversion& out_;
  bool first_ = true;
  std::int64_t latest_ms_ = std::numeric_limits<std::int64_t>::min();
  Seen alike_;  // lines that begin like messages of another phone
  Seen own_;    // messages that look like WhatsApp's own words

  bool open_ = false;  // there is a message, below; without a stamp it is what precedes the first
  std::uint32_t number_ = 0;
  LocalTime time_;
  std::string stamp_;
  bool service_ = false;  // there is no name
  std::string name_;
  std::string text_;
  std::uint64_t bytes_ = 0;
};

// Who has written, for somebody who takes it for the chat of two.
void note_group(const WhatsAppChat& chat, Conversion& out) {
  constexpr std::size_t kShown = 10;
  std::vector<std::string> names;
  for (const auto& [name, count] : chat.messages) {
    if (names.size() < kShown) names.push_back(fmt::format("{} ({})", quote(name), count));
  }
  const std::size_t more = chat.messages.size() - names.size();
  out.note(
      fmt::format("a group, for {}{} have written in it; if it is the chat of two, into which "
                  "others' messages were pasted, give --users with these two and no more",
                  fmt::join(names, ", "), more == 0 ? "" : fmt::format(" and {} more", more)));
}

Result<void> convert_whatsapp(const std::filesystem::path& path, Conversion& out) {
  const auto words = WhatsAppWords::of(out.options().language);
  if (!words) return tl::unexpected(words.error());
  const auto chat = scan_whatsapp(path, out.options(), *words);
  if (!chat) return tl::unexpected(chat.error());
  const auto zone = chat->of_a_group() ? TimeZone::find("UTC")
                                       : TimeZone::demand(out.options(), path, chat->stamp);
  if (!zone) return tl::unexpected(zone.error());
  if (chat->of_a_group()) note_group(*chat, out);
  out.note(
      "a WhatsApp export says nothing of messages that one user deleted on his side: both "
      "users get every message");
  if (!chat->shape.seconds)
    out.note("this phone exports no seconds: all messages of a minute have the same time");
  auto file = LineFile::open(path);
  if (!file) return tl::unexpected(file.error());
  Writer writer(*chat, *words, *zone, out);
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

}  // namespace zimmock::client
