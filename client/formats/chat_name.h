#pragma once

#include <string>

namespace zimmock::client {

// True if the name of a file, of its folder or of the .zip that it is in says that the chat is with
// the person of that name: "WhatsApp Chat with Ben.txt", in any language. The export is then the
// other person's.
bool is_chat_with(const std::string& file, const std::string& name);

}  // namespace zimmock::client
