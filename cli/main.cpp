#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "contracts/api/text.h"

#ifndef ZIMMOCK_VERSION
#define ZIMMOCK_VERSION "unknown"
#endif

namespace zimmock::cli {
namespace {

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.push_back(command.name);
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// CLI11's own message, and the nearest name for a word that was not expected.
int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  while (!message.empty() && message.back() == '\n') message.pop_back();
  const auto parsed = app.get_subcommands();
  const CLI::App& where = parsed.empty() ? app : *parsed.front();
  const std::vector<std::string> left = where.remaining();
  if (!left.empty()) {
    // Without what follows '=': it may be a secret.
    const std::string word = left.front().substr(0, left.front().find('='));
    const std::vector<std::string> options = option_names(where);
    std::vector<std::string_view> known(options.begin(), options.end());
    if (parsed.empty()) known = command_names();
    message = fmt::format("{}: not expected{}", quote(word), did_you_mean(word, known));
  }
  const std::string help =
      parsed.empty() ? "zimmock --help" : "zimmock " + where.get_name() + " --help";
  return complain(kUsage, fmt::format("{} (see `{}`)", ascii_line(message), help));
}

// What was printed and did not arrive is a failure: somebody's script is about to read it.
int flushed(int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  const std::string why = errno != 0 ? std::strerror(errno) : "the disk is full or the pipe closed";
  complain(kFailed, fmt::format("stdout: could not write: {}", why));
  return code == kOk ? static_cast<int>(kFailed) : code;
}

int main_checked(int argc, char** argv) {
  CLI::App app("zimmock: a mock of the ZEGOCLOUD ZIM server API, and a migration client for it",
               "zimmock");
  app.set_version_flag("--version", "zimmock " ZIMMOCK_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  std::vector<std::pair<CLI::App*, Run>> runs;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    runs.emplace_back(sub, command.setup(*sub));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return flushed(app.exit(asked));
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  for (const auto& [sub, run] : runs) {
    if (sub->parsed()) return flushed(run());
  }
  return kUsage;
}

}  // namespace
}  // namespace zimmock::cli

int main(int argc, char** argv) {
  try {
    return zimmock::cli::main_checked(argc, argv);
  } catch (const std::exception& error) {
    return zimmock::cli::complain(zimmock::cli::kFailed, error.what());
  }
}
