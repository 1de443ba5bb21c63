#include "client/formats/slack_text.h"

#include <algorithm>

namespace zimmock::client {
namespace {

struct Entity {
  std::string_view written;
  char is;
};
constexpr Entity kEntities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto* const found =
        std::find_if(std::begin(kEntities), std::end(kEntities),
                     [&](const Entity& one) { return text.starts_with(one.written); });
    const bool entity = found != std::end(kEntities);
    out += entity ? found->is : text.front();
    text.remove_prefix(entity ? found->written.size() : 1);
  }
  return out;
}

std::string link(std::string_view target, std::string_view label) {
  const std::string url = unescaped(target), words = unescaped(label);
  if (words.empty() || words == url) return url;
  if (url.empty()) return words;
  // What Slack has made a link of by itself: example.com, a@example.com.
  const auto colon = url.find(':');
  std::string_view plain(url);
  plain.remove_prefix(colon == std::string::npos ? 0 : colon + 1);
  if (plain.starts_with("//")) plain.remove_prefix(2);
  if (plain == words || (plain.ends_with('/') && plain.substr(0, plain.size() - 1) == words))
    return words;
  return words + " (" + url + ")";
}

// What stands between < and >.
std::string marked(std::string_view inside, const SlackNames& names) {
  const auto bar = inside.find('|');
  const std::string_view target = inside.substr(0, bar);
  const std::string_view label = bar == inside.npos ? std::string_view{} : inside.substr(bar + 1);
  const auto with = [&](char sign, std::string_view else_word) {
    std::string words = unescaped(label.empty() ? else_word : label);
    return words.starts_with(sign) ? words : sign + words;
  };
  if (target.starts_with('@')) {
    const auto found = names.find(target.substr(1));
    return found == names.end() ? with('@', target.substr(1)) : "@" + found->second;
  }
  if (target.starts_with('#')) return with('#', target.substr(1));
  if (target.starts_with("!date")) return unescaped(label.empty() ? target : label);
  if (target.starts_with('!')) return with('@', target.substr(1));
  return link(target, label);
}

}  // namespace

std::string slack_text(std::string_view text, const SlackNames& names) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('<');
    out += unescaped(text.substr(0, open));
    if (open == text.npos) break;
    text.remove_prefix(open);
    const auto close = text.find('>');
    if (close == text.npos) {  // Slack writes a < of a user's as &lt;
      out += unescaped(text);
      break;
    }
    out += marked(text.substr(1, close - 1), names);
    text.remove_prefix(close + 1);
  }
  return out;
}

void add_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

}  // namespace zimmock::client
