#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/help_format.h"
#include "cli/output.h"
#include "contracts/api/redaction.h"

namespace zimmock::cli {
namespace {

constexpr Command kCommands[] = {
    {"serve", "Run the mock ZIM service over HTTP and HTTPS", setup_serve},
    {"exec", "Run a command against its own mock, and check its requests", setup_exec, true},
    {"proxy", "Proxy between a client and a service, and check both sides", setup_proxy},
    {"env", "Print the variables that lead a client to a running mock", setup_env},
    {"migrate", "Plan a migration of chat history; with --execute, do and verify it",
     setup_migrate},
    {"query", "Read one user's list of a conversation", setup_query},
    {"view", "Show a conversation as a user's client gets it, by SDK version", setup_view},
    {"sign", "Sign a request, for use with other tools", setup_sign},
    {"ca", "Print the certificate of the mock's own CA", setup_ca},
    {"contract", "Check a service against the contract; print and explain its rules",
     setup_contract},
    {"list", "Print the program's tables: actions, rules, codes, settings, faults, ...",
     setup_list},
    {"tenant", "Create, list, show or delete the Apps of a running mock", setup_tenant},
    {"state", "Export, import or reset the state of a running mock", setup_state},
    {"clock", "Show or set the clock of an App in a running mock", setup_clock},
    {"device", "Set the SDK versions that users are logged in with", setup_device},
    {"fault", "Make calls to a running mock fail", setup_fault},
    {"requests", "Show the requests to a running mock, and their results", setup_requests},
    {"verify", "Check the requests to a running mock", setup_verify},
    {"wait", "Wait until a running mock received certain requests", setup_wait},
    {"healthcheck", "Check that a mock runs and answers", setup_healthcheck},
    {"help", "Print the help of a command", setup_help},
    {"version", "Print the version of this program", setup_version},
};

// Functions that declare the arguments of the subcommands that nobody has named yet.
std::map<const CLI::App*, std::function<void()>>& not_declared() {
  static std::map<const CLI::App*, std::function<void()>> declarations;
  return declarations;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

void add_subcommands(CLI::App& app, std::span<const Command> rows, std::shared_ptr<Run> chosen) {
  for (const Command& row : rows) {
    CLI::App* sub = app.add_subcommand(std::string(row.name), std::string(row.summary));
    not_declared()[sub] = [sub, chosen, setup = row.setup] { *chosen = setup(*sub); };
    sub->preparse_callback([sub](std::size_t) { declare_arguments(*sub); });
  }
}

void declare_arguments(CLI::App& app) {
  const auto declare = not_declared().extract(&app);
  if (declare.empty()) return;
  declare.mapped()();
  group_help(app);
}

Run setup_subcommands(CLI::App& app, std::span<const Command> rows) {
  app.require_subcommand(1);
  auto chosen = std::make_shared<Run>();
  add_subcommands(app, rows, chosen);
  return [chosen] {
    const Run run = *chosen;  // `help` declares others, each of which sets `chosen`, while it runs
    return run ? run() : static_cast<int>(kUsage);
  };
}

std::vector<std::string>& words_after_dashes() {
  static std::vector<std::string> words;
  return words;
}

// Whatever the message quotes, it is not a secret of the environment in another's place.
int complain(ExitCode code, std::string_view message) {
  std::string line(message);
  redact_secrets(line, std::vector<std::string>{given("", "ZIM_SERVER_SECRET"),
                                                given("", "ZIMMOCK_CONTROL_TOKEN")});
  tell_line("zimmock: {}", in_line(line));
  return code;
}

int complain(const Error& error) {
  return complain(error.kind == ErrorKind::kUsage ? kUsage : kFailed, error.message);
}

void warn_of_readers(const std::string& secret_file) {
  const std::string warning = secret_file_warning(secret_file);
  if (!warning.empty()) tell_line("zimmock: warning: {}", in_line(warning));
}

}  // namespace zimmock::cli
