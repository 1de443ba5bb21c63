#pragma once

#include <map>
#include <string>
#include <string_view>

namespace zimmock::client {

// A user's id -> how people call him.
using SlackNames = std::map<std::string, std::string, std::less<>>;

// Slack's text as people read it: <@U1> becomes @name, <#C1|general> #general, <!here> @here, <URL>
// the URL, <URL|label> the label with the URL behind it where it is not the same, and &amp; &lt;
// &gt; the characters.
std::string slack_text(std::string_view text, const SlackNames& names);

// Adds a line to a text; nothing for "".
void add_line(std::string& text, std::string_view line);

}  // namespace zimmock::client
