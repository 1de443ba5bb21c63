#include "mock_server/service/authentication.h"

#include <fmt/format.h>

#include "contracts/api/redaction.h"
#include "contracts/api/text.h"

namespace zimmock::mock {

Reply refuse_call(const Profile& profile, const Finding& refusal) {
  Reply reply = Reply::refuse(profile, refusal);
  if (refusal.rule_id == RuleId::kActionKnown || refusal.rule_id == RuleId::kActionEmulated) {
    reply.message = fmt::format("Action not supported: {}", refusal.got);
  }
  return reply;
}

std::optional<Finding> authenticate(Tenant* tenant_or_null, CommonParameters& p,
                                    std::int64_t now_ms) {
  std::optional<std::string_view> secret;
  if (tenant_or_null != nullptr) secret = tenant_or_null->server_secret();
  if (auto refusal = check_signature_form(p, secret)) return refusal;
  p.checked.add(RuleId::kAppKnown);
  if (tenant_or_null == nullptr) {
    return Finding{RuleId::kAppKnown, "?AppId", "an App that this service has",
                   fmt::format("{}: serve it with --app {}:SECRET", p.app_id, p.app_id)};
  }
  Tenant& tenant = *tenant_or_null;
  const Profile& profile = tenant.profile();
  if (auto refusal = check_timestamp_age(p, now_ms, profile.timestamp_window_s)) return refusal;
  if (auto refusal = check_signature(p, tenant.server_secret())) return refusal;
  if (auto finding = check_nonce_form(p)) {
    if (profile.nonce_must_be_hex16) return finding;
    p.warnings.push_back(*std::move(finding));
  }
  const std::lock_guard lock(tenant.mutex());
  p.checked.add(RuleId::kNonceFresh);
  if (tenant.nonce_seen(p.nonce, now_ms)) {
    Finding finding{RuleId::kNonceFresh, "?SignatureNonce", "a new nonce for each request",
                    quote(redact_named(p.nonce)) + " again"};
    if (profile.refuse_reused_nonce) return finding;
    p.warnings.push_back(std::move(finding));
  }
  return std::nullopt;
}

}  // namespace zimmock::mock
