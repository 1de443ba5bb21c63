#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"
#include "contracts/harness/har.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

const json* har_member(const json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text_of(const json& object, std::string_view name) {
  const json* value = har_member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

// Nothing for what is not base64.
std::optional<std::string> body_from_base64(std::string text) {
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  // OpenSSL counts the padding as bytes of 0.
  const auto padding = text.size() - std::min(text.size(), text.find('='));
  out.resize(static_cast<std::size_t>(length) - std::min<std::size_t>(padding, 2));
  return out;
}

// The text of postData or content; nothing if it is not there or cannot be decoded.
std::optional<std::string> har_body_text(const json& holder, std::string_view encoding) {
  const json* text = har_member(holder, "text");
  if (text == nullptr || !text->is_string()) return std::nullopt;
  if (equal_ignoring_case(text_of(holder, encoding), "base64")) {
    return body_from_base64(text->get<std::string>());
  }
  return text->get<std::string>();
}

// Of HTTP/2 without the names that begin with ':'.
Headers har_headers(const json& message) {
  Headers out;
  const json* headers = har_member(message, "headers");
  if (headers == nullptr || !headers->is_array()) return out;
  for (const json& one : *headers) {
    std::string name = text_of(one, "name");
    if (!name.empty() && name.front() != ':')
      out.emplace_back(std::move(name), text_of(one, "value"));
  }
  return out;
}

void add_header_if_missing(Headers& headers, std::string_view name, std::string value) {
  if (header(headers, name).empty() && !value.empty()) headers.emplace_back(name, std::move(value));
}

// A form that was recorded field by field, put together again.
std::optional<std::string> posted_form(const json& post) {
  const json* fields = har_member(post, "params");
  if (fields == nullptr || !fields->is_array()) return std::nullopt;
  std::string out;
  for (const json& field : *fields) {
    if (!out.empty()) out += '&';
    out += url_encode(text_of(field, "name")) + "=" + url_encode(text_of(field, "value"));
  }
  return out;
}

struct Url {
  std::string host;
  std::string target;
};

std::optional<Url> split_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return std::nullopt;
  url = url.substr(scheme + 3, url.find('#') - scheme - 3);
  const auto end = std::min(url.find_first_of("/?"), url.size());
  std::string target(url.substr(end));
  if (target.empty() || target.front() != '/') target.insert(target.begin(), '/');
  return Url{std::string(url.substr(0, end)), std::move(target)};
}

bool announces_body(const json& request, const HttpRequest& read) {
  const auto length = parse_int64(header(read.headers, "Content-Length"));
  const json* size = har_member(request, "bodySize");
  return (length && *length > 0) || (size != nullptr && size->is_number_integer() && *size > 0);
}

// Nothing when the body that was sent is not recorded.
std::optional<std::string> har_request_body(const json& request, HttpRequest& read) {
  const json* post = har_member(request, "postData");
  if (post == nullptr) {
    return announces_body(request, read) ? std::nullopt : std::optional<std::string>("");
  }
  add_header_if_missing(read.headers, "Content-Type", text_of(*post, "mimeType"));
  auto body =
      har_body_text(*post, har_member(*post, "_encoding") != nullptr ? "_encoding" : "encoding");
  if (!body || (body->empty() && har_member(*post, "params") != nullptr)) {
    if (auto form = posted_form(*post); form && !form->empty()) return form;
  }
  return body;
}

// Nothing if no answer came or its text was not kept.
std::optional<HttpResponse> read_response(const json& entry) {
  const json* response = har_member(entry, "response");
  if (response == nullptr) return std::nullopt;
  const json* status = har_member(*response, "status");
  if (status == nullptr || !status->is_number_integer() || *status < 100 || *status > 999)
    return std::nullopt;
  HttpResponse out;
  out.status = status->get<int>();
  out.headers = har_headers(*response);
  // An archive has the text as it is after decoding.
  std::erase_if(out.headers,
                [](const auto& one) { return equal_ignoring_case(one.first, "Content-Encoding"); });
  const json* content = har_member(*response, "content");
  if (content == nullptr) return std::nullopt;
  add_header_if_missing(out.headers, "Content-Type", text_of(*content, "mimeType"));
  auto body = har_body_text(*content, "encoding");
  if (!body) {
    const json* size = har_member(*content, "size");
    if (size == nullptr || *size != 0) return std::nullopt;
    body = "";
  }
  out.body = *std::move(body);
  return out;
}

void read_entry(const json& entry, std::size_t number, HarTraffic& out) {
  const json* request = har_member(entry, "request");
  const auto url = request == nullptr ? std::nullopt : split_url(text_of(*request, "url"));
  HarTraffic::Entry read;
  read.number = number;
  HttpRequest& to = read.exchange.request;
  if (url) to.method = text_of(*request, "method");
  if (!url || to.method.empty()) {
    ++out.incomplete;
    return;
  }
  to.target = url->target;
  to.headers = har_headers(*request);
  auto body = har_request_body(*request, to);
  if (body) to.body = *std::move(body);
  if (!is_api_request(url->host, to)) {
    ++out.others;
    return;
  }
  if (!body) {
    ++out.incomplete;
    return;
  }
  read.exchange.at_ms = parse_iso_time(text_of(entry, "startedDateTime"));
  read.exchange.response = read_response(entry);
  if (!read.exchange.response) ++out.without_answer;
  out.entries.push_back(std::move(read));
}

}  // namespace

Result<HarTraffic> read_har(std::string_view text, std::string_view where) {
  constexpr std::int64_t kMaxDepth = 256;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto document = parse_json(text, {kMaxDepth, false});
  if (!document) {
    return fail(ErrorKind::kInput,
                fmt::format("{}: expected a HAR document, got {}", where, document.error().got));
  }
  const json* log = har_member(*document, "log");
  const json* entries = log == nullptr ? nullptr : har_member(*log, "entries");
  if (entries == nullptr || !entries->is_array()) {
    return fail(ErrorKind::kInput,
                fmt::format("{}: /log/entries: expected an array, as in HAR 1.2, got {}", where,
                            entries == nullptr ? "nothing" : json_type_and_value(*entries)));
  }
  HarTraffic out;
  out.total = entries->size();
  for (std::size_t i = 0; i < entries->size(); ++i) read_entry((*entries)[i], i + 1, out);
  const bool timed = std::all_of(out.entries.begin(), out.entries.end(), [](const auto& entry) {
    return entry.exchange.at_ms.has_value();
  });
  if (timed) {
    std::stable_sort(out.entries.begin(), out.entries.end(), [](const auto& a, const auto& b) {
      return *a.exchange.at_ms < *b.exchange.at_ms;
    });
  }
  return out;
}

}  // namespace zimmock::inline contract
