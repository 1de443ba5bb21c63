#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/mock/ready_line.h"

namespace zimmock::cli {

struct Variable {
  std::string name;
  std::optional<std::string> value;  // nothing: it must not be set
};

// What a client's environment must be for its calls to the vendor's hosts to end at the mock, and
// for it to trust the mock's certificate; and where the mock is and with what credentials.
// Without a proxy the proxy variables are taken away, so that none of an outer environment leads
// elsewhere. Without a CA of our own (serve --cert) the CA variables are left as they are; without
// `server_secret` so is ZIM_SERVER_SECRET.
std::vector<Variable> client_environment(const ReadyLine& ready,
                                         const std::optional<std::string>& server_secret);

// This process's environment with those changes, as NAME=VALUE.
std::vector<std::string> changed_environment(const std::vector<Variable>& changes);

}  // namespace zimmock::cli
