#pragma once

// The control API of a running mock, as the commands that steer it call it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "client/api/curl_transport.h"
#include "contracts/api/result.h"

namespace zimmock::cli {

inline constexpr std::string_view kDefaultControlUrl = "http://127.0.0.1:7480/_zimmock/v1";
inline constexpr std::int64_t kControlTimeoutMs = 60'000;
inline constexpr std::int64_t kStateTimeoutMs = 600'000;  // a document may have millions of lines

struct ControlOptions {
  std::string url;
  std::string token_file;
  std::string app_id;
  bool of_tenant = false;  // the command is about one App
};

// --control and --control-token-file.
void add_control_options(CLI::App& app, ControlOptions& options);

// These and --app-id.
void add_tenant_control_options(CLI::App& app, ControlOptions& options);

class ControlClient {
 public:
  // Options first, then the environment (ZIMMOCK_CONTROL, ZIMMOCK_CONTROL_TOKEN, ZIM_APP_ID), then
  // the address that `zimmock serve` listens on and the App it always has. An Error (kUsage) names
  // the option that is wrong. Nothing is sent yet; proxies are never used. Each call may take
  // `timeout_ms`.
  static Result<ControlClient> open(const ControlOptions& options,
                                    std::int64_t timeout_ms = kControlTimeoutMs);

  // The API's address, without a slash at the end.
  const std::string& url() const { return url_; }

  // The path of the App meant, with `rest` behind it: "/tenants/12345/clock".
  std::string tenant_path(std::string_view rest = "") const;

  // One call. `path` follows the API's address. Errors: kUnreachable when nothing answers there,
  // kInDoubt when the answer did not come in time; kUsage for HTTP 400 and kSystem for other
  // statuses, with the text that the API gives; kUnusableAnswer for what is no answer of this API.
  Result<nlohmann::json> get(const std::string& path) const;
  Result<nlohmann::json> del(const std::string& path) const;
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body) const;
  Result<nlohmann::json> put(const std::string& path, const nlohmann::json& body) const;

  // The same with a JSON Lines document instead of an object.
  Result<std::string> get_document(const std::string& path) const;
  Result<nlohmann::json> send_document(const std::string& method, const std::string& path,
                                       std::string document) const;

  // The list that an answer has under `name`, or an Error (kUnusableAnswer).
  Result<nlohmann::json> list(const nlohmann::json& answer, std::string_view name) const;

 private:
  ControlClient() = default;
  Result<std::string> exchange(const std::string& method, const std::string& path,
                               const char* content_type, std::string body) const;
  Result<nlohmann::json> parsed(const Result<std::string>& answer) const;

  std::string url_;
  std::string path_prefix_;
  std::string token_;
  std::uint32_t app_id_ = 0;
  std::unique_ptr<client::CurlTransport> transport_;
};

// Prints the answer to verify or wait: its report, or all of it as JSON. Returns 0 if it is as
// expected, else 1.
Result<int> print_verdict(const ControlClient& client, const Result<nlohmann::json>& answer,
                          bool as_json);

// What a command does with the client: its exit code, or why it could not be done.
using ControlAction = std::function<Result<int>(const ControlClient&)>;

// Opens a client and acts; an Error of either is complained about. Returns the exit code.
int run_control(const ControlOptions& options, const ControlAction& action,
                std::int64_t timeout_ms = kControlTimeoutMs);

// The Run of a subcommand whose Options have a member `control`.
template <typename Options>
Run control_run(const std::shared_ptr<Options>& options,
                Result<int> (*act)(const ControlClient& client, const Options& options),
                std::int64_t timeout_ms = kControlTimeoutMs) {
  return [=] {
    return run_control(
        options->control, [&](const ControlClient& client) { return act(client, *options); },
        timeout_ms);
  };
}

}  // namespace zimmock::cli
