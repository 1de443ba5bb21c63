#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/client_environment.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/ready_line.h"
#include "mock_server/tenant.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

struct Options {
  std::string ready_file;
  std::string secret_file;
  bool as_json = false;
};

// For a POSIX shell: nothing within single quotes is special but the quote itself.
std::string shell_quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// The running mock that is meant. Asking one over its control URL would come in here.
Result<ReadyLine> find_mock(const Options& options) {
  const auto text = read_small_file(options.ready_file);
  if (!text) return tl::unexpected(text.error());
  return parse_ready_line(*text, options.ready_file);
}

// A ready line holds no secret; the default App's is public.
Result<std::optional<std::string>> find_secret(const Options& options, std::uint32_t app_id) {
  if (options.secret_file.empty()) {
    if (app_id != kDefaultAppId) return std::optional<std::string>();
    return std::optional<std::string>(kDefaultServerSecret);
  }
  const auto text = read_small_file(options.secret_file);
  if (!text) return tl::unexpected(text.error());
  const std::string secret(trim(*text));
  if (secret.empty()) {
    return fail(ErrorKind::kUsage, fmt::format("{}: expected the server secret, got an empty file",
                                               options.secret_file));
  }
  return std::optional(secret);
}

int env(const Options& options) {
  const auto ready = find_mock(options);
  if (!ready) return complain(kUsage, ready.error().message);
  const auto secret = find_secret(options, ready->app_id);
  if (!secret) return complain(kUsage, secret.error().message);
  if (!*secret) {
    fmt::print(stderr,
               "zimmock: env: the secret of App {} is not in the ready file: give --secret-file, "
               "or set ZIM_SERVER_SECRET yourself\n",
               ready->app_id);
  }
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  std::string script;
  for (const Variable& one : client_environment(*ready, *secret)) {
    object[one.name] = one.value ? nlohmann::ordered_json(*one.value) : nlohmann::ordered_json();
    script += one.value ? fmt::format("export {}={}\n", one.name, shell_quote(*one.value))
                        : fmt::format("unset {}\n", one.name);
  }
  if (options.as_json) script = object.dump() + "\n";
  fmt::print("{}", script);
  return kOk;
}

}  // namespace

Run setup_env(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--ready-file", options->ready_file,
                 "The file that `zimmock serve --ready-file` wrote")
      ->required();
  app.add_option("--secret-file", options->secret_file,
                 "File with the App's server secret, unless it is the default App's");
  app.add_flag("--json", options->as_json, "One JSON object; null: not to be set");
  app.footer(
      "In a shell: eval \"$(zimmock env --ready-file FILE)\". The variables are those of\n"
      "`zimmock exec`; to reach the mock by the vendor's name it needs serve --proxy-listen.");
  return [options] { return env(*options); };
}

}  // namespace zimmock::cli
