// Wrong mocks that read the query, its signature and its order otherwise.

#include <algorithm>
#include <optional>

#include "contracts/api/json_text.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"
#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;

constexpr std::int64_t kLooksLikeMillis = 100'000'000'000;

// The query of a request, to be changed and written back.
class Query {
 public:
  explicit Query(HttpRequest& request, const mock::Service& service)
      : request_(request), parameters_(query_parameters(request.target)) {
    const auto app_id = parse_int64(get("AppId"));
    if (app_id && *app_id >= 0 && *app_id <= std::numeric_limits<std::uint32_t>::max()) {
      tenant_ = service.find_tenant(static_cast<std::uint32_t>(*app_id));
    }
  }

  bool has_tenant() const { return tenant_ != nullptr; }
  std::int64_t now_s() const { return tenant_->clock().wall_ms() / kMillisPerSecond; }
  std::int64_t window_s() const { return tenant_->profile().timestamp_window_s; }
  const std::string& secret() const { return tenant_->server_secret(); }

  std::string get(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
      if (key == name) return value;
    }
    return {};
  }

  void set(std::string_view name, std::string value) {
    for (auto& [key, old] : parameters_) {
      if (key != name) continue;
      old = std::move(value);
      return write();
    }
    parameters_.emplace_back(name, std::move(value));
    write();
  }

  std::string right_signature() const {
    return sign(get("AppId"), get("SignatureNonce"), secret(), get("Timestamp"));
  }
  // Changes a parameter that is signed; a signature that was right stays right.
  void set_signed(std::string_view name, std::string value) {
    const bool missing = get(name).empty();
    const bool was_right = get("Signature") == right_signature();
    set(name, std::move(value));
    if (missing || was_right) set("Signature", right_signature());
  }

 private:
  void write() {
    std::string target = request_.target.substr(0, request_.target.find('?')) + '?';
    for (const auto& [key, value] : parameters_) {
      if (target.back() != '?') target += '&';
      target += url_encode(key) + '=' + url_encode(value);
    }
    request_.target = std::move(target);
  }

  HttpRequest& request_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::shared_ptr<mock::Tenant> tenant_;
};

// Only requests of a tenant are repaired: without one there is no secret to sign with.
void add_mends(Mocks& mocks, const Named& named, std::function<void(Query&)> repair) {
  add_request(mocks, named,
              [repair = std::move(repair)](HttpRequest& request, const mock::Service& service) {
                Query query(request, service);
                if (query.has_tenant()) repair(query);
              });
}

void add_defaults(Mocks& mocks) {
  add_mends(mocks, {RuleId::kTimestampPresent, "ignored", "Without a Timestamp it takes now."},
            [](Query& query) {
              if (query.get("Timestamp").empty()) {
                query.set_signed("Timestamp", std::to_string(query.now_s()));
              }
            });
  add_mends(
      mocks,
      {RuleId::kTimestampFormat, "ignored", "For a Timestamp that is no number it takes now."},
      [](Query& query) {
        const std::string text = query.get("Timestamp");
        if (!text.empty() && !parse_int64(text)) {
          query.set_signed("Timestamp", std::to_string(query.now_s()));
        }
      });
  add_mends(mocks, {RuleId::kNoncePresent, "ignored", "It does without a SignatureNonce."},
            [](Query& query) {
              if (query.get("SignatureNonce").empty()) {
                query.set_signed("SignatureNonce", make_nonce());
              }
            });
  add_mends(mocks, {RuleId::kVersionPresent, "ignored", "It does without a SignatureVersion."},
            [](Query& query) {
              if (query.get("SignatureVersion").empty()) query.set("SignatureVersion", "2.0");
            });
  add_mends(mocks, {RuleId::kVersionSupported, "ignored", "Any SignatureVersion will do."},
            [](Query& query) {
              if (!query.get("SignatureVersion").empty()) query.set("SignatureVersion", "2.0");
            });
  add_mends(mocks, {RuleId::kVersionSupported, "2", "SignatureVersion 2 is taken for 2.0."},
            [](Query& query) {
              if (query.get("SignatureVersion") == "2") query.set("SignatureVersion", "2.0");
            });
}

bool has_form(const std::string& signature) {
  return signature.size() == 32 &&
         signature.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void add_signatures(Mocks& mocks) {
  add_mends(mocks, {RuleId::kSignaturePresent, "ignored", "It does without a Signature."},
            [](Query& query) {
              if (query.get("Signature").empty()) query.set("Signature", query.right_signature());
            });
  add_mends(mocks,
            {RuleId::kSignatureForm, "ignored", "A Signature of another form is not looked at."},
            [](Query& query) {
              const std::string signature = query.get("Signature");
              if (!signature.empty() && !has_form(signature)) {
                query.set("Signature", query.right_signature());
              }
            });
  add_mends(mocks, {RuleId::kSignatureForm, "upper-case", "Upper-case hex is taken too."},
            [](Query& query) {
              const std::string signature = query.get("Signature");
              if (equal_ignoring_case(signature, query.right_signature())) {
                query.set("Signature", query.right_signature());
              }
            });
  add_mends(mocks,
            {RuleId::kSignatureMatches, "ignored", "Any Signature of the right form will do."},
            [](Query& query) {
              if (has_form(query.get("Signature"))) {
                query.set("Signature", query.right_signature());
              }
            });
  const auto takes = [&mocks](std::string variant, std::string what,
                              std::function<std::string(const Query&)> other) {
    add_mends(mocks, {RuleId::kSignatureMatches, std::move(variant), std::move(what)},
              [other = std::move(other)](Query& query) {
                if (query.get("Signature") == other(query)) {
                  query.set("Signature", query.right_signature());
                }
              });
  };
  takes("secret-before-nonce", "MD5 with the secret before the nonce is taken too.",
        [](const Query& query) {
          return sign(query.get("AppId"), query.secret(), query.get("SignatureNonce"),
                      query.get("Timestamp"));
        });
  takes("without-nonce", "MD5 without the nonce is taken too.", [](const Query& query) {
    return sign(query.get("AppId"), "", query.secret(), query.get("Timestamp"));
  });
  add_mends(mocks, {RuleId::kSignatureMatches, "order", "It hashes the secret before the nonce."},
            [](Query& query) {
              const std::string other = sign(query.get("AppId"), query.secret(),
                                             query.get("SignatureNonce"), query.get("Timestamp"));
              const std::string signature = query.get("Signature");
              if (!has_form(signature)) return;
              query.set("Signature",
                        signature == other ? query.right_signature() : std::string(32, '0'));
            });
}

void add_timestamps(Mocks& mocks) {
  const auto far = [](const Query& query, std::int64_t way) {
    const auto given = parse_int64(query.get("Timestamp"));
    return given && (way == 0 || (*given > query.now_s()) == (way > 0)) &&
           std::abs(*given - query.now_s()) > query.window_s() && *given < kLooksLikeMillis;
  };
  const auto now = [](Query& query) {
    query.set_signed("Timestamp", std::to_string(query.now_s()));
  };
  const auto takes = [&](std::string variant, std::string what, std::int64_t way) {
    add_mends(mocks, {RuleId::kTimestampFresh, std::move(variant), std::move(what)},
              [far, now, way](Query& query) {
                if (far(query, way)) now(query);
              });
  };
  takes("ignored", "A Timestamp of any age is taken.", 0);
  takes("old-taken", "A Timestamp of long ago is taken.", -1);
  takes("future-taken", "A Timestamp of the future is taken.", 1);
  add_mends(mocks,
            {RuleId::kTimestampFresh, "milliseconds", "A Timestamp in milliseconds is taken."},
            [](Query& query) {
              const auto given = parse_int64(query.get("Timestamp"));
              if (given && *given >= kLooksLikeMillis) {
                query.set_signed("Timestamp", std::to_string(*given / kMillisPerSecond));
              }
            });
  add_options(
      mocks,
      {RuleId::kTimestampFresh, "edge-exclusive", "A Timestamp at the very edge is refused."},
      [](mock::TenantOptions& options) { --options.profile.timestamp_window_s; });
  add_options(
      mocks,
      {RuleId::kTimestampFresh, "one-more", "A Timestamp one second past the edge is taken."},
      [](mock::TenantOptions& options) { ++options.profile.timestamp_window_s; });
}

constexpr std::string_view kCommon[] = {
    "Action", "AppId", "Timestamp", "SignatureNonce", "SignatureVersion", "Signature"};

void add_places(Mocks& mocks) {
  add_request(
      mocks,
      {RuleId::kCommonInQuery, "ignored", "The common parameters are read from the body too."},
      [](HttpRequest& request, const mock::Service& service) {
        const json body = json_or_discarded(request.body);
        Query query(request, service);
        for (const std::string_view name : kCommon) {
          if (!body.is_object() || !body.contains(name) || !query.get(name).empty()) continue;
          const json& value = body[name];
          query.set(name, value.is_string() ? value.get<std::string>() : value.dump());
        }
      });
  add_request(mocks, {RuleId::kActionKnown, "any-case", "The case of Action does not matter."},
              [](HttpRequest& request, const mock::Service& service) {
                Query query(request, service);
                const std::string given = query.get("Action");
                for (const std::string_view name : operation_names()) {
                  if (given != name && equal_ignoring_case(given, name)) {
                    query.set("Action", std::string(name));
                  }
                }
              });
  add_request(mocks,
              {RuleId::kParameterOnce, "last", "Of a parameter given twice the last counts."},
              [](HttpRequest& request, const mock::Service& service) {
                const auto parameters = query_parameters(request.target);
                Query query(request, service);
                for (const auto& [name, value] : parameters) query.set(name, value);
              });
}

// --- the order of the checks ---

// Answers with the code of `second` where the honest service finds `first`, and the request breaks
// the other too.
void add_swapped(Mocks& mocks, std::string variant, std::string what,
                 std::function<std::optional<RuleId>(const Finding&, const WrongCall&)> other) {
  add(mocks, {RuleId::kCheckOrder, std::move(variant), std::move(what)}).reply =
      [other = std::move(other)](mock::Reply& reply, const WrongCall& call) {
        if (!reply.refusal) return;
        const auto rule_id = other(*reply.refusal, call);
        if (!rule_id) return;
        reply.message.clear();
        reply.code = rule(*rule_id).code;
        reply.refusal->rule_id = *rule_id;
        reply.rules_checked.add(*rule_id);
      };
}

bool is_authentication(RuleId rule_id) {
  return rule_id >= RuleId::kActionPresent && rule_id <= RuleId::kSignatureMatches;
}

std::string parameter(const WrongCall& call, std::string_view name) {
  for (const auto& [key, value] : query_parameters(call.request.target)) {
    if (key == name) return value;
  }
  return {};
}

void add_orders(Mocks& mocks) {
  using Other = std::optional<RuleId>;
  add_swapped(
      mocks, "signature-before-expiry", "The signature is checked before the Timestamp's age.",
      [](const Finding& found, const WrongCall& call) -> Other {
        if (found.rule_id != RuleId::kTimestampFresh) return std::nullopt;
        const std::string right = sign(parameter(call, "AppId"), parameter(call, "SignatureNonce"),
                                       call.tenant->server_secret(), parameter(call, "Timestamp"));
        if (parameter(call, "Signature") == right) return std::nullopt;
        return RuleId::kSignatureMatches;
      });
  add_swapped(mocks, "body-first", "The body is read before anything else is checked.",
              [](const Finding& found, const WrongCall& call) -> Other {
                if (!is_authentication(found.rule_id) || call.body.is_object()) return std::nullopt;
                return RuleId::kBodyIsJson;
              });
  add_swapped(mocks, "app-id-before-action", "AppId is checked before Action.",
              [](const Finding& found, const WrongCall& call) -> Other {
                const bool action = found.rule_id >= RuleId::kActionPresent &&
                                    found.rule_id <= RuleId::kActionKnown;
                const std::string given = parameter(call, "AppId");
                const bool right =
                    !given.empty() && given.find_first_not_of("0123456789") == std::string::npos;
                if (!action || right) return std::nullopt;
                return RuleId::kAppIdFormat;
              });
  add_swapped(mocks, "emulated-before-signature",
              "An operation that is not emulated is refused before it is authenticated.",
              [](const Finding& found, const WrongCall& call) -> Other {
                const Operation* action = find_operation(parameter(call, "Action"));
                const bool lacking = action != nullptr && action->id == OperationId::kNotEmulated;
                if (!lacking || !is_authentication(found.rule_id)) return std::nullopt;
                return RuleId::kActionEmulated;
              });
  add_swapped(mocks, "nonce-before-timestamp", "SignatureNonce is looked for before Timestamp.",
              [](const Finding& found, const WrongCall& call) -> Other {
                const bool timestamp = found.rule_id == RuleId::kTimestampPresent ||
                                       found.rule_id == RuleId::kTimestampFormat;
                if (!timestamp || !parameter(call, "SignatureNonce").empty()) return std::nullopt;
                return RuleId::kNoncePresent;
              });
  add_swapped(mocks, "signature-before-version", "Signature is looked for before SignatureVersion.",
              [](const Finding& found, const WrongCall& call) -> Other {
                const bool version = found.rule_id == RuleId::kVersionPresent ||
                                     found.rule_id == RuleId::kVersionSupported;
                if (!version || !parameter(call, "Signature").empty()) return std::nullopt;
                return RuleId::kSignaturePresent;
              });
  add_swapped(mocks, "operation-before-rate", "The operation is checked before the rate.",
              [](const Finding& found, const WrongCall& call) -> Other {
                const bool rate =
                    found.rule_id == RuleId::kRate || found.rule_id == RuleId::kRateRegister;
                if (!rate || (call.body.is_object() && !call.body.empty())) return std::nullopt;
                return RuleId::kMemberPresent;
              });
}

void add_nonces(Mocks& mocks) {
  add_options(mocks,
              {RuleId::kNonceForm, "setting-ignored",
               "The setting that refuses another form does nothing."},
              [](mock::TenantOptions& options) { options.profile.nonce_must_be_hex16 = false; });
  add_options(mocks,
              {RuleId::kNonceFresh, "setting-ignored",
               "The setting that refuses a reused one does nothing."},
              [](mock::TenantOptions& options) { options.profile.refuse_reused_nonce = false; });
}

}  // namespace

void add_requests(Mocks& mocks) {
  add_places(mocks);
  add_defaults(mocks);
  add_signatures(mocks);
  add_timestamps(mocks);
  add_nonces(mocks);
  add_orders(mocks);
}

}  // namespace zimmock::wrong
