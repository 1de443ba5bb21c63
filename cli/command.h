#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "contracts/api/result.h"

namespace zimmock::cli {

// What the process answers with. Subcommands that can end otherwise say so in their help.
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,  // findings, or something is not as it should be
  kUsage = 2,
  kIncomplete = 3,    // finished, with records left out
  kStopped = 5,       // stopped; a retry may help
  kUnresolved = 6,    // of `migrate`: lists that did not come to their end
  kFatal = 7,         // credentials
  kUnreachable = 11,  // of `contract`: nobody answers
  kUnusable = 12,     // of `contract`: what answers does not speak this API
  kUnexpected = 20,   // of `contract`: a mistake of ours
  kInterrupted = 130,
};

// Runs the subcommand after the arguments have been parsed; returns the process's exit code.
using Run = std::function<int()>;

// Declares the subcommand's arguments on `app` and returns what runs it.
using Setup = Run (*)(CLI::App& app);

struct Command {
  std::string_view name;
  std::string_view summary;
  Setup setup;
  bool runs_words = false;  // what follows `--` is a command to run: see words_after_dashes()
};

// Every subcommand, in the order of `zimmock --help`.
std::span<const Command> commands();

// Adds `rows` as subcommands of `app`. The arguments of one are declared when its name has been
// read, so that a start does not pay for those of all others; `chosen` is then what runs it.
void add_subcommands(CLI::App& app, std::span<const Command> rows, std::shared_ptr<Run> chosen);

// Declares the arguments of a subcommand that the command line does not name, as its help needs.
void declare_arguments(CLI::App& app);

// As add_subcommands(); one of them must be given. Returns what runs it.
Run setup_subcommands(CLI::App& app, std::span<const Command> rows);

// The words after the first `--`, untouched, of a subcommand that runs them; main() fills it before
// a Run is called. CLI11 does not get them: it would take a word like [1,2] apart.
std::vector<std::string>& words_after_dashes();

// One line "zimmock: message" on stderr; returns `code`.
int complain(ExitCode code, std::string_view message);

// The same of an Error; returns 2 for what the user can repair, else 1.
int complain(const Error& error);

// The same with "warning: ", where others than its owner may read a file that holds a secret.
void warn_of_readers(const std::string& secret_file);

Run setup_serve(CLI::App& app);
Run setup_exec(CLI::App& app);
Run setup_proxy(CLI::App& app);
Run setup_env(CLI::App& app);
Run setup_ca(CLI::App& app);
Run setup_migrate(CLI::App& app);
Run setup_query(CLI::App& app);
Run setup_view(CLI::App& app);
Run setup_sign(CLI::App& app);
Run setup_list(CLI::App& app);
Run setup_tenant(CLI::App& app);
Run setup_state(CLI::App& app);
Run setup_clock(CLI::App& app);
Run setup_device(CLI::App& app);
Run setup_fault(CLI::App& app);
Run setup_requests(CLI::App& app);
Run setup_verify(CLI::App& app);
Run setup_wait(CLI::App& app);
Run setup_healthcheck(CLI::App& app);
Run setup_contract(CLI::App& app);
Run setup_help(CLI::App& app);
Run setup_version(CLI::App& app);

}  // namespace zimmock::cli
