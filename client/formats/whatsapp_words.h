#pragma once

// What WhatsApp itself writes into an export, in the languages of phones: whatsapp_words.tsv.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/api/result.h"

namespace zimmock::client {

// In the table's order.
enum class WhatsAppWord {
  kMedia,     // "Media omitted", in <>
  kOmitted,   // "image omitted"
  kDocument,  // "document omitted", behind its title
  kAttached,  // "file attached", in () behind a file's name
  kLabel,     // "attached", in <attached: FILE>
  kDeleted,
  kEdited,   // "This message was edited", in <>
  kWaiting,  // a message that never arrived
  kMissed,   // a call
  kCall,     // one too, where something stands behind it
  kLocation,
  kPoll,
  kNotice,  // no message
};

class WhatsAppWords {
 public:
  // The words of the language, or with "" those of all. An Error (kUsage) that lists the known
  // languages for another.
  static Result<WhatsAppWords> of(std::string_view language);

  // The codes of all languages: "ar", "de", "pt-PT".
  static std::vector<std::string> languages();

  // True if one of the wordings is `text`: marks that nobody sees and a full stop at its end make
  // no difference.
  bool is(WhatsAppWord word, std::string_view text) const;

 private:
  struct Pattern {
    WhatsAppWord word;
    std::string text;  // with a * for anything
  };
  void add(WhatsAppWord word, std::string_view text);

  std::map<std::string, unsigned, std::less<>> whole_;  // a bit for each WhatsAppWord
  std::vector<Pattern> patterns_;
};

// A file that is built in.
struct WordsFile {
  std::string_view path;
  std::string_view text;
};
std::span<const WordsFile> whatsapp_words_files();

}  // namespace zimmock::client
