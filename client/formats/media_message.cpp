#include "client/formats/media_message.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "client/formats/conversion.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using json = nlohmann::json;

// The same URL gets the same Uid in every run (FNV-1a): a run that goes on must make equal
// messages.
std::string uid_of(std::string_view url) {
  std::uint64_t sum = 14695981039346656037U;
  for (const char c : url) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", sum);
}

// The last part of the URL's path; "file" if there is none.
std::string name_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (const auto scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  const auto slash = url.rfind('/');
  if (slash == url.npos || slash + 1 == url.size()) return "file";
  return std::string(url.substr(slash + 1));
}

json picture(const std::string& url, std::int64_t width, std::int64_t height) {
  return {{"Url", url}, {"Width", width}, {"Height", height}};
}

json picture(const Picture& one) { return picture(one.url, one.width, one.height); }

struct Extension {
  std::string_view ending;
  MessageType type;
};
constexpr Extension kExtensions[] = {
    {".3gp", kVideo},  {".aac", kAudio},  {".amr", kAudio},  {".bmp", kImage}, {".flac", kAudio},
    {".gif", kImage},  {".heic", kImage}, {".jpeg", kImage}, {".jpg", kImage}, {".m4a", kAudio},
    {".m4v", kVideo},  {".mkv", kVideo},  {".mov", kVideo},  {".mp3", kAudio}, {".mp4", kVideo},
    {".oga", kAudio},  {".ogg", kAudio},  {".opus", kAudio}, {".png", kImage}, {".wav", kAudio},
    {".webm", kVideo}, {".webp", kImage}};

}  // namespace

MessagePart text_part(std::string text) { return {kText, std::move(text), std::nullopt, ""}; }

MessagePart media_part(const Media& media) {
  const bool sized = media.width > 0 && media.height > 0;
  const MessageType type = media.type == kImage && !sized ? kFile : media.type;
  json document{{"Uid", media.uid.empty() ? uid_of(media.url) : media.uid},
                {"FileName", media.file_name.empty() ? name_of(media.url) : media.file_name}};
  if (media.size) document["Size"] = *media.size;
  if (type == kImage) {
    document["Origin"] = picture(media.url, media.width, media.height);
    if (media.large.ok()) document["LargeImage"] = picture(media.large);
  } else {
    document["Url"] = media.url;
  }
  const bool plays = type == kAudio || type == kVideo;
  if (plays && media.duration_s) document["MediaDuration"] = *media.duration_s;
  const bool shows = type == kImage || type == kVideo;
  if (shows && media.thumbnail.ok()) document["Thumbnail"] = picture(media.thumbnail);
  return {type, json_line(document), std::nullopt, ""};
}

MessagePart custom_part(std::int64_t sub_msg_type, std::string message, std::string_view searched) {
  std::size_t end = 0;
  while (end < searched.size()) {
    const std::size_t bytes = code_point_at(searched, end).bytes;
    if (end + bytes > kMaxSearchedContentBytes) break;
    end += bytes;
  }
  return {kCustom, std::move(message), sub_msg_type, std::string(searched.substr(0, end))};
}

void put_parts(const std::vector<MessagePart>& parts, json& record) {
  if (parts.size() == 1) {
    const MessagePart& one = parts.front();
    record["MessageType"] = one.type;
    record["Message"] = one.message;
    if (one.sub_msg_type) record["SubMsgType"] = *one.sub_msg_type;
    if (!one.searched.empty()) record["SearchedContent"] = one.searched;
    return;
  }
  json items = json::array();
  for (const MessagePart& part : parts) {
    json item{{"MsgType", part.type}, {"Msg", part.message}};
    if (part.sub_msg_type) item["SubMsgType"] = *part.sub_msg_type;
    if (!part.searched.empty()) item["SearchedContent"] = part.searched;
    items.push_back(std::move(item));
  }
  record["MessageType"] = std::int64_t{kMulti};
  record["Message"] = json_line({{"MultiMsg", std::move(items)}});
}

MessageType media_type_of_mime(std::string_view mime) {
  if (mime.starts_with("image/")) return kImage;
  if (mime.starts_with("audio/")) return kAudio;
  if (mime.starts_with("video/")) return kVideo;
  return kFile;
}

MessageType media_type_of_name(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot == file_name.npos) return kFile;
  const std::string_view ending = file_name.substr(dot);
  for (const Extension& row : kExtensions) {
    if (equal_ignoring_case(row.ending, ending)) return row.type;
  }
  return kFile;
}

tl::expected<std::string, SourceProblem> fetchable_url(std::string_view pointer,
                                                       std::string_view source,
                                                       const FormatOptions& options) {
  if (auto url = media_url(source, options)) return *std::move(url);
  return tl::unexpected(SourceProblem{std::string(pointer),
                                      "an http or https URL, or one that --media-map makes of it",
                                      source.empty() ? "nothing" : quote(source)});
}

}  // namespace zimmock::client
