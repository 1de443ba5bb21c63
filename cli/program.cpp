#include "cli/program.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/help_format.h"
#include "cli/output.h"
#include "contracts/api/text.h"

#ifndef ZIMMOCK_VERSION
#define ZIMMOCK_VERSION "unknown"
#endif

namespace zimmock::cli {
namespace {

// What could stand where `word` does: subcommands where there are any, or else options.
std::vector<std::string> known_words(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  if (!word.starts_with('-')) {
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(sub->get_name());
    }
  }
  if (!names.empty()) return names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// CLI11's own message, and the nearest name for a word that was not expected.
int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  while (!message.empty() && message.back() == '\n') message.pop_back();
  std::string path = app.get_name();
  const CLI::App* where = &app;
  for (auto parsed = where->get_subcommands(); !parsed.empty(); parsed = where->get_subcommands()) {
    where = parsed.front();
    path += " " + where->get_name();
  }
  const std::vector<std::string> left = where->remaining();
  if (left.empty() && error.get_name() == "RequiredError" && !where->get_subcommands({}).empty()) {
    std::vector<std::string> names;
    for (const CLI::App* sub : where->get_subcommands({})) names.push_back(sub->get_name());
    message = fmt::format("expected {}, got no subcommand", fmt::join(names, ", "));
  }
  if (!left.empty()) {
    // Without what follows '=': it may be a secret.
    const std::string word = left.front().substr(0, left.front().find('='));
    const std::vector<std::string> words = known_words(*where, word);
    const std::vector<std::string_view> known(words.begin(), words.end());
    message = fmt::format("{}: not expected{}", quote(word), did_you_mean(word, known));
  }
  return complain(kUsage, fmt::format("{} (see `{} --help`)", printable_line(message), path));
}

// What was printed and did not arrive is a failure: somebody's script is about to read it.
int flushed(int code) {
  errno = 0;
  if (flush_output()) return code;
  const std::string why = errno != 0 ? std::strerror(errno) : "the disk is full or the pipe closed";
  complain(kFailed, fmt::format("stdout: could not write: {}", why));
  return code == kOk ? static_cast<int>(kFailed) : code;
}

// Moves the words of a command to run out of CLI11's way; returns how many are left for it.
int cut_words(int argc, char** argv) {
  const auto runs_words = [&](const Command& command) {
    return argc > 1 && command.runs_words && command.name == argv[1];
  };
  if (std::none_of(commands().begin(), commands().end(), runs_words)) return argc;
  char** const end = argv + argc;
  char** const dashes = std::find(argv, end, std::string_view("--"));
  if (dashes == end) return argc;
  words_after_dashes().assign(dashes + 1, end);
  return static_cast<int>(dashes - argv);
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("zimmock: a mock of the ZEGOCLOUD ZIM server API, and a migration client for it",
               "zimmock");
  app.set_version_flag("-V,--version", "zimmock " ZIMMOCK_VERSION);
  app.failure_message(CLI::FailureMessage::simple);
  format_help(app);
  const Run run = setup_subcommands(app, commands());
  group_help(app);
  if (argc < 2) {
    tell(app.help());
    return kUsage;
  }
  try {
    app.parse(cut_words(argc, argv), argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    std::ostringstream text;
    const int code = app.exit(asked, text, text);
    print_text("{}", text.str());
    return flushed(code);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  return flushed(run());
}

}  // namespace

int run_program(int argc, char** argv) {
  if (!fill_standard_descriptors()) return kFailed;  // and nowhere to say so
  try {
    return parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    return complain(kFailed, error.what());
  }
}

}  // namespace zimmock::cli
