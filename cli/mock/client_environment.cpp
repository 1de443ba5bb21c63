#include "cli/mock/client_environment.h"

#include <algorithm>
#include <string_view>

#include <unistd.h>

namespace zimmock::cli {

std::vector<Variable> client_environment(const ReadyLine& ready,
                                         const std::optional<std::string>& server_secret) {
  std::vector<Variable> out;
  const auto value_or_none = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  const auto proxy = value_or_none(ready.proxy_url);
  for (const char* name : {"HTTPS_PROXY", "https_proxy"}) out.push_back({name, proxy});
  const auto direct = proxy ? std::optional<std::string>("localhost,127.0.0.1,::1") : std::nullopt;
  for (const char* name : {"NO_PROXY", "no_proxy"}) out.push_back({name, direct});
  for (const char* name : {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}) {
    out.push_back({name, std::nullopt});
  }
  if (!ready.ca.empty()) {
    for (const char* name :
         {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}) {
      out.push_back({name, ready.ca});
    }
  }
  out.push_back({"ZIM_ENDPOINT", ready.url.empty() ? ready.tls_url : ready.url});
  out.push_back({"ZIM_APP_ID", std::to_string(ready.app_id)});
  if (server_secret) out.push_back({"ZIM_SERVER_SECRET", server_secret});
  out.push_back({"ZIMMOCK_CONTROL", ready.control_url});
  return out;
}

std::vector<std::string> changed_environment(const std::vector<Variable>& changes) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    const bool changed = std::any_of(changes.begin(), changes.end(),
                                     [name](const Variable& one) { return one.name == name; });
    if (!changed) out.emplace_back(text);
  }
  for (const Variable& one : changes) {
    if (one.value) out.push_back(one.name + "=" + *one.value);
  }
  return out;
}

}  // namespace zimmock::cli
