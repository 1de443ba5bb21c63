#include "client/api/curl_endpoint.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "contracts/api/redaction.h"
#include "contracts/api/text.h"
#include "contracts/api/vendor_hosts.h"

namespace zimmock::client {
namespace {

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// The part of the URL, or "" if it has none.
std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

// In lower case.
bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

// zim-api-fra.zego.im, or the host of any region. (docs/zim-api.md section 1, documented)
bool is_region(std::string_view host) {
  return host.starts_with("zim-api") && host.ends_with(".zego.im");
}

// What a message may show of an endpoint: not the user and the password of user:password@host.
std::string shown(std::string_view text) {
  const auto at = text.rfind('@');
  const auto scheme = text.find("//");
  if (at == text.npos) {
    return text.find_first_of(".:/") == text.npos ? quote_unless_secret(text) : quote(text);
  }
  const std::string start(scheme < at ? text.substr(0, scheme + 2) : std::string_view());
  return quote(start + "***" + std::string(text.substr(at)));
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorKind::kUsage, fmt::format("endpoint: expected a URL like {}, got {}{}",
                                               kRealEndpoint, shown(text), why));
  };
  const bool encrypted = text.starts_with("https://");
  if (!encrypted && !text.starts_with("http://")) return bad("");
  const std::unique_ptr<CURLU, UrlCleanup> url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) {
    return bad("");
  }
  if (!part_of(url.get(), CURLUPART_USER).empty()) return bad(": it has a user name");
  if (!part_of(url.get(), CURLUPART_QUERY).empty() || text.find('?') != text.npos) {
    return bad(": it has a query");
  }
  if (!part_of(url.get(), CURLUPART_FRAGMENT).empty()) return bad(": it has a fragment");
  if (part_of(url.get(), CURLUPART_PATH) != "/") return bad(": every call goes to the path /");
  Endpoint out;
  out.encrypted = encrypted;
  std::string host = lower_ascii(part_of(url.get(), CURLUPART_HOST));
  out.loopback = is_loopback(host);
  out.service = out.loopback      ? "localhost"
                : is_region(host) ? kVendorHosts.front()
                                  : std::string_view(host);
  out.instance = out.service;
  if (out.loopback) out.instance += ":" + part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  out.url = text;
  while (out.url.ends_with('/')) out.url.pop_back();
  return out;
}

}  // namespace zimmock::client
