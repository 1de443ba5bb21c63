#include "client/formats/other_files.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

using namespace std::string_view_literals;
namespace fs = std::filesystem;

constexpr std::string_view kTelegramAgain =
    "export again in Telegram Desktop, format \"Machine-readable JSON\", and give result.json";

// What the first bytes tell.
struct Sign {
  std::string_view bytes;
  std::string_view is;  // and what to do
};
constexpr Sign kSigns[] = {
    {"\x1F\x8B"sv, "a gzip archive; unpack it (gunzip, or tar xzf) and give the file in it"},
    {"BZh"sv, "a bzip2 archive; unpack it (bunzip2, or tar xjf) and give the file in it"},
    {"\xFD"
     "7zXZ\0"sv,
     "an xz archive; unpack it (unxz, or tar xJf) and give the file in it"},
    {"\x28\xB5\x2F\xFD"sv, "a zstd archive; unpack it (unzstd) and give the file in it"},
    {"7z\xBC\xAF\x27\x1C"sv, "a .7z archive; unpack it and give the file or folder in it"},
    {"Rar!\x1A\x07"sv, "a .rar archive; unpack it and give the file or folder in it"},
    {"SQLite format 3\0"sv,
     "an SQLite database; export the chats as a text or JSON file with the app that it is of"},
    {"%PDF-"sv, "a PDF document; export the chat as a text or JSON file"},
    {"{\\rtf"sv, "a document in RTF; save it as plain text in UTF-8"},
    {"\xFF\xFE\0\0"sv, "a text in UTF-32; convert it: iconv -f UTF-32 -t UTF-8"},
    {"\0\0\xFE\xFF"sv, "a text in UTF-32; convert it: iconv -f UTF-32 -t UTF-8"},
    {"\xFF\xFE"sv, "a text in UTF-16; convert it: iconv -f UTF-16 -t UTF-8"},
    {"\xFE\xFF"sv, "a text in UTF-16; convert it: iconv -f UTF-16 -t UTF-8"}};

// "LE" or "BE": of a text in UTF-16 without a byte order mark, most of which is ASCII; "" for
// anything else.
std::string_view utf16_without_mark(std::string_view head) {
  constexpr std::size_t kEnough = 4096;
  head = head.substr(0, std::min(head.size(), kEnough) / 2 * 2);
  if (head.size() < 8) return "";
  std::size_t odd = 0, even = 0;
  for (std::size_t i = 0; i < head.size(); i += 2) {
    if (head[i] == '\0') ++even;
    if (head[i + 1] == '\0') ++odd;
  }
  const std::size_t units = head.size() / 2;
  if (odd > units / 2 && even < units / 8) return "LE";
  if (even > units / 2 && odd < units / 8) return "BE";
  return "";
}

bool is_html(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head = trim(head.substr(0, std::min<std::size_t>(head.size(), 1024)));
  constexpr std::string_view kBegins[] = {"<!doctype html", "<html", "<head", "<body"};
  return std::any_of(std::begin(kBegins), std::end(kBegins), [head](std::string_view tag) {
    return equal_ignoring_case(head.substr(0, tag.size()), tag);
  });
}

std::optional<std::string> other_text(std::string_view head) {
  if (const std::string_view order = utf16_without_mark(head); !order.empty())
    return fmt::format("a text in UTF-16; convert it: iconv -f UTF-16{} -t UTF-8", order);
  if (!is_html(head)) return std::nullopt;
  // Telegram Desktop's pages have both near their top.
  const bool telegram =
      head.find("page_wrap") != head.npos && head.find("Exported Data") != head.npos;
  if (telegram) return fmt::format("Telegram's export as HTML; {}", kTelegramAgain);
  return "an HTML page; export the chat as a text or JSON file";
}

std::optional<std::string> other_folder(const fs::path& path) {
  std::error_code ignored;
  const auto has = [&](const char* name) { return fs::exists(path / name, ignored); };
  if (has("dms.json")) return std::nullopt;
  if (has("result.json"))
    return fmt::format("the folder of Telegram's export; give {}", (path / "result.json").string());
  if (has("messages.html") || has("export_results.html"))
    return fmt::format("the folder of Telegram's export as HTML; {}", kTelegramAgain);
  if (has("_chat.txt"))
    return fmt::format("the folder of WhatsApp's export; give {}", (path / "_chat.txt").string());
  if (has("channels.json") && has("users.json"))
    return "a Slack export without dms.json; Slack's standard export has public channels only, and "
           "ZIM imports conversations of two users only";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> other_file(std::string_view head, const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return other_folder(path);
  for (const Sign& sign : kSigns) {
    if (head.starts_with(sign.bytes)) return std::string(sign.is);
  }
  return other_text(head);
}

}  // namespace zimmock::client
