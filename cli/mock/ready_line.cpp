#include "cli/mock/ready_line.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using nlohmann::ordered_json;

struct Member {
  const char* name;
  std::string ReadyLine::*text;
};

constexpr Member kTexts[] = {{"url", &ReadyLine::url},
                             {"tls_url", &ReadyLine::tls_url},
                             {"proxy_url", &ReadyLine::proxy_url},
                             {"control_url", &ReadyLine::control_url},
                             {"ca", &ReadyLine::ca}};

}  // namespace

std::string to_text(const ReadyLine& ready) {
  ordered_json out;
  for (const Member& member : kTexts) {
    const std::string& text = ready.*member.text;
    out[member.name] = text.empty() ? ordered_json() : ordered_json(text);
  }
  out["app_id"] = ready.app_id;
  out["pid"] = ready.pid;
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string to_screen(const ReadyLine& ready, std::string_view secret_origin) {
  std::string places;
  for (const std::string* url : {&ready.url, &ready.tls_url}) {
    if (!url->empty()) places += (places.empty() ? "" : " and ") + *url;
  }
  if (!ready.proxy_url.empty()) places += ", proxy " + ready.proxy_url;
  return fmt::format(
      "zimmock serves ZIM at {}\n"
      "AppId {}; its ServerSecret is {}\n"
      "Ctrl-C stops it; `eval \"$(zimmock env --control {})\"` leads a client here\n",
      places, ready.app_id, secret_origin,
      ready.control_url.substr(0, ready.control_url.rfind("/_zimmock")));
}

Result<ReadyLine> parse_ready_line(std::string_view text, std::string_view where) {
  const auto bad = [&](std::string_view what) {
    return fail(ErrorKind::kInput,
                fmt::format("{}: expected the first line of `zimmock serve`, {}", where, what));
  };
  const ordered_json in = json_or_discarded(text);
  if (!in.is_object()) return bad(fmt::format("got {}", quote(text)));
  ReadyLine out;
  for (const Member& member : kTexts) {
    const auto found = in.find(member.name);
    if (found == in.end() || found->is_null()) continue;
    if (!found->is_string()) return bad(fmt::format("with a text for {}", member.name));
    out.*member.text = found->get<std::string>();
  }
  const auto app_id = in.find("app_id");
  if (app_id == in.end() || !app_id->is_number_unsigned() ||
      app_id->get<std::uint64_t>() > UINT32_MAX) {
    return bad("with app_id, a number");
  }
  out.app_id = app_id->get<std::uint32_t>();
  if (out.url.empty() && out.tls_url.empty()) return bad("with url or tls_url");
  if (const auto pid = in.find("pid"); pid != in.end() && pid->is_number_integer()) {
    out.pid = pid->get<std::int64_t>();
  }
  return out;
}

}  // namespace zimmock::cli
