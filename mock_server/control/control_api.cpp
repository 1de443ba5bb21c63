#include "mock_server/control/control_api.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "contracts/api/json_document.h"
#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "mock_server/control/control_call.h"
#include "mock_server/http/http_listener.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxStateBytes = std::size_t{1} << 30;

struct ControlRow {
  ControlRoute route;
  ControlHandler handler;
};

ControlResult health(ControlCall& call) {
  ControlReply reply;
  if (call.trusted && call.options.about) reply.body = json_or_discarded(call.options.about());
  reply.body["status"] = "ok";
  return reply;
}

constexpr ControlRow kRows[] = {
    {{"GET", "/health", "Answers when the mock is up, and says where it listens"}, health},
    {{"GET", "/tenants", "Every tenant"}, list_tenants},
    {{"POST", "/tenants", "Make one: app_id, server_secret, plan, rate, profile, clock, ..."},
     create_tenant},
    {{"GET", "/tenants/{app_id}", "Its secret, settings and counts"}, show_tenant},
    {{"DELETE", "/tenants/{app_id}", "Remove it"}, delete_tenant},
    {{"GET", "/tenants/{app_id}/state", "Export users, devices and lists as JSON Lines"},
     export_tenant_state},
    {{"PUT", "/tenants/{app_id}/state", "Replace them by such a document"}, replace_tenant_state},
    {{"POST", "/tenants/{app_id}/state", "Add such a document to them"}, add_tenant_state},
    {{"DELETE", "/tenants/{app_id}/state", "Forget everything but secret, settings and clock"},
     reset_tenant_state},
    {{"GET", "/tenants/{app_id}/clock", "Its time"}, show_clock},
    {{"PUT", "/tenants/{app_id}/clock", "clock: real, frozen, frozen:TIME or offset:+90s"},
     set_clock},
    {{"POST", "/tenants/{app_id}/clock/advance", "Move it by a duration, or back"}, advance_clock},
    {{"GET", "/tenants/{app_id}/devices", "The SDK versions that users are logged in with"},
     list_devices},
    {{"PUT", "/tenants/{app_id}/devices/{user_id}", "Set a user's: sdk_versions"}, set_devices},
    {{"GET", "/tenants/{app_id}/devices/summary",
      "The number of users who would not see each type"},
     summarise_devices},
    {{"GET", "/tenants/{app_id}/view", "A conversation as each device of a user gets it"},
     view_conversation},
    {{"GET", "/tenants/{app_id}/faults", "The fault rules and how often they hit"}, list_faults},
    {{"POST", "/tenants/{app_id}/faults", "Add one: spec, or fault, value, when, nth, ..."},
     add_fault},
    {{"DELETE", "/tenants/{app_id}/faults", "Clear all"}, clear_faults},
    {{"DELETE", "/tenants/{app_id}/faults/{id}", "Clear one"}, delete_fault},
    {{"GET", "/tenants/{app_id}/requests", "The journal, by filters in the query"}, list_requests},
    {{"GET", "/tenants/{app_id}/requests/count", "The number of matching requests"},
     count_requests},
    {{"DELETE", "/tenants/{app_id}/requests", "Empty the journal"}, clear_requests},
    {{"POST", "/tenants/{app_id}/verify", "Check the matching requests; answers a report"},
     verify_requests},
    {{"POST", "/tenants/{app_id}/wait", "Until enough match, or a timeout"}, wait_for_requests},
    {{"GET", "/unmatched", "The requests that no tenant owns"}, list_unmatched},
};

std::vector<std::string_view> path_parts(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto slash = path.find('/');
    out.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? "" : path.substr(slash);
  }
  return out;
}

// What stands for the path's {words}, or nothing if it is another path.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = path_parts(pattern), given = path_parts(path);
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      std::string plain(given[i]);  // '+' is itself in a path
      for (auto plus = plain.find('+'); plus != plain.npos; plus = plain.find('+', plus)) {
        plain.replace(plus, 1, "%2B");
      }
      segments.push_back(url_decode(plain));
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return segments;
}

ControlResult find_tenant(ControlCall& call) {
  const auto number = parse_int64(call.segments.front());
  if (number && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max()) {
    call.tenant = call.service.find_tenant(static_cast<std::uint32_t>(*number));
  }
  if (call.tenant == nullptr) {
    return control_error(404,
                         fmt::format("app_id: no tenant has {}; GET {}/tenants lists them",
                                     quote_unless_secret(call.segments.front()), kControlPath));
  }
  call.service.settle(*call.tenant);
  return {};
}

ControlResult route(std::string_view path, const std::string& method, ControlCall& call) {
  std::vector<std::string_view> methods;
  const ControlRow* found = nullptr;
  for (const ControlRow& row : kRows) {
    const auto segments = match(row.route.path, path);
    if (!segments) continue;
    methods.push_back(row.route.method);
    if (row.route.method != method || found != nullptr) continue;
    found = &row;
    call.segments = *segments;
  }
  if (found == nullptr && methods.empty()) {
    return control_error(404, fmt::format("no such control path: {}; `zimmock list control` shows "
                                          "them",
                                          quote(path)));
  }
  if (found == nullptr) {
    return control_error(
        405, fmt::format("method: expected {}, got {}", fmt::join(methods, " or "), quote(method)));
  }
  if (found->route.path.starts_with("/tenants/{app_id}")) {
    if (auto tenant = find_tenant(call); !tenant) return tenant;
  }
  return found->handler(call);
}

HttpResponse to_http(const ControlResult& result) {
  HttpResponse response;
  std::string content_type = "application/json";
  if (!result) {
    response.status = result.error().status;
    response.body = json_line({{"error", printable_line(result.error().message)}});
  } else if (result->is_text) {
    response.status = result->status;
    response.body = result->text;
    content_type = "application/x-ndjson";
  } else {
    response.status = result->status;
    response.body = json_line(result->body);
  }
  response.headers.emplace_back("Content-Type", std::move(content_type));
  if (result && !result->old_form.empty())
    response.headers.emplace_back("X-Zimmock-Deprecated", result->old_form);
  return response;
}

// "127.0.0.1:7480" -> "127.0.0.1", "[::1]:7480" -> "::1"; "" for what is no host and port.
std::string host_name(std::string_view host) {
  const bool bracketed = host.starts_with('[');
  const std::size_t begin = bracketed ? 1 : 0;
  const std::size_t end = std::min(host.find(bracketed ? ']' : ':'), host.size());
  const std::string_view rest = host.substr(std::min(end + begin, host.size()));
  const bool port_only = rest.empty() || (rest.size() > 1 && rest.front() == ':' &&
                                          rest.find_first_not_of("0123456789", 1) == rest.npos);
  return port_only ? std::string(host.substr(begin, end - begin)) : "";
}

// Without a token only programs of this machine may call: not the pages in its browsers, which can
// send requests to loopback, and by a name that they let point here.
bool from_web_page(const HttpRequest& request) {
  const std::string_view host = header(request.headers, "Host");
  return !header(request.headers, "Origin").empty() ||
         (!host.empty() && !is_loopback(host_name(host)));
}

// Who may not call, and why not; nothing for everybody else.
std::optional<ControlError> refuse_caller(const HttpRequest& request, const std::string& token,
                                          bool open) {
  if (!token.empty()) {
    if (header(request.headers, "Authorization") == "Bearer " + token) return std::nullopt;
    return ControlError{401, "Authorization: expected Bearer and this server's token"};
  }
  if (!open) {
    return ControlError{
        403, "control: this address is not loopback: expected --control-listen or a token"};
  }
  if (!from_web_page(request)) return std::nullopt;
  return ControlError{
      403,
      "control: expected a call from this machine by a loopback address, got one from a web "
      "page or to another name; use --control-token-file"};
}

}  // namespace

HttpResponse ControlApi::answer(HttpRequest& request, const BodyReader& read_body,
                                bool open) const {
  ControlBody body(request, read_body);
  const std::string_view target = request.target;
  std::string_view path = target.substr(0, target.find('?'));
  const bool ours = path.starts_with(kControlPath) &&
                    (path.size() == kControlPath.size() || path[kControlPath.size()] == '/');
  const auto decide = [&]() -> ControlResult {
    if (!ours) {
      return control_error(404, fmt::format("no such control path: expected {}/...", kControlPath));
    }
    path.remove_prefix(kControlPath.size());
    auto refusal = refuse_caller(request, options_.token, open);
    if (refusal && path != "/health") return tl::unexpected(*std::move(refusal));
    ControlCall call{service_, options_, !refusal, {}, query_parameters(request.target), body, {}};
    return route(path, request.method, call);
  };
  HttpResponse response = to_http(decide());
  body.discard();
  return response;
}

std::vector<ControlRoute> control_routes() {
  std::vector<ControlRoute> out;
  for (const ControlRow& row : kRows) out.push_back(row.route);
  return out;
}

tl::expected<void, ControlError> ControlBody::stream(const BodySink& take) {
  read_ = true;
  const BodyState state = reader_ ? reader_.stream(kMaxStateBytes, take) : BodyState::kComplete;
  if (state == BodyState::kTooLarge) {
    return control_error(400,
                         fmt::format("body: expected at most {} bytes, got more", kMaxStateBytes));
  }
  if (state == BodyState::kCutOff) {
    return control_error(400, "body: expected all of it, got a part: the connection ended");
  }
  return {};
}

// What is too large is read to its end all the same, and not kept: closing with bytes unread would
// send a reset that can overtake the answer.
tl::expected<std::string, ControlError> ControlBody::text() {
  std::string out;
  std::size_t bytes = 0;
  const auto read = stream([&](std::string_view part) {
    bytes += part.size();
    if (bytes <= kMaxBodyBytes) out.append(part);
  });
  if (!read) return tl::unexpected(read.error());
  if (bytes > kMaxBodyBytes) {
    return control_error(400, fmt::format("body: expected at most {} bytes, got {}; only the "
                                          "import of a state (PUT or POST .../state) may be larger",
                                          kMaxBodyBytes, bytes));
  }
  return out;
}

// A length that is announced bounds what is read; of everything else the connection is closed.
void ControlBody::discard() {
  const auto announced = parse_int64(header(request_.headers, "Content-Length"));
  if (read_ || !reader_ || !announced) return;
  if (*announced <= static_cast<std::int64_t>(kMaxBodyBytes)) stream([](std::string_view) {});
}

namespace {

// What is quoted of a body that is no JSON may be a secret that lacks its own quotes.
std::string without_quotes(std::string text) {
  const auto first = text.find('"'), last = text.rfind('"');
  if (first != text.npos && last > first) text.replace(first, last + 1 - first, "what is sent");
  return text;
}

// A member's name, unless a secret stands in its place.
std::string shown_name(const std::string& name) {
  return quote_unless_secret(name) == quote(name) ? printable_line(name) : "***";
}

}  // namespace

tl::expected<json, ControlError> ControlCall::json_body() const {
  const auto text = body.text();
  if (!text) return tl::unexpected(text.error());
  if (trim(*text).empty()) return json::object();
  auto parsed = parse_document(*text, "body", ErrorKind::kInput);
  if (!parsed) return control_error(400, without_quotes(parsed.error().message));
  if (!parsed->is_object()) {
    return control_error(
        400, fmt::format("body: expected a JSON object, got {}", value_unless_secret(*parsed)));
  }
  return *std::move(parsed);
}

tl::expected<void, ControlError> only_members(const json& object,
                                              const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return control_error(400,
                         fmt::format("/{}: expected {}, got an unknown member{}", shown_name(name),
                                     fmt::join(known, ", "), did_you_mean(name, known)));
  }
  return {};
}

}  // namespace zimmock::mock
