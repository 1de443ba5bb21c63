#include "client/formats/whatsapp_words.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "client/formats/whatsapp_line.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::size_t kMaxWordingBytes = 1024;  // longer texts are users'

// In the order of WhatsAppWord.
constexpr std::array<std::string_view, 13> kWordNames{
    "media",   "omitted", "document", "attached", "label", "deleted", "edited",
    "waiting", "missed",  "call",     "location", "poll",  "notice"};

struct Row {
  std::string_view language;
  WhatsAppWord word;
  std::string_view text;
};

// The next line's row; nothing of a line that is empty or a comment.
std::optional<Row> take_row(std::string_view& table) {
  const std::string_view line = table.substr(0, table.find('\n'));
  table.remove_prefix(std::min(table.size(), line.size() + 1));
  const auto first = line.find('\t');
  const auto second = line.find('\t', first + 1);
  if (line.starts_with('#') || second == line.npos) return std::nullopt;
  const auto name =
      std::find(kWordNames.begin(), kWordNames.end(), line.substr(first + 1, second - first - 1));
  return Row{line.substr(0, first), static_cast<WhatsAppWord>(name - kWordNames.begin()),
             line.substr(second + 1)};
}

// Without the full stop that some releases put behind it.
std::string_view without_stop(std::string_view text) {
  for (const std::string_view stop : {".", "。", "।", "۔"}) {
    if (text.ends_with(stop)) return text.substr(0, text.size() - stop.size());
  }
  return text;
}

// True if what stands between the *s of the pattern comes in the text, in that order.
bool matches(std::string_view pattern, std::string_view text) {
  auto star = pattern.find('*');
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  while (true) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    if (star == pattern.npos) return text.ends_with(pattern);
    const std::string_view piece = pattern.substr(0, star);
    const auto found = text.find(piece);
    if (found == text.npos) return false;
    text.remove_prefix(found + piece.size());
  }
}

}  // namespace

Result<WhatsAppWords> WhatsAppWords::of(std::string_view language) {
  WhatsAppWords out;
  bool known = language.empty();
  for (std::string_view table = whatsapp_words_files()[0].text; !table.empty();) {
    const auto row = take_row(table);
    if (!row || (!language.empty() && row->language != language)) continue;
    known = true;
    out.add(row->word, row->text);
  }
  if (known) return out;
  return fail(ErrorKind::kUsage, fmt::format("--language: expected one of {}, got {}",
                                             fmt::join(languages(), ", "), quote(language)));
}

std::vector<std::string> WhatsAppWords::languages() {
  std::vector<std::string> out;  // the table is in their order
  for (std::string_view table = whatsapp_words_files()[0].text; !table.empty();) {
    const auto row = take_row(table);
    if (row && (out.empty() || out.back() != row->language)) out.emplace_back(row->language);
  }
  return out;
}

void WhatsAppWords::add(WhatsAppWord word, std::string_view text) {
  if (text.find('*') != text.npos) {
    patterns_.push_back({word, std::string(text)});
  } else {
    whole_[plain_name(text)] |= 1U << static_cast<unsigned>(word);
  }
}

bool WhatsAppWords::is(WhatsAppWord word, std::string_view text) const {
  if (text.size() > kMaxWordingBytes) return false;
  const std::string plain = plain_name(text);
  const auto found = whole_.find(without_stop(plain));
  if (found != whole_.end() && (found->second >> static_cast<unsigned>(word) & 1U) != 0)
    return true;
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    return pattern.word == word && matches(pattern.text, plain);
  });
}

}  // namespace zimmock::client
