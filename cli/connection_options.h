#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/interrupt.h"
#include "client/api/curl_transport.h"
#include "client/api/patience.h"
#include "client/api/zim_api.h"
#include "zimmock/system_clock.h"

namespace zimmock::cli {

// What query, view, migrate and sign take to reach a service.
struct ConnectionOptions {
  std::string endpoint;
  std::string app_id;
  std::string secret_file;
  std::string ca_file;
  double timeout_s = 30;
  double connect_timeout_s = 10;
  std::string misplaced_secret;  // of --server-secret, which is refused
};

void add_connection_options(CLI::App& app, ConnectionOptions& options);

struct Connection {
  client::CurlOptions curl;
  client::Credentials credentials;
};

// Options first, then the environment (ZIM_ENDPOINT, ZIM_APP_ID, ZIM_SERVER_SECRET), then the real
// service's address. An Error (kUsage) names the option and the variable that is missing. Warns on
// stderr about content on an open line.
Result<Connection> resolve_connection(const ConnectionOptions& options);

// Only what a signature needs.
Result<client::Credentials> resolve_credentials(const ConnectionOptions& options);
Result<client::Endpoint> resolve_endpoint(const ConnectionOptions& options);

// One connection for a command that only reads, at most 20 calls a second.
class ReadSession {
 public:
  // The Error is CurlTransport::open's.
  static Result<std::unique_ptr<ReadSession>> open(const Connection& connection);

  client::ZimApi& api() { return api_; }
  client::CallSite& site() { return site_; }

 private:
  ReadSession(std::unique_ptr<client::CurlTransport> transport,
              const client::Credentials& credentials);

  SystemClock clock_;
  Interrupt interrupt_;
  client::ProgressBoard board_;
  client::RateLimiter limiter_;
  std::unique_ptr<client::CurlTransport> transport_;
  client::ZimApi api_;
  client::CallSite site_;
};

// "zimmock: OPERATION: code 660500002 (...): ..." on stderr; returns 7 for credentials, else 1.
int complain_status(std::string_view operation, const client::ApiStatus& status);

// The Error's message on stderr; returns 2 for what the user can repair, 5 for what may pass,
// else 1.
int complain_error(const Error& error);

// The same for a journal: one that cannot be written now, as the disk is full say, may be later.
int complain_of_journal(const Error& error);

}  // namespace zimmock::cli
