#pragma once

#include <string>
#include <string_view>

#include "client/formats/whatsapp_words.h"

namespace zimmock::client {

// What stands behind the name in WhatsApp's text export.
struct WhatsAppText {
  enum class Kind {
    kText,
    kFile,     // one that was exported too; `text` is what was written under it, or ""
    kOmitted,  // a file that was not exported, or a message that never arrived
    kDeleted,  // a message that was deleted for both users
    kCall,
    kLocation,  // a live one, of which nothing is kept
    kNull,      // "null", which Android writes for what it cannot tell
    kNotice,    // WhatsApp's own words, which are no message
    kOwn,       // the same (U+200E stands before them), of which kind is not known
  };

  Kind kind = Kind::kText;
  std::string text;
  std::string file;      // its name
  bool edited = false;   // WhatsApp's note that it was is not part of `text`
  bool omitted = false;  // of a text: a file was not exported under which it was written
  bool known = false;    // some of it is WhatsApp's by the words
  // It may be WhatsApp's by its form: <two words>, NAME.EXT (words), or words behind U+200E.
  bool looks_own = false;
};

// WhatsApp writes in the phone's language, and marks most of what it writes itself with U+200E
// before it; what it does not mark is known by the words alone.
WhatsAppText read_whatsapp_text(std::string_view text, const WhatsAppWords& words);

}  // namespace zimmock::client
