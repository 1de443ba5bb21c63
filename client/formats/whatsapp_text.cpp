#include "client/formats/whatsapp_text.h"

#include <algorithm>
#include <optional>

#include "client/formats/whatsapp_line.h"
#include "contracts/api/text.h"

namespace zimmock {
namespace {

using Kind = WhatsAppText::Kind;

// Whole messages, without a full stop at the end. In each language: of one's own, of the other's.
constexpr std::string_view kDeleted[] = {
    "You deleted this message",         "This message was deleted",
    "Du hast diese Nachricht gelöscht", "Diese Nachricht wurde gelöscht",
    "Eliminaste este mensaje",          "Se eliminó este mensaje",
    "Este mensaje fue eliminado",       "Vous avez supprimé ce message",
    "Ce message a été supprimé",        "Você apagou esta mensagem",
    "Você apagou essa mensagem",        "Mensagem apagada",
    "Essa mensagem foi apagada",        "Esta mensagem foi apagada",
    "Hai eliminato questo messaggio",   "Questo messaggio è stato eliminato",
    "Je hebt dit bericht verwijderd",   "U hebt dit bericht verwijderd",
    "Dit bericht is verwijderd"};

constexpr std::string_view kOmitted[] = {"<Media omitted>",
                                         "<Medien ausgeschlossen>",
                                         "<Multimedia omitido>",
                                         "<Médias omis>",
                                         "<Mídia oculta>",
                                         "<Arquivo de mídia oculto>",
                                         "<Media omessi>",
                                         "<Media weggelaten>",
                                         "Waiting for this message. This may take a while"};

// Behind the name of a file.
constexpr std::string_view kAttached[] = {
    "(file attached)",   "(Datei angehängt)", "(archivo adjunto)",   "(fichier joint)",
    "(arquivo anexado)", "(file allegato)",   "(bestand bijgevoegd)"};

constexpr std::string_view kEdited = "<This message was edited>";

constexpr std::string_view kCalls[] = {"Missed voice call", "Missed video call", "Voice call",
                                       "Video call"};

template <std::size_t N>
bool any_of(const std::string_view (&phrases)[N], std::string_view text) {
  return std::find(std::begin(phrases), std::end(phrases), text) != std::end(phrases);
}

bool take_mark(std::string_view& text) {
  bool taken = false;
  while (text.starts_with(kWhatsAppMark)) {
    text.remove_prefix(kWhatsAppMark.size());
    taken = true;
  }
  return taken;
}

// `text` without the marks at its end.
std::string_view without_last_mark(std::string_view text) {
  while (text.ends_with(kWhatsAppMark)) text.remove_suffix(kWhatsAppMark.size());
  return trim(text);
}

// "IMG-20211014-WA0001.jpg": anything with an extension of letters and digits.
bool is_file_name(std::string_view text) {
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view extension = text.substr(dot + 1);
  if (extension.empty() || extension.size() > 5) return false;
  return std::all_of(extension.begin(), extension.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// "<This message was edited>" at the end, in any language where it is marked.
bool take_edited(std::string_view& text) {
  const auto open = text.rfind('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return false;
  const std::string_view before = text.substr(0, open);
  const std::string_view words = text.substr(open);
  const bool marked = before.ends_with(kWhatsAppMark) && !before.empty() &&
                      words.find_first_of(":\n") == std::string_view::npos;
  if (words != kEdited && (!marked || without_last_mark(before).empty())) return false;
  text = without_last_mark(before);
  return true;
}

// iOS: "<attached: 00000012-PHOTO.jpg>" at the end, in any language where it is marked.
std::optional<WhatsAppText> ios_file(std::string_view text) {
  const auto open = text.rfind('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return std::nullopt;
  const std::string_view words = text.substr(open + 1, text.size() - open - 2);
  const auto colon = words.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view name = trim(words.substr(colon + 2));
  const bool marked = text.substr(0, open).ends_with(kWhatsAppMark);
  const bool known = words.starts_with("attached: ") && open == 0;
  if ((!marked && !known) || !is_file_name(name)) return std::nullopt;
  std::string_view caption = without_last_mark(text.substr(0, open));
  take_mark(caption);
  return WhatsAppText{Kind::kFile, std::string(caption), std::string(name)};
}

// Android: "IMG-20211014-WA0001.jpg (file attached)", and below it what was written.
std::optional<WhatsAppText> android_file(std::string_view text, bool marked) {
  const auto end = text.find('\n');
  const std::string_view first = trim(text.substr(0, end));
  const auto open = first.rfind(" (");
  if (open == std::string_view::npos || !first.ends_with(')')) return std::nullopt;
  const std::string_view name = first.substr(0, open);
  if (!is_file_name(name)) return std::nullopt;
  if (!marked && !any_of(kAttached, first.substr(open + 1))) return std::nullopt;
  const std::string_view caption =
      end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return WhatsAppText{Kind::kFile, std::string(caption), std::string(name)};
}

// What one of WhatsApp's own texts is.
Kind kind_of_notice(std::string_view text) {
  if (text.find("https://maps.google.com/?q=") != std::string_view::npos) return Kind::kText;
  if (text.starts_with("POLL:")) return Kind::kText;
  if (text.ends_with(" omitted")) return Kind::kOmitted;
  for (const std::string_view call : kCalls) {
    if (text.starts_with(call)) return Kind::kCall;
  }
  return Kind::kNotice;
}

std::string without_marks(std::string_view text) {
  std::string out(text);
  for (auto at = out.find(kWhatsAppMark); at != std::string::npos; at = out.find(kWhatsAppMark, at))
    out.erase(at, kWhatsAppMark.size());
  return out;
}

}  // namespace

WhatsAppText read_whatsapp_text(std::string_view text) {
  const bool edited = take_edited(text);
  auto file = ios_file(text);
  const bool marked = take_mark(text);
  if (!file) file = android_file(text, marked);
  WhatsAppText out = file.value_or(WhatsAppText{Kind::kText, std::string(text), ""});
  out.edited = edited;
  if (file) return out;
  std::string_view phrase = trim(text);
  if (phrase.ends_with('.')) phrase.remove_suffix(1);
  if (any_of(kDeleted, phrase)) {
    out.kind = Kind::kDeleted;
  } else if (any_of(kOmitted, phrase)) {
    out.kind = Kind::kOmitted;
  } else if (marked) {
    out.text = without_marks(text);
    out.kind = kind_of_notice(without_marks(phrase));
  } else if (phrase.ends_with(" omitted") && phrase.find(kWhatsAppMark) != std::string_view::npos) {
    out.kind = Kind::kOmitted;  // "Plan.pdf • 3 pages document omitted", marked further on
  }
  return out;
}

}  // namespace zimmock
