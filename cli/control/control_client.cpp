#include "cli/control/control_client.h"

#include <cstdio>
#include <limits>
#include <sstream>

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/connection_options.h"
#include "cli/files.h"
#include "cli/message_text.h"
#include "cli/output.h"
#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "mock_server/control/control_api.h"
#include "mock_server/tenant/tenant.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kConnectTimeoutMs = 5'000;
constexpr std::size_t kMaxAnswerBytes = std::size_t{4} << 30;

struct Address {
  client::Endpoint endpoint;
  std::string path_prefix;
};

// "http://host:port/path"; without a path it is the API's own.
Result<Address> parse_address(const std::string& text) {
  const auto bad = [&](std::string_view why) {
    return fail(
        ErrorKind::kUsage,
        fmt::format(
            "control: expected a URL like {}, got {}{}", kDefaultControlUrl,
            text.find_first_of(".:/") == text.npos ? quote_unless_secret(text) : quote(text), why));
  };
  const auto host = text.find("://");
  if (host == text.npos) return bad("");
  if (text.find_first_of("?#") != text.npos) return bad(": it has a query or a fragment");
  if (text.find('@') != text.npos) {
    return fail(ErrorKind::kUsage,
                fmt::format("control: expected a URL like {}, without a user name; a token goes "
                            "into ZIMMOCK_CONTROL_TOKEN",
                            kDefaultControlUrl));
  }
  const auto path = text.find('/', host + 3);
  const auto endpoint = client::parse_endpoint(text.substr(0, path));
  if (!endpoint) return bad("");
  Address out{*endpoint, path == text.npos ? "" : text.substr(path)};
  while (out.path_prefix.ends_with('/')) out.path_prefix.pop_back();
  if (out.path_prefix.empty()) out.path_prefix = mock::kControlPath;
  if (ascii_line(out.path_prefix) != out.path_prefix ||
      out.path_prefix.find_first_of(" \"\\") != out.path_prefix.npos) {
    return bad(": its path has characters that must be escaped");
  }
  return out;
}

// "" where there is none.
Result<std::string> read_token(const ControlOptions& options) {
  std::string token = given("", "ZIMMOCK_CONTROL_TOKEN");
  if (!options.token_file.empty()) {
    const auto text = read_small_file(options.token_file);
    if (!text) return tl::unexpected(text.error());
    token = trim(*text);
    if (token.empty()) {
      return fail(
          ErrorKind::kUsage,
          fmt::format("{}: expected the control token, got an empty file", options.token_file));
    }
    warn_of_readers(options.token_file);
  }
  // Anything else would end the header, or begin another.
  for (const char c : token) {
    if (c < '!' || c > '~') {
      return fail(ErrorKind::kUsage,
                  "control token: expected printable ASCII without spaces, got other characters");
    }
  }
  return token;
}

Result<std::uint32_t> read_app_id(const ControlOptions& options) {
  const std::string text = given(options.app_id, "ZIM_APP_ID");
  if (text.empty()) return mock::kDefaultAppId;
  return parse_app_id(text);
}

// What the API says of a refusal.
std::string refusal_text(const HttpResponse& response, const std::string& where) {
  const json body = json_or_discarded(response.body);
  if (body.is_object() && body.contains("error") && body["error"].is_string()) {
    return printable_line(body["error"].get_ref<const std::string&>());
  }
  return fmt::format("{}: HTTP {} without an explanation: is this zimmock's control API?", where,
                     response.status);
}

}  // namespace

void add_control_options(CLI::App& app, ControlOptions& options) {
  app.add_option(
      "--control", options.url,
      fmt::format("The control API's URL (or ZIMMOCK_CONTROL; default {})", kDefaultControlUrl));
  app.add_option(
      "--control-token-file", options.token_file,
      "File with the control token, if one is needed (or the variable ZIMMOCK_CONTROL_TOKEN)");
}

void add_tenant_control_options(CLI::App& app, ControlOptions& options) {
  options.of_tenant = true;
  app.add_option("--app-id", options.app_id,
                 fmt::format("The AppId (or ZIM_APP_ID; default {})", mock::kDefaultAppId));
  add_control_options(app, options);
}

Result<ControlClient> ControlClient::open(const ControlOptions& options, std::int64_t timeout_ms) {
  const std::string url = given(options.url, "ZIMMOCK_CONTROL");
  auto address = parse_address(url.empty() ? std::string(kDefaultControlUrl) : url);
  if (!address) return tl::unexpected(address.error());
  auto token = read_token(options);
  if (!token) return tl::unexpected(token.error());
  ControlClient out;
  if (options.of_tenant) {
    const auto app_id = read_app_id(options);
    if (!app_id) return tl::unexpected(app_id.error());
    out.app_id_ = *app_id;
  }
  out.url_ = address->endpoint.url + address->path_prefix;
  out.path_prefix_ = address->path_prefix;
  out.token_ = *std::move(token);
  client::CurlOptions curl;
  curl.endpoint = address->endpoint;
  curl.connect_timeout_ms = kConnectTimeoutMs;
  curl.total_timeout_ms = timeout_ms;
  curl.max_answer_bytes = kMaxAnswerBytes;
  curl.use_proxy = false;
  auto transport = client::CurlTransport::open(std::move(curl));
  if (!transport) return tl::unexpected(transport.error());
  out.transport_ = *std::move(transport);
  return out;
}

std::string ControlClient::tenant_path(std::string_view rest) const {
  return fmt::format("/tenants/{}{}", app_id_, rest);
}

Result<std::string> ControlClient::exchange(const std::string& method, const std::string& path,
                                            const char* content_type, std::string body) const {
  HttpRequest request{method, path_prefix_ + path, {}, std::move(body), BodyState::kComplete};
  if (content_type != nullptr) request.headers.emplace_back("Content-Type", content_type);
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  auto response = transport_->send(request);
  if (!response) {
    // With TLS there is more that can go wrong than that nobody is there.
    if (response.error().kind != ErrorKind::kUnreachable || url_.starts_with("https:")) {
      return tl::unexpected(response.error());
    }
    return fail(ErrorKind::kUnreachable,
                fmt::format("nothing answers at {}: is `zimmock serve` running there?", url_));
  }
  if (response->status / 100 == 2) return std::move(response->body);
  std::string why = refusal_text(*response, url_ + path);
  if (response->status == 401 && token_.empty()) {
    why += "; give a token with --control-token-file or ZIMMOCK_CONTROL_TOKEN";
  }
  return fail(response->status == 400 ? ErrorKind::kUsage : ErrorKind::kSystem, std::move(why));
}

Result<json> ControlClient::parsed(const Result<std::string>& answer) const {
  if (!answer) return tl::unexpected(answer.error());
  json document = json_or_discarded(*answer);
  if (document.is_object()) return document;
  return fail(ErrorKind::kUnusableAnswer,
              fmt::format("{}: expected a JSON object, got {}: is this zimmock's control API?",
                          url_, answer->empty() ? "nothing" : quote(*answer)));
}

Result<json> ControlClient::get(const std::string& path) const {
  return parsed(exchange("GET", path, nullptr, {}));
}

Result<json> ControlClient::del(const std::string& path) const {
  return parsed(exchange("DELETE", path, nullptr, {}));
}

Result<json> ControlClient::post(const std::string& path, const json& body) const {
  return parsed(exchange("POST", path, "application/json", json_line(body)));
}

Result<json> ControlClient::put(const std::string& path, const json& body) const {
  return parsed(exchange("PUT", path, "application/json", json_line(body)));
}

Result<std::string> ControlClient::get_document(const std::string& path) const {
  return exchange("GET", path, nullptr, {});
}

Result<json> ControlClient::send_document(const std::string& method, const std::string& path,
                                          std::string document) const {
  return parsed(exchange(method, path, "application/x-ndjson", std::move(document)));
}

Result<json> ControlClient::list(const json& answer, std::string_view name) const {
  const auto found = answer.find(name);
  if (found != answer.end() && found->is_array()) return *found;
  return fail(ErrorKind::kUnusableAnswer,
              fmt::format("{}: expected a list {} in the answer, got none", url_, quote(name)));
}

Result<int> print_verdict(const ControlClient& client, const Result<json>& answer, bool as_json) {
  if (!answer) return tl::unexpected(answer.error());
  const auto ok = answer->find("ok");
  if (ok == answer->end() || !ok->is_boolean()) {
    return fail(ErrorKind::kUnusableAnswer, fmt::format("{}: expected \"ok\" in the answer, got {}",
                                                        client.url(), quote(json_line(*answer))));
  }
  const auto report = answer->find("report");
  if (as_json) {
    print_json(json_line(*answer));
  } else if (report != answer->end() && report->is_string()) {
    std::istringstream lines(report->get<std::string>());
    constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();
    for (std::string line; std::getline(lines, line);) print_text("{}\n", one_line(line, kWhole));
  }
  return ok->get<bool>() ? kOk : kFailed;
}

int run_control(const ControlOptions& options, const ControlAction& action,
                std::int64_t timeout_ms) {
  const auto client = ControlClient::open(options, timeout_ms);
  if (!client) return complain_error(client.error());
  const Result<int> done = action(*client);
  return done ? *done : complain_error(done.error());
}

}  // namespace zimmock::cli
