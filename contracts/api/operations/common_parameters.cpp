#include "contracts/api/operations/common_parameters.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "contracts/api/redaction.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

constexpr std::string_view kParameters[] = {
    "Action", "AppId", "Timestamp", "SignatureNonce", "SignatureVersion", "Signature"};

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kAnyHex = "0123456789abcdefABCDEF";

// What came, for a message. A query whose separators are wrong has everything that follows in the
// value, its signature too.
std::string shown(std::string_view text) { return quote(redact_named(text)); }

// White space in a value or name nearly always comes from a template literal over several lines.
std::string white_space_hint(std::string_view text) {
  return trim(text).size() == text.size() ? ""
                                          : " with white space around it (line breaks or spaces "
                                            "inside the query string?)";
}

class Query {
 public:
  explicit Query(const HttpRequest& request)
      : request_(request), parameters_(query_parameters(request.target)) {}

  const std::string* find(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
      if (key == name) return &value;
    }
    return nullptr;
  }

  // What was sent in place of a missing parameter.
  std::string instead_of(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
      if (trim(key) == name) {
        return fmt::format("a parameter named {}{}", shown(key), white_space_hint(key));
      }
      if (equal_ignoring_case(key, name)) {
        return fmt::format("a parameter named {}; names are case-sensitive", shown(key));
      }
    }
    return (find(name) == nullptr ? "nothing" : "an empty value") + other_scheme_hint(request_);
  }

  // Unknown and repeated parameters. Values are not repeated: they may be secrets. Of an operation
  // that is called with GET, what is not common is its own: `UserId[]=a`.
  std::vector<Finding> warnings(const Operation* action) const {
    const bool own = action != nullptr && action->method == "GET";
    std::vector<Finding> out;
    std::vector<std::string_view> seen;
    const std::vector<std::string_view> known(std::begin(kParameters), std::end(kParameters));
    for (const auto& [key, value] : parameters_) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        if (own) continue;
        out.push_back({RuleId::kParameterKnown, "?" + printable_line(redact_named(key)),
                       "a common parameter", shown(key) + did_you_mean(key, known)});
      } else if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
        out.push_back({RuleId::kParameterOnce, "?" + key, "the parameter once", "several"});
      }
      seen.push_back(key);
    }
    return out;
  }

 private:
  const HttpRequest& request_;
  std::vector<std::pair<std::string, std::string>> parameters_;
};

using Refusal = std::optional<Finding>;

Refusal require(const Query& query, std::string_view name, RuleId rule_id, std::string& out,
                RuleSet& checked) {
  checked.add(rule_id);
  const std::string* value = query.find(name);
  if (value == nullptr || value->empty()) {
    return Finding{rule_id, fmt::format("?{}", name), "a value", query.instead_of(name)};
  }
  out = *value;
  return std::nullopt;
}

Refusal read_action(const Query& query, CommonParameters& out) {
  if (auto missing =
          require(query, "Action", RuleId::kActionPresent, out.action_name, out.checked)) {
    return missing;
  }
  out.checked.add(RuleId::kActionKnown);
  out.operation = find_operation(out.action_name);
  if (out.operation == nullptr) {
    const std::string_view host = host_elsewhere(out.action_name);
    const std::string hint = host.empty() ? did_you_mean(trim(out.action_name), operation_names())
                                          : fmt::format(", which is at {} only", host);
    return Finding{RuleId::kActionKnown, "?Action", "an action of the ZIM server API",
                   shown(out.action_name) + white_space_hint(out.action_name) + hint};
  }
  return std::nullopt;
}

Refusal read_app_id(const Query& query, CommonParameters& out) {
  if (auto missing = require(query, "AppId", RuleId::kAppIdFormat, out.app_id_text, out.checked)) {
    return missing;
  }
  const std::string& text = out.app_id_text;
  const auto number = parse_int64(text);
  const bool canonical = all_of(text, kDigits) && (text.size() == 1 || text.front() != '0');
  if (!number || !canonical || *number > std::numeric_limits<std::uint32_t>::max()) {
    const bool in_quotes = text.front() == '"' || text.front() == '\'';
    return Finding{
        RuleId::kAppIdFormat, "?AppId", "a decimal number up to 4294967295",
        quote_unless_secret(text) + (in_quotes ? " (the AppId is sent in quotes: leave them out)"
                                               : white_space_hint(text))};
  }
  out.app_id = static_cast<std::uint32_t>(*number);
  return std::nullopt;
}

Refusal read_timestamp(const Query& query, CommonParameters& out) {
  if (auto missing =
          require(query, "Timestamp", RuleId::kTimestampPresent, out.timestamp_text, out.checked)) {
    return missing;
  }
  out.checked.add(RuleId::kTimestampFormat);
  const auto number = parse_int64(out.timestamp_text);
  if (!number) {
    return Finding{RuleId::kTimestampFormat, "?Timestamp", "decimal seconds",
                   shown(out.timestamp_text) + white_space_hint(out.timestamp_text)};
  }
  out.timestamp = *number;
  return std::nullopt;
}

bool is_long_as_sha256(const std::string* signature) {
  return signature != nullptr && signature->size() == 64 && all_of(*signature, kAnyHex);
}

Refusal read_nonce(const Query& query, CommonParameters& out) {
  auto missing = require(query, "SignatureNonce", RuleId::kNoncePresent, out.nonce, out.checked);
  const std::string* version = query.find("SignatureVersion");
  if (missing && version != nullptr && *version != kSignatureVersion &&
      is_long_as_sha256(query.find("Signature"))) {
    missing->got += fmt::format(
        ", with SignatureVersion {} and a Signature as long as SHA-256: that is another scheme; "
        "version 2.0 is MD5 over AppId+Nonce+Secret+Timestamp",
        shown(*version));
  }
  return missing;
}

Refusal read_version(const Query& query, RuleSet& checked) {
  std::string version;
  if (auto missing =
          require(query, "SignatureVersion", RuleId::kVersionPresent, version, checked)) {
    return missing;
  }
  checked.add(RuleId::kVersionSupported);
  if (version == kSignatureVersion) return std::nullopt;
  std::string got = shown(version) + white_space_hint(version);
  if (is_long_as_sha256(query.find("Signature"))) {
    got += ", and a Signature as long as SHA-256: version 2.0 is MD5";
  }
  return Finding{RuleId::kVersionSupported, "?SignatureVersion", "\"2.0\"", got};
}

Refusal read_signature(const Query& query, CommonParameters& out) {
  return require(query, "Signature", RuleId::kSignaturePresent, out.signature, out.checked);
}

Refusal read_authentication(const Query& query, CommonParameters& seen) {
  Refusal refusal = read_app_id(query, seen);
  if (!refusal) refusal = read_timestamp(query, seen);
  if (!refusal) refusal = read_nonce(query, seen);
  if (!refusal) refusal = read_version(query, seen.checked);
  if (!refusal) refusal = read_signature(query, seen);
  return refusal;
}

// How a signature that is not 32 lower-case hex characters differs, without repeating it.
std::string form_of(std::string_view signature) {
  if (trim(signature).size() != signature.size()) return "a value" + white_space_hint(signature);
  if (signature.starts_with("Bearer")) return "a Bearer token";
  if (signature.ends_with(" -")) return "a value with what md5sum prints after it (\"  -\")";
  if (!all_of(signature, kAnyHex)) {
    return fmt::format("{} characters, not all hex{}", signature.size(),
                       signature.ends_with('=') ? " (base64?)" : "");
  }
  std::string out = fmt::format("{} hex characters", signature.size());
  if (signature.size() == 64) out += ", as long as SHA-256";
  if (signature.size() == 40) out += ", as long as SHA-1";
  if (!all_of(signature, kLowerHex)) out += ", upper case among them";
  return out;
}

// What the signature doctor says, as the end of a "got".
std::string diagnosis(std::string_view server_secret, const CommonParameters& p) {
  const auto found =
      diagnose_signature({p.app_id_text, p.nonce, server_secret, p.timestamp_text, p.signature});
  if (found) return fmt::format(": it equals {}", *found);
  return ", which no known mistake explains: is it this AppId's ServerSecret?";
}

}  // namespace

std::optional<Finding> read_common_parameters(const HttpRequest& request, CommonParameters& seen) {
  const Query query(request);
  seen.checked.add(RuleId::kParameterKnown);
  seen.checked.add(RuleId::kParameterOnce);
  auto refusal = read_action(query, seen);
  seen.warnings = query.warnings(seen.operation);
  return refusal ? refusal : read_authentication(query, seen);
}

std::string other_scheme_hint(const HttpRequest& request) {
  constexpr std::string_view kOwn = ": this API takes AppId and Signature in the query of /";
  if (!header(request.headers, "Authorization").empty())
    return fmt::format(", with an Authorization header (Bearer token?){}", kOwn);
  for (const char* name : {"App-ID", "AppId", "Server-Secret", "ServerSecret"}) {
    if (!header(request.headers, name).empty())
      return fmt::format(", with a header {}{}", name, kOwn);
  }
  return "";
}

std::optional<Finding> check_method(const HttpRequest& request, CommonParameters& p) {
  const std::string_view method = p.operation->method;
  const RuleId id = method == "GET" ? RuleId::kMethodIsGet : RuleId::kMethodIsPost;
  p.checked.add(id);
  if (request.method == method) return std::nullopt;
  return Finding{id, "", std::string(method), request.method};
}

std::optional<Finding> check_emulated(CommonParameters& p) {
  p.checked.add(RuleId::kActionEmulated);
  if (p.operation->emulated()) return std::nullopt;
  return Finding{RuleId::kActionEmulated, "?Action", "an action that zimmock emulates",
                 fmt::format("{}, which ZIM has and zimmock does not emulate", p.action_name)};
}

std::optional<Finding> check_signature_form(CommonParameters& p,
                                            std::optional<std::string_view> server_secret) {
  p.checked.add(RuleId::kSignatureForm);
  if (p.signature.size() == 32 && all_of(p.signature, kLowerHex)) return std::nullopt;
  return Finding{RuleId::kSignatureForm, "?Signature", "32 lower-case hex characters",
                 form_of(p.signature) + (server_secret ? diagnosis(*server_secret, p) : "")};
}

std::optional<Finding> check_timestamp_age(CommonParameters& p, std::int64_t now_ms,
                                           std::int64_t window_s) {
  p.checked.add(RuleId::kTimestampFresh);
  const std::int64_t now = now_ms / kMillisPerSecond;
  if (p.timestamp >= now - window_s && p.timestamp <= now + window_s) return std::nullopt;
  return Finding{RuleId::kTimestampFresh, "?Timestamp",
                 fmt::format("seconds at most {} s off the server's clock, {}", window_s, now),
                 diagnose_timestamp(p.timestamp, now)};
}

std::optional<Finding> check_signature(CommonParameters& p, std::string_view server_secret) {
  p.checked.add(RuleId::kSignatureMatches);
  if (p.signature == sign(p.app_id_text, p.nonce, server_secret, p.timestamp_text)) {
    return std::nullopt;
  }
  return Finding{RuleId::kSignatureMatches, "?Signature", "MD5 over AppId+Nonce+Secret+Timestamp",
                 "another value" + diagnosis(server_secret, p)};
}

std::optional<Finding> check_nonce_form(CommonParameters& p) {
  p.checked.add(RuleId::kNonceForm);
  if (p.nonce.size() == 16 && all_of(p.nonce, kAnyHex)) return std::nullopt;
  return Finding{RuleId::kNonceForm, "?SignatureNonce", "16 hex characters", shown(p.nonce)};
}

}  // namespace zimmock::inline contract
