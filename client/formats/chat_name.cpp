#include "client/formats/chat_name.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace zimmock {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

bool is_chat_with(const std::string& file, const std::string& name) {
  if (name.empty()) return false;
  for (const std::filesystem::path& part : std::filesystem::path(file)) {
    std::string text = lower(part.string());
    for (const std::string_view ending : {".zip", ".txt"}) {
      if (text.ends_with(ending)) text.erase(text.rfind(ending));
    }
    const bool named = text.find("whatsapp") != text.npos && text.size() > name.size() &&
                       text.ends_with(lower(name));
    if (named && text[text.size() - name.size() - 1] == ' ') return true;
  }
  return false;
}

}  // namespace zimmock
