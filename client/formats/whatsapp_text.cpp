#include "client/formats/whatsapp_text.h"

#include <algorithm>
#include <optional>

#include "client/formats/whatsapp_cursor.h"
#include "client/formats/whatsapp_line.h"

namespace zimmock::client {
namespace {

using Kind = WhatsAppText::Kind;
using Word = WhatsAppWord;

constexpr std::size_t kMaxOwnBytes = 200;  // of words that may be WhatsApp's

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

std::string without_marks(std::string_view text) {
  std::string out(text);
  for (auto at = out.find(kWhatsAppMark); at != std::string::npos; at = out.find(kWhatsAppMark, at))
    out.erase(at, kWhatsAppMark.size());
  return out;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string_view below_first_line(std::string_view text) {
  const auto end = text.find('\n');
  return end == text.npos ? std::string_view{} : text.substr(end + 1);
}

// Without the marks of writing direction around it, which Hebrew and Arabic phones write.
std::string_view between_marks(std::string_view text) {
  text = trim(text);
  while (!text.empty() && is_mark(code_point_at(text, 0).value))
    text.remove_prefix(code_point_at(text, 0).bytes);
  for (std::size_t bytes = 2; bytes <= 3 && text.size() >= bytes;) {
    const CodePoint last = code_point_at(text, text.size() - bytes);
    const bool mark = last.bytes == bytes && is_mark(last.value);
    if (mark) text.remove_suffix(bytes);
    bytes = mark ? 2 : bytes + 1;
  }
  return trim(text);
}

// What is in "<...>", or nothing.
std::optional<std::string_view> in_angles(std::string_view text) {
  text = between_marks(text);
  if (text.size() < 3 || !text.starts_with('<') || !text.ends_with('>')) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_latin(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// "IMG-20211014-WA0001.jpg": anything with an extension of letters and digits.
bool is_file_name(std::string_view text) {
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.find('\n') != text.npos) return false;
  const std::string_view extension = text.substr(dot + 1);
  const auto is_one = [](char c) { return is_digit(c) || is_latin(c); };
  return !extension.empty() && extension.size() <= 5 &&
         std::all_of(extension.begin(), extension.end(), is_one) &&
         std::any_of(extension.begin(), extension.end(), is_latin);
}

// "00000002-Plan.pdf": an iPhone numbers the files that it exports.
bool is_numbered(std::string_view name) {
  return name.size() > 9 && name[8] == '-' && std::all_of(name.begin(), name.begin() + 8, is_digit);
}

// "Plan.pdf • 14 pages", "Plan.pdf", "Plan": what WhatsApp writes of a document. `file` is the name
// of its file, or "".
bool is_title(std::string_view line, std::string_view file, bool document) {
  const std::string_view name = is_numbered(file) ? file.substr(9) : file;
  line = trim(line);
  constexpr std::string_view kBullet = " • ";
  const auto bullet = line.find(kBullet);
  if (bullet != line.npos && line.substr(bullet + kBullet.size()).starts_with(kWhatsAppMark))
    return true;
  line = without_last_mark(line.substr(0, bullet));
  if (line.empty()) return false;
  return line == name || line == name.substr(0, name.rfind('.')) ||
         (document && is_file_name(line));
}

// What a user has written of what stands before a file: no mark, and no title of a document in the
// first or last line.
std::string_view caption_of(std::string_view before, std::string_view file, bool document) {
  std::string_view caption = without_last_mark(before);
  take_mark(caption);
  const std::string_view first = first_line(caption);
  if (is_title(first, file, document)) return trim(below_first_line(caption));
  const auto last = caption.rfind('\n');
  if (last != caption.npos && is_title(caption.substr(last + 1), file, document))
    return trim(caption.substr(0, last));
  // Android writes the name of a document there, which nobody can tell from a caption.
  const bool unclear = document || (file.empty() && is_file_name(trim(first)));
  return unclear ? std::string_view{} : caption;
}

// "<This message was edited>" at the end, in any language where it is marked.
bool take_edited(std::string_view& text, const WhatsAppWords& words, bool& known) {
  const auto open = text.rfind('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return false;
  const std::string_view before = text.substr(0, open);
  const std::string_view note = text.substr(open + 1, text.size() - open - 2);
  const bool marked = before.ends_with(kWhatsAppMark) &&
                      note.find_first_of(":\n") == std::string_view::npos &&
                      !words.is(Word::kOmitted, note) && !words.is(Word::kDocument, note);
  const bool worded = words.is(Word::kEdited, note);
  if (!worded && (!marked || without_last_mark(before).empty())) return false;
  known = known || worded;
  text = without_last_mark(before);
  return true;
}

// iOS: "<attached: 00000012-PHOTO.jpg>" at the end, in any language where it is marked.
std::optional<WhatsAppText> ios_file(std::string_view text, const WhatsAppWords& words) {
  const auto open = text.rfind('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return std::nullopt;
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  const auto colon = inside.find(": ");
  if (colon == std::string_view::npos || inside.find('\n') != inside.npos) return std::nullopt;
  const std::string_view name = trim(inside.substr(colon + 2));
  const bool marked = text.substr(0, open).ends_with(kWhatsAppMark);
  const bool worded = words.is(Word::kLabel, inside.substr(0, colon));
  const bool alone = open == 0 || is_numbered(name);
  if (name.empty() || (!marked && !(worded && alone))) return std::nullopt;
  WhatsAppText out{Kind::kFile, std::string(caption_of(text.substr(0, open), name, false)),
                   std::string(name)};
  out.known = worded;
  return out;
}

// "IMG-20211014-WA0001.jpg (file attached)": the name, and the words in brackets.
std::optional<std::pair<std::string_view, std::string_view>> name_and_brackets(
    std::string_view line) {
  const auto open = line.rfind(" (");
  if (open == std::string_view::npos || open == 0 || !line.ends_with(')')) return std::nullopt;
  return std::pair(line.substr(0, open), line.substr(open + 2, line.size() - open - 3));
}

// Android: that, and below it what was written.
std::optional<WhatsAppText> android_file(std::string_view text, bool marked,
                                         const WhatsAppWords& words) {
  const auto found = name_and_brackets(between_marks(first_line(text)));
  if (!found) return std::nullopt;
  const bool worded = words.is(Word::kAttached, found->second);
  if (!worded && !(marked && is_file_name(found->first))) return std::nullopt;
  WhatsAppText out{Kind::kFile, std::string(below_first_line(text)), std::string(found->first)};
  out.known = worded;
  return out;
}

WhatsAppText omitted(std::string_view whole, std::string_view caption) {
  WhatsAppText out{caption.empty() ? Kind::kOmitted : Kind::kText,
                   std::string(caption.empty() ? whole : caption), ""};
  out.omitted = !caption.empty();
  out.known = true;
  return out;
}

// A file that was not exported: "<Media omitted>" with a caption below it (Android), or "image
// omitted" behind U+200E and a caption (iPhone).
std::optional<WhatsAppText> omitted_file(std::string_view text, bool marked,
                                         const WhatsAppWords& words) {
  const auto is_omitted = [&words](std::string_view phrase) {
    return words.is(Word::kOmitted, phrase) || words.is(Word::kDocument, phrase);
  };
  const auto inside = in_angles(first_line(text));
  if (inside && (words.is(Word::kMedia, *inside) || is_omitted(*inside)))
    return omitted(text, caption_of(below_first_line(text), "", false));
  const auto mark = text.rfind(kWhatsAppMark);
  const bool behind = mark != text.npos;
  if (!behind && !marked) return std::nullopt;
  std::string_view phrase = behind ? text.substr(mark + kWhatsAppMark.size()) : text;
  if (const auto angles = in_angles(phrase)) phrase = *angles;
  if (!is_omitted(phrase)) return std::nullopt;
  const std::string_view before = behind ? text.substr(0, mark) : std::string_view{};
  return omitted(marked ? without_marks(text) : text,
                 caption_of(before, "", words.is(Word::kDocument, phrase)));
}

// "Missed voice call", "Voice call, 5 min". Without the mark a user may have written it, so that
// there must be a number of minutes.
bool is_call(std::string_view text, bool marked, const WhatsAppWords& words) {
  if (text.size() > kMaxOwnBytes || text.find('\n') != text.npos) return false;
  const std::string plain = plain_name(text);
  if (words.is(Word::kMissed, plain) || (marked && words.is(Word::kCall, plain))) return true;
  for (auto at = plain.find_first_of(",."); at != plain.npos;
       at = plain.find_first_of(",.", at + 1)) {
    if (!words.is(Word::kCall, plain.substr(0, at))) continue;
    const std::string_view rest = trim(std::string_view(plain).substr(at + 1));
    return marked || (!rest.empty() && is_digit(rest.front()) && rest.size() < 32);
  }
  return false;
}

// What one of WhatsApp's own texts is.
Kind kind_of_own(const std::string& text, const WhatsAppWords& words) {
  if (text.find("https://maps.google.com/?q=") != std::string::npos) return Kind::kText;
  if (words.is(Word::kPoll, first_line(text))) return Kind::kText;
  return words.is(Word::kNotice, text) ? Kind::kNotice : Kind::kOwn;
}

// Two words or more in <>, or a word of another script than ours.
bool is_placeholder(std::string_view inside) {
  if (inside.size() > kMaxOwnBytes || inside.find_first_of("<\n/=") != inside.npos) return false;
  const bool foreign = std::any_of(inside.begin(), inside.end(),
                                   [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return foreign || trim(inside).find(' ') != inside.npos;
}

bool looks_own(std::string_view text) {
  if (const auto inside = in_angles(first_line(text)); inside && is_placeholder(*inside))
    return true;
  const auto last = text.rfind(" <");
  if (last != text.npos) {
    const auto inside = in_angles(text.substr(last + 1));
    if (inside && is_placeholder(*inside)) return true;
  }
  const auto file = name_and_brackets(trim(first_line(text)));
  if (file && is_file_name(file->first) && file->second.size() <= kMaxOwnBytes) return true;
  const auto mark = text.rfind(" \xE2\x80\x8E");
  return mark != text.npos && text.find('\n', mark) == text.npos &&
         text.size() > mark + 1 + kWhatsAppMark.size();
}

}  // namespace

WhatsAppText read_whatsapp_text(std::string_view text, const WhatsAppWords& words) {
  bool known = false;
  const bool edited = take_edited(text, words, known);
  auto found = ios_file(text, words);
  const bool marked = take_mark(text);
  if (!found) found = android_file(text, marked, words);
  if (!found) found = omitted_file(text, marked, words);
  WhatsAppText out = found.value_or(WhatsAppText{Kind::kText, std::string(text), ""});
  out.edited = edited;
  out.known = out.known || known;
  if (found) return out;
  const std::string_view phrase = trim(text);
  if (words.is(Word::kDeleted, phrase)) {
    out.kind = Kind::kDeleted;
  } else if (words.is(Word::kWaiting, phrase)) {
    out.kind = Kind::kOmitted;
  } else if (words.is(Word::kLocation, phrase)) {
    out.kind = Kind::kLocation;
  } else if (is_call(phrase, marked, words)) {
    out.kind = Kind::kCall;
  } else if (marked) {
    out.text = without_marks(text);
    out.kind = kind_of_own(out.text, words);
  } else if (text == "null") {
    out.kind = Kind::kNull;
  }
  const bool by_words =
      out.kind != Kind::kText && out.kind != Kind::kNull && out.kind != Kind::kOwn;
  out.known = out.known || by_words;
  out.looks_own = out.kind == Kind::kOwn || (out.kind == Kind::kText && !marked && looks_own(text));
  return out;
}

}  // namespace zimmock::client
