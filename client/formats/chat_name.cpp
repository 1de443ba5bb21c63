#include "client/formats/chat_name.h"

#include <filesystem>
#include <string_view>

#include "contracts/api/text.h"

namespace zimmock::client {
bool is_chat_with(const std::string& file, const std::string& name) {
  if (name.empty()) return false;
  for (const std::filesystem::path& part : std::filesystem::path(file)) {
    std::string text = lower_ascii(part.string());
    for (const std::string_view ending : {".zip", ".txt"}) {
      if (text.ends_with(ending)) text.erase(text.rfind(ending));
    }
    const bool named = text.find("whatsapp") != text.npos && text.size() > name.size() &&
                       text.ends_with(lower_ascii(name));
    if (named && text[text.size() - name.size() - 1] == ' ') return true;
  }
  return false;
}

}  // namespace zimmock::client
