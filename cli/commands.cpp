#include <cstdio>

#include <fmt/format.h>

#include "cli/command.h"

namespace zimmock::cli {
namespace {

constexpr Command kCommands[] = {
    {"serve", "Run the mock ZIM service over HTTP and HTTPS", setup_serve},
    {"migrate", "Plan a migration of chat history; with --execute, do and verify it",
     setup_migrate},
    {"query", "Read one user's list of a conversation", setup_query},
    {"view", "Show what a user's client gets of a conversation, by SDK version", setup_view},
    {"sign", "Sign a request, for use with other tools", setup_sign},
    {"ca", "Print the certificate of the mock's own CA", setup_ca},
    {"list", "Print what this program knows: actions, rules, codes, settings, faults, ...", setup_list},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

int complain(ExitCode code, std::string_view message) {
  fmt::print(stderr, "zimmock: {}\n", message);
  return code;
}

}  // namespace zimmock::cli
