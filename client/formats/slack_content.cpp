#include "client/formats/slack_content.h"

#include <algorithm>

#include <fmt/format.h>

#include "client/formats/json_members.h"
#include "client/formats/skipped_kinds.h"
#include "client/formats/slack_blocks.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr int kMaxAttachmentDepth = 8;  // of attachments in attachments

// A URL that only Slack's users can read.
bool is_slacks_own(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == url.npos) return false;
  const std::string_view host =
      url.substr(begin + 3, url.find_first_of("/?#", begin + 3) - begin - 3);
  return host == "slack.com" || host.ends_with(".slack.com");
}

// Each line as a quotation, for its words are somebody else's.
std::string as_quotation(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    add_line(out, fmt::format("> {}", text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// A message that was forwarded, or whose link was pasted.
bool is_of_a_message(const json& attachment) {
  return is_true(attachment, "is_share") || is_true(attachment, "is_msg_unfurl") ||
         is_true(attachment, "is_reply_unfurl");
}

// What Slack made itself of a link in the text.
bool is_preview(const json& attachment) {
  return !is_of_a_message(attachment) && (!string_of(attachment, "original_url").empty() ||
                                          !string_of(attachment, "from_url").empty());
}

class Content {
 public:
  Content(const json& message, const SlackNames& names, Conversion& out)
      : message_(message), names_(names), out_(out), parts_(out) {}

  Made<std::vector<MessagePart>> parts() {
    text_ = own_text();
    const bool only_previews = text_.empty();
    add_attachments(message_, "", only_previews, 0);
    parts_.add_text(text_);
    if (auto added = add_old_file(); !added) return tl::unexpected(std::move(added.error()));
    if (auto added = add_files(message_, "", 0); !added)
      return tl::unexpected(std::move(added.error()));
    if (parts_.empty() && deleted_ > 0) return left_out("messages whose files were deleted");
    for (; deleted_ > 0; --deleted_) out_.repaired("deleted files, left out of their message");
    return parts_.take(
        broken("/text", "a text or files", json_type_and_value(member_of(message_, "text"))));
  }

 private:
  // Before 2018 a message had one file, in a member "file", and a text that Slack wrote.
  bool has_old_file() const {
    return member_of(message_, "file").is_object() && !message_.contains("files");
  }

  // What the user wrote.
  std::string own_text() const {
    const std::string& text = string_of(message_, "text");
    if (string_of(message_, "subtype") == "file_comment") {
      const std::string& words = string_of(member_of(message_, "comment"), "comment");
      return slack_text(words, names_);
    }
    if (has_old_file()) return old_comment(text);
    std::string out = slack_text(text, names_);
    const json& blocks = member_of(message_, "blocks");
    if (!slack_text_has(out, blocks, names_)) add_line(out, slack_blocks_text(blocks, names_));
    return out;
  }

  // "<@U1> uploaded a file: <URL|name> and commented: words".
  std::string old_comment(std::string_view text) const {
    constexpr std::string_view kCommented = " and commented: ";
    const json& file = message_["file"];
    const std::string& words = string_of(member_of(file, "initial_comment"), "comment");
    if (!words.empty()) return slack_text(words, names_);
    const auto at = text.find(kCommented);
    return at == text.npos ? "" : slack_text(text.substr(at + kCommented.size()), names_);
  }

  void add_attachments(const json& owner, const std::string& at, bool previews_too, int depth) {
    const json& list = array_of(owner, "attachments");
    for (std::size_t i = 0; i < list.size() && depth < kMaxAttachmentDepth; ++i) {
      if (is_preview(list[i]) && !previews_too) {
        out_.skipped(kLinkPreviews);
        continue;
      }
      const std::string words = attachment_text(list[i]);
      const json& more = array_of(list[i], "attachments");
      if (words.empty() && more.empty() && array_of(list[i], "files").empty())
        out_.skipped("attachments without words");
      add_line(text_, is_of_a_message(list[i]) ? as_quotation(words) : words);
      add_attachments(list[i], pointer_to(at + "/attachments", i), previews_too, depth + 1);
    }
  }

  std::string attachment_text(const json& attachment) const {
    std::string out;
    if (!is_of_a_message(attachment)) {
      for (const char* name : {"pretext", "title"})
        add_line(out, slack_text(string_of(attachment, name), names_));
    }
    const std::size_t before = out.size();
    add_line(out, slack_text(string_of(attachment, "text"), names_));
    if (out.size() == before) add_line(out, shown_text(attachment));
    for (const json& field : array_of(attachment, "fields")) {
      add_line(out, slack_text(string_of(field, "title"), names_));
      add_line(out, slack_text(string_of(field, "value"), names_));
    }
    add_line(out, string_of(attachment, "image_url"));
    if (!out.empty()) return out;
    const std::string& fallback = string_of(attachment, "fallback");
    return fallback == "[no preview available]" ? "" : slack_text(fallback, names_);
  }

  // Of an attachment whose text is in blocks: its own, or those of the message that it shows.
  std::string shown_text(const json& attachment) const {
    std::string out = slack_blocks_text(member_of(attachment, "blocks"), names_);
    if (!out.empty()) return out;
    for (const json& shown : array_of(attachment, "message_blocks")) {
      add_line(out, slack_blocks_text(member_of(member_of(shown, "message"), "blocks"), names_));
    }
    return out;
  }

  // A comment on a file comes after the message that has it.
  Made<void> add_old_file() {
    if (!has_old_file() || string_of(message_, "subtype") == "file_comment") return {};
    return add_file(message_["file"], "/file");
  }

  // The message's own, and those of messages that it shows.
  Made<void> add_files(const json& owner, const std::string& at, int depth) {
    const json& files = array_of(owner, "files");
    for (std::size_t i = 0; i < files.size(); ++i) {
      auto added = add_file(files[i], pointer_to(at + "/files", i));
      if (!added) return added;
    }
    const json& shown = array_of(owner, "attachments");
    for (std::size_t i = 0; i < shown.size() && depth < kMaxAttachmentDepth; ++i) {
      auto added = add_files(shown[i], pointer_to(at + "/attachments", i), depth + 1);
      if (!added) return added;
    }
    return {};
  }

  Made<void> add_file(const json& source, const std::string& at) {
    if (string_of(source, "mode") == "tombstone") {
      ++deleted_;
      return {};
    }
    return parts_.add(file(source, at));
  }

  Made<MessagePart> file(const json& source, const std::string& at) const {
    const char* member =
        source.contains("url_private_download") ? "url_private_download" : "url_private";
    const std::string& where = string_of(source, member);
    const std::string pointer = pointer_to(at, member);
    // "hidden_by_limit" and the like: there is no URL.
    auto url = medium_url(pointer, where, out_.options());
    if (!url) return tl::unexpected(std::move(url.error()));
    if (is_slacks_own(*url)) {
      return without_public_url(pointer,
                                "a URL that needs no Slack token, which --media-map makes of it",
                                quote(where), string_of(source, "name"));
    }
    Media media;
    media.url = *std::move(url);
    media.uid = string_of(source, "id");
    media.file_name = string_of(source, "name");
    media.size = integer_of(source, "size");
    media.type = media_type_of_mime(string_of(source, "mimetype"));
    if (media.type == kFile) media.type = media_type_of_name(media.file_name);
    media.width = integer_of(source, "original_w").value_or(0);
    media.height = integer_of(source, "original_h").value_or(0);
    if (const auto ms = integer_of(source, "duration_ms")) media.duration_s = *ms / 1000;
    return media_part(media);
  }

  const json& message_;
  const SlackNames& names_;
  Conversion& out_;
  std::string text_;
  MessageParts parts_;
  std::size_t deleted_ = 0;
};

}  // namespace

Made<std::vector<MessagePart>> slack_parts(const json& message, const SlackNames& names,
                                           Conversion& out) {
  return Content(message, names, out).parts();
}

}  // namespace zimmock::client
