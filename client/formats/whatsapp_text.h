#pragma once

#include <string>
#include <string_view>

namespace zimmock {

// What stands behind the name in WhatsApp's text export.
struct WhatsAppText {
  enum class Kind {
    kText,
    kFile,     // one that was exported too; `text` is what was written under it, or ""
    kOmitted,  // one that was not exported, or a message that never arrived
    kDeleted,  // a message that was deleted for both users
    kCall,
    kNotice,  // WhatsApp's own words, of which kind is not known
  };

  Kind kind = Kind::kText;
  std::string text;
  std::string file;     // its name
  bool edited = false;  // WhatsApp's note that it was is not part of `text`
};

// WhatsApp writes in the phone's language, and marks most of what it writes itself with U+200E
// before it; what it does not mark is known in English, German, Spanish, French, Portuguese,
// Italian and Dutch.
WhatsAppText read_whatsapp_text(std::string_view text);

}  // namespace zimmock
