#include "contracts/harness/case_request.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "contracts/api/clock.h"
#include "contracts/api/json_text.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;
using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kMask = "***";

std::string* find(Parameters& parameters, std::string_view name) {
  for (auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

// Sets what the step's object `word` says; null takes a parameter out.
Result<bool> change(Parameters& parameters, const json& step, const char* word,
                    const CaseScope& scope) {
  const auto found = step.find(word);
  if (found == step.end()) return false;
  auto changes = expand(*found, scope);
  if (!changes) return tl::unexpected(changes.error());
  for (const auto& [name, value] : changes->items()) {
    std::string* present = find(parameters, name);
    if (value.is_null()) {
      std::erase_if(parameters, [&name = name](const auto& one) { return one.first == name; });
    } else if (present != nullptr) {
      *present = text_of(value);
    } else {
      parameters.emplace_back(name, text_of(value));
    }
  }
  return true;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

// The signature over the parts named, in their order.
std::string signature(Parameters& parameters, const json& sign, const World& world) {
  static const json kParts{"AppId", "SignatureNonce", "ServerSecret", "Timestamp"};
  std::string text;
  for (const json& part : sign.value("parts", kParts)) {
    if (part == "ServerSecret") {
      text += world.server_secret();
    } else if (const std::string* value = find(parameters, part.get<std::string>())) {
      text += *value;
    }
  }
  std::string hex = sign.value("hash", "md5") == "sha256" ? sha256_hex(text) : md5_hex(text);
  return sign.value("case", "lower") == "upper" ? upper(std::move(hex)) : hex;
}

std::string query_text(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", url_encode(name), url_encode(value));
  }
  return out;
}

Result<std::string> body_text(const json& step, const std::map<std::string, json>& bodies,
                              const CaseScope& scope) {
  if (step.contains("raw_body")) {
    auto text = expand(step["raw_body"], scope);
    if (!text) return tl::unexpected(text.error());
    return text->get<std::string>();
  }
  if (!step.contains("body") && !step.contains("like")) return "";
  auto like = expand(step.value("like", json("")), scope);
  if (!like) return tl::unexpected(like.error());
  const auto named = bodies.find(like->get<std::string>());
  if (step.contains("like") && named == bodies.end()) {
    return fail(ErrorKind::kInput, "no body is named " + quote(like->get<std::string>()));
  }
  auto body = expand(step.contains("body") ? step["body"] : named->second, scope);
  if (!body) return tl::unexpected(body.error());
  auto with = expand(step.value("with", json::object()), scope);
  if (!with) return tl::unexpected(with.error());
  for (const auto& [pointer, value] : with->items()) (*body)[json::json_pointer(pointer)] = value;
  auto without = expand(step.value("without", json::array()), scope);
  if (!without) return tl::unexpected(without.error());
  for (const json& pointer : *without) {
    const json::json_pointer at(pointer.get<std::string>());
    body->at(at.parent_pointer()).erase(at.back());
  }
  return json_line(*body);
}

Result<void> add_headers(const json& step, const CaseScope& scope, HttpRequest& request) {
  Parameters headers;
  if (!request.body.empty()) headers.emplace_back("Content-Type", "application/json");
  auto changed = change(headers, step, "headers", scope);
  if (!changed) return tl::unexpected(changed.error());
  request.headers = std::move(headers);
  return {};
}

Parameters common_parameters(const std::string& action, const CaseScope& scope,
                             const World& world) {
  return {{"Action", action},
          {"AppId", std::to_string(world.app_id())},
          {"SignatureNonce", make_nonce()},
          {"Timestamp", std::to_string(scope.now_ms / kMillisPerSecond)},
          {"SignatureVersion", std::string(kSignatureVersion)}};
}

}  // namespace

Result<CaseRequest> make_request(const json& step, const std::map<std::string, json>& bodies,
                                 const CaseScope& scope, const World& world) {
  CaseRequest out;
  auto action = expand(step["call"], scope);
  if (!action) return tl::unexpected(action.error());
  Parameters parameters = common_parameters(text_of(*action), scope, world);
  auto changed = change(parameters, step, "signed", scope);
  if (!changed) return tl::unexpected(changed.error());
  auto sign = expand(step.value("sign", json::object()), scope);
  if (!sign) return tl::unexpected(sign.error());
  const std::string secret_made = signature(parameters, *sign, world);
  parameters.emplace_back("Signature", secret_made);
  auto queried = change(parameters, step, "query", scope);
  if (!queried) return tl::unexpected(queried.error());
  auto more = expand(step.value("more_query", json("")), scope);
  if (!more) return tl::unexpected(more.error());
  out.signed_as_documented = !*changed && !*queried && sign->empty() &&
                             more->get_ref<const std::string&>().empty() && !step.contains("path");
  auto expanded_path = expand(step.value("path", json("/")), scope);
  if (!expanded_path) return tl::unexpected(expanded_path.error());
  const std::string path = text_of(*expanded_path);
  out.request.method = step.value("method", "POST");
  out.request.target = path + "?" + query_text(parameters) + more->get<std::string>();
  if (std::string* made = find(parameters, "Signature"); made != nullptr && *made == secret_made) {
    *made = kMask;
  }
  out.masked_target = path + "?" + query_text(parameters) + more->get<std::string>();
  // The mask's stars would be percent-encoded.
  const std::string encoded = url_encode(kMask);
  if (const auto at = out.masked_target.find(encoded); at != std::string::npos) {
    out.masked_target.replace(at, encoded.size(), kMask);
  }
  auto body = body_text(step, bodies, scope);
  if (!body) return tl::unexpected(body.error());
  out.request.body = *std::move(body);
  auto headers = add_headers(step, scope, out.request);
  if (!headers) return tl::unexpected(headers.error());
  return out;
}

}  // namespace zimmock::inline contract
