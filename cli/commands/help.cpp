#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

// What `zimmock COMMAND... --help` prints.
int help(CLI::App& root, const std::vector<std::string>& words) {
  CLI::App* app = &root;
  std::string path;  // of what is above `app`
  for (const std::string& word : words) {
    std::vector<std::string_view> known;
    CLI::App* found = nullptr;
    for (CLI::App* sub : app->get_subcommands([](CLI::App*) { return true; })) {
      known.push_back(sub->get_name());
      if (sub->get_name() == word) found = sub;
    }
    if (found == nullptr) {
      return complain(kUsage, fmt::format("help: expected a command, got {}{}", quote(word),
                                          did_you_mean(word, known)));
    }
    path += (path.empty() ? "" : " ") + app->get_name();
    app = found;
    declare_arguments(*app);
  }
  // The root would print the help of the subcommand that was parsed, which is this one.
  const CLI::FormatterBase& formatter = *root.get_formatter();
  print_text("{}",
             formatter.make_help(app, path.empty() ? app->get_name() : path + " " + app->get_name(),
                                 CLI::AppFormatMode::Normal));
  return kOk;
}

}  // namespace

Run setup_help(CLI::App& app) {
  auto words = std::make_shared<std::vector<std::string>>();
  app.add_option("COMMAND", *words, "The command to explain, such as: migrate status");
  return [&app, words] { return help(*app.get_parent(), *words); };
}

}  // namespace zimmock::cli
