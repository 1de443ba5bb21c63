#include "client/formats/slack_blocks.h"

#include <algorithm>

#include "client/formats/json_members.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

constexpr int kMaxBlockDepth = 16;

// {"type": "mrkdwn" or "plain_text", "text"}
std::string text_object(const json& object, const SlackNames& names) {
  const std::string& text = string_of(object, "text");
  return string_of(object, "type") == "mrkdwn" ? slack_text(text, names) : text;
}

std::string mention(const std::string& id, const SlackNames& names) {
  const auto found = names.find(id);
  return "@" + (found == names.end() ? id : found->second);
}

// An element of a line of rich text.
std::string inline_text(const json& element, const SlackNames& names) {
  const std::string& type = string_of(element, "type");
  if (type == "emoji") return ":" + string_of(element, "name") + ":";
  if (type == "user") return mention(string_of(element, "user_id"), names);
  if (type == "channel") return "#" + string_of(element, "channel_id");
  if (type == "usergroup") return "@" + string_of(element, "usergroup_id");
  if (type == "broadcast") return "@" + string_of(element, "range");
  const std::string& text = string_of(element, "text");
  const std::string& url = string_of(element, "url");
  if (type != "link" || url.empty() || text == url) return text.empty() ? url : text;
  return text.empty() ? url : text + " (" + url + ")";
}

// A section, a list, a quote or a preformatted part of rich text, with its lists within lists.
std::string rich_text(const json& part, const SlackNames& names, int depth) {
  std::string out;
  const bool list = string_of(part, "type") == "rich_text_list";
  for (const json& element : array_of(part, "elements")) {
    const bool nested = !array_of(element, "elements").empty();
    if (!nested) out += inline_text(element, names);
    if (!nested || depth > kMaxBlockDepth) continue;
    const std::string text = rich_text(element, names, depth + 1);
    add_line(out, list ? "- " + text : text);
  }
  return out;
}

std::string block_text(const json& block, const SlackNames& names) {
  const std::string& type = string_of(block, "type");
  if (type == "rich_text") return rich_text(block, names, 0);
  std::string out;
  add_line(out, text_object(member_of(block, "text"), names));  // section, header
  for (const json& field : array_of(block, "fields")) add_line(out, text_object(field, names));
  if (type == "context") {
    for (const json& element : array_of(block, "elements"))
      add_line(out, text_object(element, names));
  }
  if (type == "image" || type == "video") {
    add_line(out, text_object(member_of(block, "title"), names));
    add_line(out, string_of(block, type == "image" ? "image_url" : "video_url"));
  }
  return out;
}

// What the block says. Of rich text the typed words alone: a channel or an emoji is written
// otherwise in the text that goes with it.
void add_words(const json& block, const SlackNames& names, int depth,
               std::vector<std::string>& out) {
  const std::string& type = string_of(block, "type");
  if (!type.starts_with("rich_text")) {
    if (depth == 0) out.push_back(block_text(block, names));
    if (type == "text") out.push_back(string_of(block, "text"));
    return;
  }
  if (depth > kMaxBlockDepth) return;
  for (const json& element : array_of(block, "elements")) add_words(element, names, depth + 1, out);
}

// Letters, digits and what is no ASCII.
std::string words_only(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    if (letter) out += c;
  }
  return out;
}

}  // namespace

std::string slack_blocks_text(const json& blocks, const SlackNames& names) {
  std::string out;
  if (!blocks.is_array()) return out;
  for (const json& block : blocks) add_line(out, block_text(block, names));
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

bool slack_text_has(std::string_view text, const json& blocks, const SlackNames& names) {
  if (!blocks.is_array()) return true;
  std::vector<std::string> said;
  for (const json& block : blocks) add_words(block, names, 0, said);
  const std::string all = words_only(text);
  return std::all_of(said.begin(), said.end(), [&all](const std::string& words) {
    return all.find(words_only(words)) != all.npos;
  });
}

}  // namespace zimmock::client
