#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/harness/har.h"

namespace zimmock {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view kRedacted = "***";

// Shorter ones would be found where they are not meant.
constexpr std::size_t kMinSecretBytes = 8;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// True for names of parameters, headers and members whose value lets somebody in.
bool is_secret_name(std::string_view name) {
  const std::string text = lower(trim(name));
  if (text == "signaturenonce" || text == "signatureversion") return false;
  constexpr std::string_view kWords[] = {"signature", "authorization", "cookie",  "token",
                                         "secret",    "password",      "api-key", "apikey"};
  return std::any_of(std::begin(kWords), std::end(kWords), [&text](std::string_view word) {
    return text.find(word) != std::string::npos;
  });
}

// NAME=VALUE pairs with '&' between them, as they were sent; the values of secrets replaced and, if
// they are long enough, added to `secrets`.
std::string redact_pairs(std::string_view pairs, std::vector<std::string>& secrets) {
  std::string out;
  while (true) {
    const std::string_view pair = pairs.substr(0, pairs.find('&'));
    const auto equals = pair.find('=');
    if (equals != pair.npos && is_secret_name(url_decode(pair.substr(0, equals)))) {
      const std::string_view value = pair.substr(equals + 1);
      for (std::string secret : {std::string(value), url_decode(value)}) {
        if (secret.size() >= kMinSecretBytes) secrets.push_back(std::move(secret));
      }
      out.append(pair.substr(0, equals + 1)).append(value.empty() ? "" : kRedacted);
    } else {
      out.append(pair);
    }
    if (pair.size() == pairs.size()) return out;
    out += '&';
    pairs.remove_prefix(pair.size() + 1);
  }
}

std::string redact_target(std::string_view target, std::vector<std::string>& secrets) {
  const auto question = target.find('?');
  if (question == target.npos) return std::string(target);
  return std::string(target.substr(0, question + 1)) +
         redact_pairs(target.substr(question + 1), secrets);
}

// A body is kept to the byte unless it has a secret.
std::string redact_body(const std::string& body, std::vector<std::string>& secrets) {
  if (!is_utf8(body)) return body;
  json document = json::parse(body, nullptr, false);
  if (document.is_discarded()) return redact_pairs(body, secrets);
  if (!document.is_object()) return body;
  bool changed = false;
  for (auto& [name, value] : document.items()) {
    if (!value.is_string() || !is_secret_name(name)) continue;
    if (value.get_ref<const std::string&>().size() >= kMinSecretBytes) {
      secrets.push_back(value.get<std::string>());
    }
    value = kRedacted;
    changed = true;
  }
  return changed ? document.dump() : body;
}

json header_list(const Headers& headers, std::vector<std::string>& secrets) {
  json out = json::array();
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

std::string without(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), kRedacted);
    }
  }
  return text;
}

// `encoding` is the name that says that the text is base64, as bytes that are not UTF-8 must be.
void put_text(json& to, const std::string& body, const char* encoding,
              const std::vector<std::string>& secrets) {
  if (is_utf8(body)) {
    to["text"] = body;
  } else {
    to["text"] = base64(without(body, secrets));
    to[encoding] = "base64";
  }
}

json to_request(const HarExchange& exchange, std::vector<std::string>& secrets) {
  const HttpRequest& request = exchange.request;
  const std::string target = redact_target(request.target, secrets);
  json query = json::array();
  for (const auto& [name, value] : query_parameters(target)) {
    query.push_back({{"name", name}, {"value", value}});
  }
  json out{{"method", request.method},
           {"url", exchange.base_url + target},
           {"httpVersion", "HTTP/1.1"},
           {"cookies", json::array()},
           {"headers", header_list(request.headers, secrets)},
           {"queryString", query},
           {"headersSize", -1},
           {"bodySize", request.body.size()}};
  if (!request.body.empty()) {
    json post{{"mimeType", std::string(header(request.headers, "Content-Type"))}};
    put_text(post, redact_body(request.body, secrets), "_encoding", secrets);
    out["postData"] = std::move(post);
  }
  return out;
}

json to_response(const HarExchange& exchange, std::vector<std::string>& secrets) {
  const HttpResponse none{0, {}, ""};
  const HttpResponse& response = exchange.response ? *exchange.response : none;
  json content{{"size", response.body.size()},
               {"mimeType", std::string(header(response.headers, "Content-Type"))}};
  if (exchange.response) put_text(content, response.body, "encoding", secrets);
  json out{{"status", response.status},
           {"statusText", ""},
           {"httpVersion", exchange.response ? "HTTP/1.1" : ""},
           {"cookies", json::array()},
           {"headers", header_list(response.headers, secrets)},
           {"content", std::move(content)},
           {"redirectURL", ""},
           {"headersSize", -1},
           {"bodySize", exchange.response ? static_cast<std::int64_t>(response.body.size()) : -1}};
  if (!exchange.response) out["_error"] = exchange.error;
  return out;
}

void replace_everywhere(json& value, const std::vector<std::string>& secrets) {
  if (value.is_string()) {
    value = without(value.get<std::string>(), secrets);
  } else if (value.is_structured()) {
    for (json& inner : value) replace_everywhere(inner, secrets);
  }
}

}  // namespace

std::string har_head(std::string_view version) {
  const json creator{{"name", "zimmock"}, {"version", version}};
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
  json entry{{"startedDateTime", iso_time(exchange.started_ms)}, {"time", ms}};
  entry["request"] = to_request(exchange, found);
  entry["response"] = to_response(exchange, found);
  entry["cache"] = json::object();
  entry["timings"] = {{"send", 0}, {"wait", ms}, {"receive", 0}};
  replace_everywhere(entry["request"], found);
  replace_everywhere(entry["response"], found);
  return entry.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace zimmock
