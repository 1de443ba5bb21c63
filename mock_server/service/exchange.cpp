#include "mock_server/service/exchange.h"

#include <limits>

#include <fmt/format.h>

#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/operations/read_members.h"
#include "contracts/api/redaction.h"
#include "contracts/api/request_body.h"
#include "contracts/api/text.h"
#include "contracts/harness/zero_values.h"
#include "mock_server/handlers/handlers.h"
#include "mock_server/requests/record_texts.h"
#include "mock_server/service/secrets.h"

namespace zimmock::mock {
namespace {

using json = nlohmann::json;

std::optional<Finding> check_rate(Tenant& tenant, const Operation& operation, RuleSet& checked) {
  if (!tenant.calls_per_second()) return std::nullopt;
  checked.add(rate_rule(operation));
  {
    const std::lock_guard lock(tenant.mutex());
    if (tenant.admit(operation.id)) return std::nullopt;
  }
  const std::int64_t limit = *tenant.calls_per_second();
  std::string got = fmt::format("one more than {}", limit);
  if (tenant.clock().frozen()) {
    got +=
        "; the clock is frozen, so this second ends only when it is advanced; see also --rate off";
  }
  return Finding{rate_rule(operation), "", fmt::format("at most {} calls a second", limit), got};
}

Reply not_found(const HttpRequest& request) {
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  return Reply::refuse({}, {RuleId::kPathIsRoot, "", "the path /",
                            quote(redact_named(path)) + other_scheme_hint(request)});
}

bool is_root(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path == "/" || path.empty();
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

// The AppId of a request that was refused before it was read, if it can be.
std::string app_id_text(const HttpRequest& request) {
  for (const auto& [name, value] : query_parameters(request.target)) {
    if (name == "AppId") return value;
  }
  return "";
}

std::optional<std::uint32_t> to_app_id(const std::string& text) {
  const auto number = parse_int64(text);
  if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*number);
}

// The journal, the log and the faults go by these facts.
void note_facts(const Operation* operation, const json& body, RequestRecord& record) {
  if (!body.is_object()) return;
  const bool known = operation != nullptr && operation->emulated();
  CallFacts facts = known ? operation->facts(body) : facts_of_two(body, "");
  record.from = std::move(facts.from);
  record.to = std::move(facts.to);
  record.list = std::move(facts.list);
  record.users = std::move(facts.users);
  record.send_time_ms = facts.send_time_ms;
}

}  // namespace

Exchange::Exchange(Service& service, HttpRequest& request, const BodyReader& read_body)
    : service_(service), request_(request), read_body_(read_body) {
  started_ns_ = service_.clock_.monotonic_ns();
  record_.request_id = service_.next_request_id();
}

WireAnswer Exchange::run() {
  judge();
  make_answer();
  record();
  return std::move(answer_);
}

void Exchange::judge() {
  service_.behaviour_->receive(
      request_, [this] { read_body(); }, service_);
  common_.checked.add(RuleId::kPathIsRoot);
  if (!is_root(request_.target)) {
    error_status_ = 404;
    read_body();
    reply_ = not_found(request_);
    return;
  }
  const auto refused = read_common_parameters(request_, common_);
  find_tenant();
  if (refused) {
    read_body();
    reply_ = refuse_call(default_profile(), *refused);
    return;
  }
  if (hit(FaultWhen::kBeforeRead)) return;
  read_body();
  if (auto refusal = admit()) return refuse(*refusal);
  if (auto refusal = check_method(request_, common_)) return refuse(*refusal);
  auto body = read_request_body(request_, profile(), common_.warnings, common_.checked);
  if (!body) return refuse(body.error());
  note_facts(common_.operation, *body, record_);
  noted_ = true;
  if (hit(FaultWhen::kBeforeEffect)) {
    if (late_ms_) {
      late_ = LateEffect{tenant_->clock().wall_ms() + *late_ms_, common_.operation->id,
                         *std::move(body), 0};
    }
    return;
  }
  reply_ = service_.behaviour_->apply(call(), *body);
  if (reply_.code != 0) return;
  record_.effect = Effect::kApplied;
  hit(FaultWhen::kAfterEffect);
}

ServiceCall Exchange::call() const {
  const Operation* operation = common_.operation;
  return {request_, tenant_.get(), operation == nullptr ? OperationId::kNotEmulated : operation->id,
          now_ms()};
}

void Exchange::find_tenant() {
  record_.action = redact_named(common_.action_name);
  record_.nonce = redact_named(common_.nonce);
  record_.timestamp = redact_named(common_.timestamp_text);
  const std::string sent =
      common_.app_id_text.empty() ? app_id_text(request_) : common_.app_id_text;
  record_.app_id = shown_app_id(sent);
  if (const auto app_id = to_app_id(sent)) tenant_ = service_.find_tenant(*app_id);
  if (tenant_ == nullptr) return;
  error_status_ = static_cast<int>(tenant_->profile().error_http_status);
  service_.settle(*tenant_);
}

void Exchange::read_body() {
  if (read_body_ && !body_read_) read_body_(request_, service_.body_limit_bytes);
  body_read_ = true;
}

std::optional<Finding> Exchange::admit() {
  if (auto refusal = authenticate(tenant_.get(), common_, now_ms())) return refusal;
  if (auto refusal = check_emulated(common_)) {
    const auto wrong_method = check_method(request_, common_);
    return wrong_method ? wrong_method : refusal;
  }
  return check_rate(*tenant_, *common_.operation, common_.checked);
}

const Profile& Exchange::profile() const {
  static const Profile standard;
  return tenant_ == nullptr ? standard : tenant_->profile();
}

std::int64_t Exchange::now_ms() const {
  return tenant_ == nullptr ? service_.clock_.wall_ms()
                            : tenant_->clock().wall_ms() + clock_skew_ms_;
}

bool Exchange::hit(FaultWhen point) {
  if (tenant_ == nullptr) return false;
  auto hit = tenant_->faults().hit(point, record_);
  if (!hit) return false;
  record_.faults.push_back(std::move(hit->name));
  FaultEffect& effect = hit->effect;
  const bool answers = effect.answers();
  if (effect.clock_skew_ms != 0) clock_skew_ms_ = effect.clock_skew_ms;
  if (effect.delay_ms > 0) service_.pause_ms(effect.delay_ms);
  if (!effect.content_type.empty()) content_type_ = std::move(effect.content_type);
  answer_.wire = effect.wire;
  late_ms_ = effect.late_ms;
  instead_ = std::move(effect.response);
  if (effect.rate_code) effect.code = profile().code(rate_rule(*common_.operation));
  if (!answers) return false;
  if (effect.code) {
    reply_ = {};
    reply_.code = *effect.code;
  } else if (point != FaultWhen::kAfterEffect) {
    reply_.code = kNoCode;
  }
  return true;
}

// The tenant's own; where the request is nobody's or broke a rule, everybody's: it may be another
// App's that stands there.
std::vector<std::string> Exchange::secrets() const {
  const bool good = !reply_.refusal && reply_.warnings.empty();
  if (tenant_ != nullptr && good) return {tenant_->server_secret()};
  return secrets_of(service_);
}

void Exchange::redact_reply() {
  if (!reply_.refusal && reply_.warnings.empty()) return;
  const std::vector<std::string> known = secrets();
  redact_secrets(reply_.message, known);
  if (reply_.refusal) redact_secrets(*reply_.refusal, known);
  for (Finding& warning : reply_.warnings) redact_secrets(warning, known);
}

void Exchange::redact_record() {
  const std::vector<std::string> known = secrets();
  each_text(record_, [&known](std::string& text) { redact_secrets(text, known); });
}

void Exchange::make_answer() {
  reply_.rules_checked |= common_.checked;
  reply_.warnings.insert(reply_.warnings.begin(), common_.warnings.begin(), common_.warnings.end());
  leave_out_zeros(reply_.members, profile().zeros);
  if (reply_.code != kNoCode) service_.behaviour_->answer(reply_, call());
  redact_reply();
  answer_.response = to_http(reply_, record_.request_id, error_status_);
  service_.behaviour_->send(answer_.response);
  if (instead_) answer_.response = std::move(*instead_);
  for (const std::string& fault : record_.faults) {
    answer_.response.headers.emplace_back("X-Zimmock-Fault", fault);
  }
  if (content_type_.empty()) return;
  for (auto& [name, value] : answer_.response.headers) {
    if (equal_ignoring_case(name, "Content-Type")) value = content_type_;
  }
}

void Exchange::record() {
  using Kind = WireFault::Kind;
  const Kind wire = answer_.wire.kind;
  record_.answered = wire != Kind::kReset && wire != Kind::kClose && wire != Kind::kGarbage;
  record_.wall_ms = now_ms() - clock_skew_ms_;
  record_.status = answer_.response.status;
  record_.code = reply_.code;
  if (reply_.code != kNoCode) record_.message = reply_.message;
  record_.rules_checked = reply_.rules_checked;
  if (reply_.refusal) {
    record_.rules_broken.push_back({reply_.refusal->rule_id, reply_.refusal->line(), true});
  }
  for (const Finding& warning : reply_.warnings) {
    record_.rules_broken.push_back({warning.rule_id, warning.line(), false});
  }
  record_.request_bytes = request_.body.size();
  record_.response_bytes = answer_.response.body.size();
  if (late_) record_.effect = Effect::kPending;
  if (!noted_) note_facts(common_.operation, json_or_discarded(request_.body), record_);
  redact_record();
  record_.duration_ns = service_.clock_.monotonic_ns() - started_ns_;
  record_.request_body = std::move(request_.body);
  record_.response_body = answer_.response.body;
  if (service_.observer_) service_.observer_(record_);
  RequestJournal& journal = tenant_ == nullptr ? service_.unmatched_ : tenant_->journal();
  const std::uint64_t seq = journal.add(std::move(record_));
  if (!late_) return;
  late_->seq = seq;
  tenant_->late_effects().schedule(std::move(*late_));
}

}  // namespace zimmock::mock
