#include "cli/help_format.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace zimmock::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kTextColumn = 24;  // where descriptions begin

// `text` in lines of at most kColumns, of which `used` columns of the first are taken and the
// others begin at `indent`. A line break in it is a space, an empty line stays one.
std::string wrapped(std::string_view text, std::size_t used, std::size_t indent) {
  std::string out;
  std::size_t column = used;
  bool first = true;
  const auto break_line = [&](std::string_view breaks) {
    out += breaks;
    out += std::string(indent, ' ');
    column = indent;
    first = true;
  };
  while (!text.empty()) {
    if (text.starts_with("\n\n")) {
      break_line("\n\n");
      text.remove_prefix(2);
    } else if (text.front() == ' ' || text.front() == '\n') {
      text.remove_prefix(1);
    } else {
      std::string_view word = text.substr(0, text.find_first_of(" \n"));
      text.remove_prefix(word.size());
      if (!first && column + 1 + word.size() > kColumns) break_line("\n");
      if (!first) out += ' ';
      column += first ? 0 : 1;
      for (; word.size() > kColumns - column; column = indent) {  // a path, say
        out += word.substr(0, kColumns - column);
        word.remove_prefix(kColumns - column);
        out += '\n' + std::string(indent, ' ');
      }
      out += word;
      column += word.size();
      first = false;
    }
  }
  return out;
}

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool positional) const override {
    std::string text = make_option_desc(option);
    if (!option->get_excludes().empty()) {
      std::string others;
      for (const CLI::Option* other : option->get_excludes()) {
        others += (others.empty() ? "" : ", ") + other->get_name();
      }
      text += fmt::format(" (not with {})", others);
    }
    return entry(make_option_name(option, positional) + make_option_opts(option), text);
  }

  // As CLI11's, without the options that exclude it: those stand in the description.
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    std::string out;
    std::string type = option->get_option_text();
    if (type.empty()) type = option->get_type_name();
    if (!type.empty()) out += " " + type;
    if (!option->get_default_str().empty()) out += "=" + option->get_default_str();
    if (option->get_expected_max() == CLI::detail::expected_max_vector_size) out += " ...";
    if (option->get_required()) out += " REQUIRED";
    return out;
  }

  std::string make_subcommand(const CLI::App* sub) const override {
    return entry(sub->get_name(), sub->get_description());
  }

  std::string make_description(const CLI::App* app) const override {
    return wrapped(app->get_description(), 0, 0) + "\n";
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    return wrapped(CLI::Formatter::make_usage(app, std::move(name)), 0, 7) + "\n";
  }

  std::string make_footer(const CLI::App* app) const override {
    const std::string footer = app->get_footer();
    return footer.empty() ? "" : wrapped(footer, 0, 0) + "\n";
  }

 private:
  static std::string entry(const std::string& name, const std::string& text) {
    std::string out = "  " + wrapped(name, 2, 4);
    const bool beside = out.size() < kTextColumn;
    out +=
        beside ? std::string(kTextColumn - out.size(), ' ') : "\n" + std::string(kTextColumn, ' ');
    return out + wrapped(text, kTextColumn, kTextColumn) + "\n";
  }
};

// Which options stand under which heading; of several rows the first counts.
struct OptionHeading {
  std::string_view commands;  // names of commands, with spaces between; "": all
  std::string_view heading;
  std::string_view options;
};

constexpr OptionHeading kOptionHeadings[] = {
    {"serve exec", "Addresses",
     "listen tls-listen proxy-listen control-listen control-token-file port ca-dir cert key "
     "body-limit"},
    {"serve exec create", "Apps",
     "app app-id app-file secret-file plan retention-days rate profile clock rng-seed "
     "keep-requests fault seed format users merge-users tz date-order language media-map bad"},
    {"exec judge proxy", "Verdict", "findings allow allow-duplicates rate"},
    {"serve exec proxy", "Output", "log ready-file state-out requests-out har quiet json"},
    {"migrate map preview convert retry", "Input",
     "format users merge-users media-map tz date-order language null-is-text merge exported-by "
     "long-messages missing-media profile"},
    {"migrate retry", "Plan", "plan retention-days time-shift too-old bad names tag shard"},
    {"migrate verify retry", "Run",
     "execute verify-only journal quarantine gap settle sign-skew adopt adopt-wait rate lanes "
     "allow-extra"},
    {"migrate verify retry convert map preview", "Output", "max-examples progress json"},
    {"run", "Cases", "only skip known-failing known-flaky"},
    {"run", "Target and calls",
     "target allow-writes max-calls rate plan retention-days real-service dry-run"},
    {"", "Service", "endpoint secret-file ca-file timeout connect-timeout upstream"},
    {"", "Filters", "action user conversation from to list code rule fault since unmatched"},
    {"", "Mock", "control control-token-file"},
    {"", "App", "app-id"},
};

struct CommandHeading {
  std::string_view heading;
  std::string_view commands;
};

constexpr CommandHeading kCommandHeadings[] = {
    {"Run a mock", "serve exec env ca healthcheck"},
    {"Move and read messages", "migrate query view sign"},
    {"Check traffic and services against the contract", "contract proxy list"},
    {"Steer a running mock", "tenant state clock device fault requests verify wait"},
    {"Help", "help version"},
};

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::string_view next = words.substr(0, words.find(' '));
    if (next == word) return true;
    words.remove_prefix(std::min(next.size() + 1, words.size()));
  }
  return false;
}

void group_options(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const auto& names = option->get_lnames();
    if (names.empty()) continue;
    const auto row = std::find_if(
        std::begin(kOptionHeadings), std::end(kOptionHeadings), [&](const OptionHeading& one) {
          return (one.commands.empty() || has_word(one.commands, app.get_name())) &&
                 has_word(one.options, names.front());
        });
    if (row != std::end(kOptionHeadings)) option->group(std::string(row->heading));
  }
}

}  // namespace

void format_help(CLI::App& app) { app.formatter(std::make_shared<HelpFormatter>()); }

void group_help(CLI::App& app) {
  group_options(app);
  for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; })) {
    if (app.get_parent() == nullptr) {
      for (const CommandHeading& row : kCommandHeadings) {
        if (has_word(row.commands, sub->get_name())) sub->group(std::string(row.heading));
      }
    }
    group_help(*sub);
  }
}

}  // namespace zimmock::cli
