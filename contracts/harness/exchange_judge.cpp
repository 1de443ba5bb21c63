#include "contracts/harness/exchange_judge.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "contracts/api/clock.h"
#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/request_body.h"
#include "contracts/api/text.h"
#include "contracts/api/vendor_hosts.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

// Two machines' clocks differ: a message is from the future only beyond this.
constexpr std::int64_t kClockSlackMs = 1000;

constexpr std::string_view kCommonNames[] = {
    "Action", "AppId", "Timestamp", "SignatureNonce", "SignatureVersion", "Signature"};

// Rules that bind the service alone are no client's to keep or break.
bool binds_client(RuleId id) { return rule(id).binds != Binds::kServer; }

RuleSet client_rules(const RuleSet& checked, const std::vector<RuleId>& but = {}) {
  RuleSet out;
  for (const Rule& row : all_rules()) {
    const bool left_out = std::find(but.begin(), but.end(), row.rule_id) != but.end();
    if (!left_out && binds_client(row.rule_id) && checked.contains(row.rule_id)) {
      out.add(row.rule_id);
    }
  }
  return out;
}

void take(ReadCall& call, std::optional<Finding> refusal) {
  if (refusal) call.refuse(*std::move(refusal));
}

void take(ReadCall& call, Findings&& findings, const std::vector<RuleId>& unchecked = {}) {
  call.judgement.client_checked |= client_rules(findings.checked, unchecked);
  for (Finding& finding : findings.refusals) call.refuse(std::move(finding));
  for (Finding& finding : findings.warnings) call.report(std::move(finding));
}

// The parameters of a call that has them in its body instead.
void check_place(const json& body, std::string_view target, ReadCall& call) {
  call.judgement.client_checked.add(RuleId::kCommonInQuery);
  const auto sent = query_parameters(target);
  for (const std::string_view name : kCommonNames) {
    const auto has_name = [name](const auto& parameter) { return parameter.first == name; };
    if (!body.contains(name) || std::any_of(sent.begin(), sent.end(), has_name)) continue;
    call.refuse({RuleId::kCommonInQuery, pointer_to("", name), "the parameter in the query",
                 "it in the body"});
    return;
  }
}

void check_common(const RecordedExchange& exchange, const JudgeOptions& options, ReadCall& call) {
  CommonParameters& common = call.common;
  const std::string_view target = exchange.request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  if (!path.empty() && path != "/") {
    call.refuse({RuleId::kPathIsRoot, "", "the path /", quote(redact_named(path))});
  }
  auto refusal = read_common_parameters(exchange.request, common);
  if (refusal) {
    call.refuse(*std::move(refusal));
  } else {
    const bool ours =
        options.server_secret && (!options.app_id || *options.app_id == common.app_id);
    const auto secret =
        ours ? std::optional<std::string_view>(*options.server_secret) : std::nullopt;
    if (exchange.at_ms) {
      take(call, check_timestamp_age(common, *exchange.at_ms, options.profile.timestamp_window_s));
    }
    if (!is_redacted(common.signature)) {
      auto form = check_signature_form(common, secret);
      if (!form && secret) form = check_signature(common, *secret);
      take(call, std::move(form));
    }
    if (auto form = check_nonce_form(common)) call.report(*std::move(form));
  }
  for (const Finding& warning : common.warnings) call.report(warning);
  call.judgement.client_checked |= client_rules(common.checked);
}

// Refusals of users of a batch count as the call's only if no user is left.
void take_entries(ReadCall& call) {
  const auto good = [](const CheckedEntry& entry) { return entry.findings.ok(); };
  const auto& entries = call.said.entries;
  const bool none_good = std::none_of(entries.begin(), entries.end(), good);
  for (const CheckedEntry& entry : entries) {
    call.judgement.client_checked |= client_rules(entry.findings.checked);
    for (const Finding& finding : entry.findings.refusals) {
      none_good ? call.refuse(finding) : call.judgement.add(Side::kClient, finding);
    }
    for (const Finding& finding : entry.findings.warnings) call.report(finding);
  }
}

// A call's times are judged only if it is known when it was sent.
void check_operation(const Operation& operation, const RecordedExchange& exchange,
                     const JudgeOptions& options, ReadCall& call) {
  constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
  ImportWindow window{kNoLimit, kNoLimit};
  std::vector<RuleId> unchecked{RuleId::kImportTimeFuture, RuleId::kImportTimeTooOld};
  if (exchange.at_ms) {
    window = {*exchange.at_ms + kClockSlackMs, options.retention_days * kMillisPerDay};
    unchecked.clear();
  }
  call.said = operation.check(*call.body, options.profile, window);
  take(call, std::exchange(call.said.findings, {}), unchecked);
  take_entries(call);
}

void check_body(const RecordedExchange& exchange, const JudgeOptions& options, ReadCall& call) {
  const Operation* operation = call.common.operation;
  if (operation != nullptr) {
    auto wrong_method = check_method(exchange.request, call.common);
    call.judgement.client_checked |= client_rules(call.common.checked);
    if (wrong_method) return call.refuse(*std::move(wrong_method));
  }
  // Of an operation that this contract does not describe, nothing is known about the body.
  if (operation != nullptr && !operation->emulated()) return;
  std::vector<Finding> warnings;
  RuleSet checked;
  auto body = read_request_body(exchange.request, options.profile, warnings, checked);
  call.judgement.client_checked |= client_rules(checked);
  for (Finding& warning : warnings) call.report(std::move(warning));
  if (!body) return call.refuse(body.error());
  call.body = *std::move(body);
  check_place(*call.body, exchange.request.target, call);
  if (operation != nullptr) check_operation(*operation, exchange, options, call);
}

}  // namespace

void Judgement::add(Side side, Finding finding, bool may_differ) {
  const RuleId id = finding.rule_id;
  (side == Side::kClient ? client_checked : server_checked).add(id);
  // A recording does not show for which of several rules a service refused.
  const Severity severity =
      side == Side::kClient ? client_severity(id, false) : server_severity(id, may_differ);
  findings.push_back({side, std::move(finding), severity});
}

void ReadCall::refuse(Finding finding) {
  if (binds_client(finding.rule_id)) judgement.add(Side::kClient, finding);
  refusals.push_back(std::move(finding));
}

void ReadCall::report(Finding finding) {
  if (binds_client(finding.rule_id)) judgement.add(Side::kClient, finding);
  reports.push_back(std::move(finding));
}

bool is_api_request(std::string_view host, const HttpRequest& request) {
  host = host.substr(0, host.find(':'));
  for (const std::string_view vendor : kVendorHosts) {
    if (equal_ignoring_case(host, vendor)) return true;
  }
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  if (!path.empty() && path != "/") return false;
  for (const auto& [key, value] : query_parameters(target)) {
    for (const std::string_view name : kCommonNames) {
      if (equal_ignoring_case(trim(key), name)) return true;
    }
  }
  // Some put them into the body.
  return request.body.find("AppId") != request.body.npos;
}

bool is_redacted(std::string_view value) {
  if (!value.empty() && value.find_first_not_of('*') == value.npos) return true;
  constexpr std::string_view kWord = "redacted";
  for (std::size_t i = 0; i + kWord.size() <= value.size(); ++i) {
    if (equal_ignoring_case(value.substr(i, kWord.size()), kWord)) return true;
  }
  return false;
}

ReadCall read_call(const RecordedExchange& exchange, const JudgeOptions& options) {
  ReadCall call;
  check_common(exchange, options, call);
  check_body(exchange, options, call);
  call.judgement.action = redact_named(call.common.action_name);
  call.judgement.app_id = shown_app_id(call.common.app_id_text);
  return call;
}

Judgement judge_exchange(const RecordedExchange& exchange, const JudgeOptions& options) {
  ReadCall call = read_call(exchange, options);
  judge_answer(exchange, options, call);
  return std::move(call.judgement);
}

}  // namespace zimmock::inline contract
