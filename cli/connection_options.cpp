#include "cli/connection_options.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/output.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

constexpr std::int64_t kReadsPerSecond = 20;
constexpr int kReadTries = 2;  // somebody is waiting for the answer
constexpr double kLongestTimeoutS = 24 * 3600;

Result<std::string> read_secret(const ConnectionOptions& options) {
  if (!options.misplaced_secret.empty()) {
    return fail(ErrorKind::kUsage,
                "a secret on a command line can be seen by everybody on this machine; put it into "
                "the variable ZIM_SERVER_SECRET or a file for --secret-file");
  }
  if (options.secret_file.empty()) {
    const std::string secret = given("", "ZIM_SERVER_SECRET");
    if (!secret.empty()) return secret;
    return fail(ErrorKind::kUsage,
                "no server secret: set ZIM_SERVER_SECRET or give --secret-file FILE");
  }
  const auto text = read_small_file(options.secret_file);
  if (!text) return tl::unexpected(text.error());
  const std::string secret(trim(*text));
  if (!secret.empty()) {
    warn_of_readers(options.secret_file);
    return secret;
  }
  return fail(ErrorKind::kUsage, fmt::format("{}: expected the server secret, got an empty file",
                                             options.secret_file));
}

Result<std::int64_t> timeout_in_ms(double seconds, std::string_view option) {
  if (seconds > 0 && seconds <= kLongestTimeoutS) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(seconds * 1000));
  }
  return fail(ErrorKind::kUsage,
              fmt::format("{}: expected seconds, more than 0 and at most {}, got {}", option,
                          kLongestTimeoutS, seconds));
}

}  // namespace

void add_connection_options(CLI::App& app, ConnectionOptions& options) {
  app.add_option(
      "--endpoint", options.endpoint,
      fmt::format("The service's URL (or ZIM_ENDPOINT; default {})", client::kRealEndpoint));
  app.add_option("--app-id", options.app_id, "The AppId (or ZIM_APP_ID)");
  app.add_option("--secret-file", options.secret_file,
                 "File with the server secret (or the variable ZIM_SERVER_SECRET)");
  app.add_option("--ca-file", options.ca_file,
                 "CA certificates in PEM to trust instead of the system's");
  app.add_option("--timeout", options.timeout_s, "Time limit of one call, in seconds")
      ->capture_default_str();
  app.add_option("--connect-timeout", options.connect_timeout_s,
                 "Time limit of connecting, in seconds")
      ->capture_default_str();
  app.add_option("--server-secret,--secret", options.misplaced_secret)->group("");
}

Result<client::Credentials> resolve_credentials(const ConnectionOptions& options) {
  auto secret = read_secret(options);
  if (!secret) return tl::unexpected(secret.error());
  const std::string app_id = given(options.app_id, "ZIM_APP_ID");
  if (app_id.empty()) {
    return fail(ErrorKind::kUsage, "no app id: set ZIM_APP_ID or give --app-id N");
  }
  const auto number = parse_app_id(app_id);
  if (!number) return tl::unexpected(number.error());
  return client::Credentials{*number, *std::move(secret)};
}

Result<client::Endpoint> resolve_endpoint(const ConnectionOptions& options) {
  const std::string text = given(options.endpoint, "ZIM_ENDPOINT");
  return client::parse_endpoint(text.empty() ? client::kRealEndpoint : text);
}

Result<Connection> resolve_connection(const ConnectionOptions& options) {
  auto credentials = resolve_credentials(options);
  if (!credentials) return tl::unexpected(credentials.error());
  auto endpoint = resolve_endpoint(options);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const auto timeout_ms = timeout_in_ms(options.timeout_s, "--timeout");
  if (!timeout_ms) return tl::unexpected(timeout_ms.error());
  const auto connect_ms = timeout_in_ms(options.connect_timeout_s, "--connect-timeout");
  if (!connect_ms) return tl::unexpected(connect_ms.error());
  if (!endpoint->encrypted && !endpoint->loopback) {
    tell_line(
        "zimmock: warning: {} is not encrypted: messages can be read on the way (the secret is not "
        "sent)",
        endpoint->url);
  }
  Connection out;
  out.credentials = *std::move(credentials);
  out.curl.endpoint = *std::move(endpoint);
  out.curl.ca_file = options.ca_file;
  out.curl.total_timeout_ms = *timeout_ms;
  out.curl.connect_timeout_ms = *connect_ms;
  return out;
}

ReadSession::ReadSession(std::unique_ptr<client::CurlTransport> transport,
                         const client::Credentials& credentials)
    : limiter_(kReadsPerSecond, clock_, interrupt_),
      transport_(std::move(transport)),
      api_(*transport_, credentials, clock_),
      site_{limiter_, clock_, interrupt_, board_, true, kReadTries} {}

Result<std::unique_ptr<ReadSession>> ReadSession::open(const Connection& connection) {
  auto transport = client::CurlTransport::open(connection.curl);
  if (!transport) return tl::unexpected(transport.error());
  return std::unique_ptr<ReadSession>(
      new ReadSession(*std::move(transport), connection.credentials));
}

int complain_status(std::string_view operation, const client::ApiStatus& status) {
  const bool fatal = status.code_class() == CodeClass::kCredentials;
  return complain(fatal ? kFatal : kFailed, fmt::format("{}: {}", operation, status.line()));
}

int complain_error(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
      return complain(kUsage, error.message);
    case ErrorKind::kUnreachable:
    case ErrorKind::kInDoubt:
      return complain(kStopped, error.message);
    default:
      return complain(kFailed, error.message);
  }
}

int complain_of_journal(const Error& error) {
  if (error.kind != ErrorKind::kSystem) return complain_error(error);
  return complain(
      kStopped,
      error.message + "; nothing was sent; when that is repaired the same command goes on");
}

}  // namespace zimmock::cli
