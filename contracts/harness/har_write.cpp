#include <algorithm>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "contracts/harness/har.h"

namespace zimmock::inline contract {
namespace {

using nlohmann::ordered_json;

// Adds what was found to `secrets`, if it is long enough to be looked for elsewhere.
void note(const std::vector<std::string>& found, std::vector<std::string>& secrets) {
  for (const std::string& one : found) {
    if (one.size() >= kMinSecretBytes) secrets.push_back(one);
  }
}

std::string redact_text(std::string_view text, std::vector<std::string>& secrets) {
  std::vector<std::string> found;
  std::string out = redact_named(text, &found);
  note(found, secrets);
  return out;
}

// True if a member called like a secret was there.
bool redact_members(ordered_json& value, std::vector<std::string>& secrets) {
  bool changed = false;
  if (value.is_array()) {
    for (ordered_json& item : value) changed = redact_members(item, secrets) || changed;
  } else if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      if (member.is_structured() || member.is_null() || !is_secret_name(name)) {
        changed = redact_members(member, secrets) || changed;
        continue;
      }
      note({member.is_string() ? member.get<std::string>() : member.dump()}, secrets);
      member = kRedacted;
      changed = true;
    }
  }
  return changed;
}

// A body is kept to the byte unless it has a secret.
std::string redact_body(const std::string& body, std::vector<std::string>& secrets) {
  ordered_json document = ordered_json_or_discarded(body);
  if (document.is_discarded()) return redact_text(body, secrets);
  return redact_members(document, secrets)
             ? document.dump(-1, ' ', false, ordered_json::error_handler_t::replace)
             : body;
}

ordered_json header_list(const Headers& headers, std::vector<std::string>& secrets) {
  ordered_json out = ordered_json::array();
  for (const auto& [name, value] : headers) {
    const bool secret = is_secret_name(name);
    if (secret && value.size() >= kMinSecretBytes) secrets.push_back(value);
    out.push_back({{"name", name}, {"value", secret ? std::string(kRedacted) : value}});
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // and the 0 that OpenSSL adds
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

// `encoding` is the name that says that the text is base64, as bytes that are not UTF-8 must be.
void put_text(ordered_json& to, const std::string& body, const char* encoding,
              const std::vector<std::string>& secrets) {
  if (is_utf8(body)) {
    to["text"] = body;
  } else {
    std::string kept = body;
    redact_secrets(kept, secrets);
    to["text"] = base64(kept);
    to[encoding] = "base64";
  }
}

ordered_json to_request(const HarExchange& exchange, std::vector<std::string>& secrets) {
  const HttpRequest& request = exchange.request;
  const std::string target = redact_text(request.target, secrets);
  ordered_json query = ordered_json::array();
  for (const auto& [name, value] : query_parameters(target)) {
    query.push_back({{"name", name}, {"value", value}});
  }
  ordered_json out{{"method", request.method},
                   {"url", exchange.base_url + target},
                   {"httpVersion", "HTTP/1.1"},
                   {"cookies", ordered_json::array()},
                   {"headers", header_list(request.headers, secrets)},
                   {"queryString", query},
                   {"headersSize", -1},
                   {"bodySize", request.body.size()}};
  if (!request.body.empty()) {
    ordered_json post{{"mimeType", std::string(header(request.headers, "Content-Type"))}};
    put_text(post, redact_body(request.body, secrets), "_encoding", secrets);
    out["postData"] = std::move(post);
  }
  return out;
}

ordered_json to_response(const HarExchange& exchange, std::vector<std::string>& secrets) {
  const HttpResponse none{0, {}, ""};
  const HttpResponse& response = exchange.response ? *exchange.response : none;
  ordered_json content{{"size", response.body.size()},
                       {"mimeType", std::string(header(response.headers, "Content-Type"))}};
  if (exchange.response) put_text(content, response.body, "encoding", secrets);
  ordered_json out{
      {"status", response.status},
      {"statusText", ""},
      {"httpVersion", exchange.response ? "HTTP/1.1" : ""},
      {"cookies", ordered_json::array()},
      {"headers", header_list(response.headers, secrets)},
      {"content", std::move(content)},
      {"redirectURL", ""},
      {"headersSize", -1},
      {"bodySize", exchange.response ? static_cast<std::int64_t>(response.body.size()) : -1}};
  if (!exchange.response) out["_error"] = exchange.error;
  return out;
}

void replace_everywhere(ordered_json& value, const std::vector<std::string>& secrets) {
  if (value.is_string()) {
    redact_secrets(value.get_ref<std::string&>(), secrets);
  } else if (value.is_structured()) {
    for (ordered_json& inner : value) replace_everywhere(inner, secrets);
  }
}

}  // namespace

std::string har_head(std::string_view version) {
  const ordered_json creator{{"name", "zimmock"}, {"version", version}};
  return fmt::format(R"({{"log":{{"version":"1.2","creator":{},"entries":[)"
                     "\n",
                     creator.dump());
}

std::string har_entry(const HarExchange& exchange, const std::vector<std::string>& secrets) {
  std::vector<std::string> found;
  for (const std::string& secret : secrets) {
    if (secret.size() >= kMinSecretBytes) found.push_back(secret);
  }
  const double ms = static_cast<double>(exchange.duration_us) / 1000;
  ordered_json entry{{"startedDateTime", iso_time(exchange.started_ms)}, {"time", ms}};
  entry["request"] = to_request(exchange, found);
  entry["response"] = to_response(exchange, found);
  entry["cache"] = ordered_json::object();
  entry["timings"] = {{"send", 0}, {"wait", ms}, {"receive", 0}};
  replace_everywhere(entry["request"], found);
  replace_everywhere(entry["response"], found);
  return entry.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace zimmock::inline contract
