#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/connection_options.h"
#include "cli/output.h"
#include "client/api/signed_query.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

struct SignOptions {
  ConnectionOptions connection;
  std::string action = "QueryPeerMsg";
  std::string nonce;
  std::optional<std::int64_t> timestamp_s;
  std::string format = "query";
};

void print_curl(const SignOptions& options, const client::Endpoint& endpoint,
                const std::string& query) {
  std::string command = "curl -sS";
  if (!options.connection.ca_file.empty()) {
    command += " --cacert " + shell_word(options.connection.ca_file);
  }
  print_exact(fmt::format("{} -H 'Content-Type: application/json' --data-binary @BODY.json {}\n",
                          command, shell_word(endpoint.url + "/?" + query)));
}

void print_signed_json(const SignOptions& options, const client::Credentials& credentials,
                       const client::Endpoint& endpoint, const std::string& query,
                       std::int64_t timestamp_s) {
  const nlohmann::json out{
      {"action", options.action},
      {"app_id", credentials.app_id},
      {"nonce", options.nonce},
      {"timestamp", timestamp_s},
      {"signature", client::signature_of(credentials, options.nonce, timestamp_s)},
      {"signature_version", kSignatureVersion},
      {"query", query},
      {"url", endpoint.url + "/?" + query}};
  print_json(out.dump());
}

int run(SignOptions& options) {
  if (find_operation(options.action) == nullptr) {
    return complain(kUsage, fmt::format("--action: expected an operation of the API, got {}{}",
                                        quote(options.action),
                                        did_you_mean(options.action, operation_names())));
  }
  const auto credentials = resolve_credentials(options.connection);
  if (!credentials) return complain_error(credentials.error());
  const auto endpoint = resolve_endpoint(options.connection);
  if (!endpoint) return complain_error(endpoint.error());
  if (options.nonce.empty()) options.nonce = make_nonce();
  const std::int64_t timestamp_s =
      options.timestamp_s.value_or(SystemClock().wall_ms() / kMillisPerSecond);
  const std::string query =
      client::signed_query(options.action, *credentials, options.nonce, timestamp_s);
  if (options.format == "query") {
    print_exact(query + "\n");
  } else if (options.format == "signature") {
    print_exact(client::signature_of(*credentials, options.nonce, timestamp_s) + "\n");
  } else if (options.format == "curl") {
    print_curl(options, *endpoint, query);
  } else if (options.format == "json") {
    print_signed_json(options, *credentials, *endpoint, query, timestamp_s);
  } else {
    return complain(
        kUsage, fmt::format("--format: expected query, signature, curl or json, got {}{}",
                            quote(options.format),
                            did_you_mean(options.format, {"query", "signature", "curl", "json"})));
  }
  return kOk;
}

}  // namespace

Run setup_sign(CLI::App& app) {
  auto options = std::make_shared<SignOptions>();
  app.add_option("--action", options->action, "The operation")->capture_default_str();
  app.add_option("--nonce", options->nonce, "SignatureNonce (default: 16 random hex characters)");
  app.add_option("--timestamp", options->timestamp_s, "Unix seconds (default: now)");
  app.add_option("--format", options->format,
                 "query: the URL's query string; signature: its 32 hex digits; curl: a command "
                 "that sends BODY.json; json: all parts")
      ->capture_default_str();
  add_connection_options(app, options->connection);
  return [options] { return run(*options); };
}

}  // namespace zimmock::cli
