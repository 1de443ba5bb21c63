#include "mock_server/service.h"

#include <fmt/format.h>

#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "mock_server/common_parameters.h"
#include "mock_server/handlers/handlers.h"

namespace zimmock {
namespace {

using json = nlohmann::json;

bool is_form(std::string_view content_type) {
  return content_type.starts_with("application/x-www-form-urlencoded") ||
         content_type.starts_with("multipart/form-data");
}

bool is_json_type(std::string_view content_type) {
  return equal_ignoring_case(trim(content_type.substr(0, content_type.find(';'))),
                             "application/json");
}

// The request's body as a JSON object, or why it is not one.
tl::expected<json, Finding> read_body(const HttpRequest& request, const Profile& profile,
                                      std::vector<Finding>& warnings) {
  if (request.method != "POST") {
    return tl::unexpected(Finding{RuleId::kMethodIsPost, "", "POST", request.method});
  }
  if (request.body_state != BodyState::kComplete) {
    const bool large = request.body_state == BodyState::kTooLarge;
    return tl::unexpected(Finding{RuleId::kBodyReadable, "", "a whole body within the limit",
                                  large ? "a larger body" : "a body cut off"});
  }
  const std::string_view type = header(request.headers, "Content-Type");
  auto parsed =
      parse_json(request.body, {profile.max_json_depth, profile.refuse_duplicate_members});
  if (!parsed) {
    Finding finding = parsed.error();
    if (is_form(type)) {
      finding.got = fmt::format("a form body ({}): send JSON, with Content-Type application/json",
                                ascii_line(type.substr(0, type.find(';'))));
    }
    return tl::unexpected(std::move(finding));
  }
  if (!parsed->is_object()) {
    return tl::unexpected(
        Finding{RuleId::kBodyIsObject, "", "a JSON object", json_type_and_value(*parsed)});
  }
  if (!is_json_type(type)) {
    warnings.push_back({RuleId::kContentTypeIsJson, "Content-Type", "application/json",
                        type.empty() ? "nothing" : quote(type)});
  }
  return std::move(*parsed);
}

std::optional<Finding> check_rate(Tenant& tenant, ActionId action) {
  {
    const std::lock_guard lock(tenant.mutex());
    if (tenant.admit(action)) return std::nullopt;
  }
  const std::int64_t limit = *tenant.calls_per_second();
  const RuleId rule_id = action == ActionId::kUserRegister ? RuleId::kRateRegister : RuleId::kRate;
  std::string got = fmt::format("one more than {}", limit);
  if (tenant.clock().frozen()) {
    got += "; the clock is frozen, so this second never ends: use --rate off";
  }
  return Finding{rule_id, "", fmt::format("at most {} calls a second", limit), got};
}

// Everything after the common parameters could be read.
Reply run_operation(Tenant* tenant, const HttpRequest& request, CommonParameters& common) {
  const Profile& profile = tenant == nullptr ? Profile{} : tenant->profile();
  if (auto refusal = authenticate(tenant, common)) return Reply::refuse(profile, *refusal);
  if (auto refusal = check_rate(*tenant, common.action->id))
    return Reply::refuse(profile, *refusal);
  const auto body = read_body(request, profile, common.warnings);
  if (!body) return Reply::refuse(profile, body.error());
  return handler_of(common.action->id)(*tenant, *body);
}

Reply not_found(const HttpRequest& request) {
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  return Reply::refuse({}, {RuleId::kPathIsRoot, "", "the path /", quote(path)});
}

bool is_root(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path == "/" || path.empty();
}

void fill_record(RequestRecord& record, const Reply& reply, const HttpResponse& response) {
  record.status = response.status;
  record.code = reply.code;
  record.message = reply.message;
  if (reply.refusal) {
    record.rule = rule(reply.refusal->rule_id).id;
    record.explain = reply.refusal->line();
  }
  for (const Finding& warning : reply.warnings) record.warnings.push_back(warning.line());
  record.response_bytes = response.body.size();
}

HttpResponse to_http(Reply& reply, const std::string& request_id, int error_status) {
  if (reply.message.empty()) reply.message = code_meaning(reply.code);
  HttpResponse response;
  response.status = reply.code == 0 ? 200 : error_status;
  reply.members["Code"] = reply.code;
  reply.members["Message"] = reply.message;
  reply.members["RequestId"] = request_id;
  response.body = json_line(reply.members);
  response.headers.emplace_back("Content-Type", "application/json");
  if (reply.refusal) {
    response.headers.emplace_back("X-Zimmock-Explain", ascii_line(reply.refusal->line()));
  }
  for (const Finding& warning : reply.warnings) {
    response.headers.emplace_back("X-Zimmock-Warn", ascii_line(warning.line()));
  }
  return response;
}

}  // namespace

Service::Service(const Clock& clock, RequestObserver observer, std::uint64_t rng_seed)
    : clock_(clock), observer_(std::move(observer)), rng_seed_(rng_seed) {}

Result<void> Service::add_tenant(std::uint32_t app_id, std::string server_secret,
                                 const TenantOptions& options) {
  auto tenant = std::make_unique<Tenant>(app_id, std::move(server_secret), options, clock_);
  if (!tenants_.try_emplace(app_id, std::move(tenant)).second) {
    return fail(ErrorKind::kUsage, fmt::format("AppId {} is given twice", app_id));
  }
  return {};
}

std::string Service::next_request_id() {
  constexpr std::uint64_t kSmallest = 100'000'000'000'000'000, kRange = 900'000'000'000'000'000;
  return std::to_string(kSmallest + mix(rng_seed_ + requests_.fetch_add(1)) % kRange);
}

HttpResponse Service::dispatch(const HttpRequest& request) {
  RequestRecord record;
  record.wall_ms = clock_.wall_ms();
  const std::int64_t started_ns = clock_.monotonic_ns();
  record.request_id = next_request_id();
  record.request_bytes = request.body.size();

  CommonParameters common;
  Reply reply;
  int error_status = 200;
  if (!is_root(request.target)) {
    reply = not_found(request);
    error_status = 404;
  } else if (auto refused = read_common_parameters(request, common)) {
    reply = std::move(*refused);
  } else {
    const auto found = tenants_.find(common.app_id);
    Tenant* tenant = found == tenants_.end() ? nullptr : found->second.get();
    if (tenant != nullptr) error_status = static_cast<int>(tenant->profile().error_http_status);
    reply = run_operation(tenant, request, common);
  }
  reply.warnings.insert(reply.warnings.begin(), common.warnings.begin(), common.warnings.end());
  HttpResponse response = to_http(reply, record.request_id, error_status);
  if (observer_) {
    record.action = common.action_name;
    record.app_id = common.app_id_text;
    fill_record(record, reply, response);
    record.duration_ns = clock_.monotonic_ns() - started_ns;
    observer_(record);
  }
  return response;
}

}  // namespace zimmock
