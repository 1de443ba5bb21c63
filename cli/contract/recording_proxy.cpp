#include "cli/contract/recording_proxy.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/text.h"
#include "contracts/harness/har.h"
#include "contracts/harness/traffic_judge.h"
#include "mock_server/control/control_api.h"

namespace zimmock::cli {
namespace {

using nlohmann::ordered_json;

// Far more than any call of this API; bounds the memory.
constexpr std::size_t kMaxBodyBytes = std::size_t{64} << 20;

// What belongs to one connection (RFC 9110, section 7.6.1), and the length, which the next one has
// of its own.
constexpr std::string_view kOfConnection[] = {
    "Connection", "Keep-Alive", "Proxy-Connection",  "TE",
    "Trailer",    "Upgrade",    "Transfer-Encoding", "Content-Length"};

// cpp-httplib adds the last four to what was sent.
constexpr std::string_view kOfRequest[] = {
    "Host", "Expect", "Accept-Encoding", "REMOTE_ADDR", "REMOTE_PORT", "LOCAL_ADDR", "LOCAL_PORT"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [name](std::string_view candidate) {
    return equal_ignoring_case(name, candidate);
  });
}

// True for a header that the Connection header names.
bool is_named(std::string_view name, std::string_view connection) {
  while (!connection.empty()) {
    const auto comma = std::min(connection.find(','), connection.size());
    if (equal_ignoring_case(trim(connection.substr(0, comma)), name)) return true;
    connection.remove_prefix(std::min(comma + 1, connection.size()));
  }
  return false;
}

Headers end_to_end(const Headers& headers) {
  const std::string connection(header(headers, "Connection"));
  Headers out;
  for (const auto& one : headers) {
    if (is_one_of(one.first, kOfConnection) || is_named(one.first, connection)) continue;
    out.push_back(one);
  }
  return out;
}

// As the client sent it, without what cpp-httplib made up.
HttpRequest as_sent(HttpRequest request) {
  std::erase_if(request.headers, [](const auto& one) {
    return is_one_of(one.first, std::span(kOfRequest).last(4));
  });
  return request;
}

HttpRequest to_upstream(const HttpRequest& request) {
  HttpRequest out = request;
  out.headers = end_to_end(request.headers);
  std::erase_if(out.headers, [](const auto& one) { return is_one_of(one.first, kOfRequest); });
  // An empty value keeps libcurl from adding its own.
  for (const std::string_view name : {"Content-Type", "Accept", "User-Agent"}) {
    if (header(request.headers, name).empty()) out.headers.emplace_back(name, "");
  }
  return out;
}

HttpResponse plain(int status, const std::string& line) {
  return {status, {{"Content-Type", "text/plain"}}, "zimmock proxy: " + line + "\n"};
}

struct Refusal {
  int status;
  std::string why;
};

// Nothing for what goes to the upstream. A mock there would take the proxy's calls of its control
// API for those of a program of its own machine, whoever made them. A target that does not begin
// with a slash would change the upstream's host.
std::optional<Refusal> not_passed_on(const HttpRequest& request) {
  if (request.method == "HEAD") return Refusal{501, "HEAD is not passed on"};
  if (!request.target.starts_with('/')) {
    return Refusal{400, "expected a path that begins with /, got another target; not passed on"};
  }
  if (request.target.starts_with(mock::kControlRoot)) {
    return Refusal{403,
                   "the control API of a mock is not passed on; call it at the mock's control_url"};
  }
  if (request.body_state == BodyState::kTooLarge) {
    return Refusal{400,
                   fmt::format("the body has more than {} bytes; not passed on", kMaxBodyBytes)};
  }
  if (request.body_state == BodyState::kCutOff) {
    return Refusal{400, "the body was cut off; not passed on"};
  }
  return std::nullopt;
}

// One request's way through.
struct Passage {
  HarExchange har;
  int status = 0;  // that the client got
};

ordered_json log_json(const Passage& passage, const std::optional<Judgement>& judgement) {
  ordered_json out{
      {"time", iso_time(passage.har.started_ms)},
      {"action", judgement ? ordered_json(judgement->action) : ordered_json()},
      {"app_id", judgement ? ordered_json(judgement->app_id) : ordered_json()},
      {"status", passage.status},
      {"code", judgement && judgement->code ? ordered_json(*judgement->code) : ordered_json()},
      {"duration_us", passage.har.duration_us}};
  if (!passage.har.error.empty()) out["error"] = passage.har.error;
  if (!judgement) return out;
  for (const SidedFinding& found : judgement->findings) {
    out["findings"].push_back({{"side", to_string(found.side)},
                               {"rule", rule(found.finding.rule_id).id},
                               {"finding", printable_line(found.finding.line())},
                               {"severity", to_string(found.severity)}});
  }
  if (!judgement->notes.empty()) out["notes"] = judgement->notes;
  return out;
}

std::string log_text(const Passage& passage, const std::optional<Judgement>& judgement) {
  std::string what = "not of this API";
  if (judgement) {
    what = fmt::format("{} app {}",
                       judgement->action.empty() ? "-" : printable_line(judgement->action),
                       judgement->app_id.empty() ? "-" : printable_line(judgement->app_id));
  }
  std::string out =
      fmt::format("{} {} {}", iso_time(passage.har.started_ms), what,
                  judgement && judgement->code ? fmt::format("code {}", *judgement->code)
                                               : fmt::format("status {}", passage.status));
  if (!passage.har.error.empty()) out += " | " + printable_line(passage.har.error);
  if (!judgement) return out;
  for (const SidedFinding& found : judgement->findings) {
    const std::string severity =
        found.severity == Severity::kBreach ? "" : fmt::format(" ({})", to_string(found.severity));
    out += fmt::format(" | {}{} {}", to_string(found.side), severity,
                       printable_line(found.finding.line()));
  }
  for (const std::string& note : judgement->notes) out += " | note: " + note;
  return out;
}

}  // namespace

// Connections to the upstream, as many as are used at once.
class Connections {
 public:
  explicit Connections(client::CurlOptions options) : options_(std::move(options)) {}

  Result<HttpResponse> send(const HttpRequest& request) {
    auto transport = take();
    if (!transport) return tl::unexpected(transport.error());
    auto response = (*transport)->send(request);
    const std::lock_guard lock(mutex_);
    free_.push_back(*std::move(transport));
    return response;
  }

  // Finds what is wrong with the options before the first request does.
  Result<void> check() {
    auto transport = client::CurlTransport::open(options_);
    if (!transport) return tl::unexpected(transport.error());
    free_.push_back(*std::move(transport));
    return {};
  }

  const std::string& url() const { return options_.endpoint.url; }

 private:
  Result<std::unique_ptr<client::CurlTransport>> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        auto transport = std::move(free_.back());
        free_.pop_back();
        return transport;
      }
    }
    return client::CurlTransport::open(options_);
  }

  const client::CurlOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<client::CurlTransport>> free_;
};

class RecordingProxy::Impl {
 public:
  Impl(const Options& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        log_(options.log, clock),
        connections_(options.upstream),
        judge_(options.judge),
        tally_(options.policy) {
    if (options.judge.server_secret) secrets_.push_back(*options.judge.server_secret);
    std::string_view host = options.upstream.endpoint.url;
    host_ = host.substr(host.find("//") + 2);
  }

  Result<void> start() {
    if (auto checked = connections_.check(); !checked) return checked;
    if (!options_.har.empty()) {
      auto file = HarFile::create(options_.har);
      if (!file) return tl::unexpected(file.error());
      har_ = *std::move(file);
    }
    if (!mock::is_loopback(options_.listen.host)) {
      log_.warn(
          fmt::format("listening on {}, which is not loopback: anyone who reaches it can use "
                      "the upstream through it",
                      options_.listen.host));
    }
    mock::HttpListener::Options listen;
    listen.address = options_.listen;
    auto listener = mock::HttpListener::start(
        listen, [this](HttpRequest& request, const mock::BodyReader& read) {
          return mock::WireAnswer{handle(request, read), {}};
        });
    if (!listener) return tl::unexpected(listener.error());
    listener_ = *std::move(listener);
    return {};
  }

  std::string url() const {
    const std::string& host = options_.listen.host;
    const std::string port = std::to_string(listener_->port());
    if (host.find(':') != host.npos) return "http://[" + host + "]:" + port;
    return "http://" + host + ":" + port;
  }

  Result<void> stop() {
    const auto since = std::chrono::steady_clock::now();
    if (listener_) listener_->stop();
    log_.close(since);
    if (har_error_) return tl::unexpected(*har_error_);
    if (har_) return har_->close();
    return {};
  }

  const TrafficTally& tally() const { return tally_; }
  std::size_t answered() const { return answered_; }
  std::size_t others() const { return others_; }

 private:
  HttpResponse handle(HttpRequest& request, const mock::BodyReader& read) {
    Passage passage;
    passage.har.started_ms = clock_.wall_ms();
    const std::int64_t started_ns = clock_.monotonic_ns();
    if (read) read(request, kMaxBodyBytes);
    passage.har.base_url = connections_.url();
    passage.har.request = as_sent(std::move(request));
    HttpResponse answer = pass_on(passage.har);
    passage.har.duration_us = (clock_.monotonic_ns() - started_ns) / 1000;
    passage.status = answer.status;
    record(passage);
    return answer;
  }

  HttpResponse pass_on(HarExchange& exchange) {
    const HttpRequest& request = exchange.request;
    if (const auto refused = not_passed_on(request)) {
      exchange.error = refused->why;
      return plain(refused->status, exchange.error);
    }
    auto response = connections_.send(to_upstream(request));
    if (!response) {
      exchange.error = response.error().message;
      return plain(502, exchange.error);
    }
    exchange.response = *response;
    response->headers = end_to_end(response->headers);
    return *std::move(response);
  }

  void record(const Passage& passage) {
    const std::string entry = har_ ? har_entry(passage.har, secrets_) : "";
    const std::lock_guard lock(mutex_);
    std::optional<Judgement> judgement;
    if (is_api_request(host_, passage.har.request)) {
      judgement = judge_.judge({passage.har.request, passage.har.response, passage.har.started_ms});
      tally_.add(*judgement, ++number_);
      if (passage.har.response) ++answered_;
    } else {
      ++others_;
    }
    if (har_ && !har_error_) {
      if (auto added = har_->add(entry); !added) {
        har_error_ = added.error();
        log_.warn(added.error().message + "; recording has ended");
      }
    }
    if (options_.log == LogForm::kOff) return;
    log_.write_line(options_.log == LogForm::kJson
                        ? log_json(passage, judgement)
                              .dump(-1, ' ', false, ordered_json::error_handler_t::replace)
                        : log_text(passage, judgement));
  }

  const Options options_;
  const Clock& clock_;
  RequestLog log_;
  Connections connections_;
  std::string host_;
  std::vector<std::string> secrets_;

  std::mutex mutex_;  // of everything below but the listener
  TrafficJudge judge_;
  TrafficTally tally_;
  std::size_t number_ = 0;
  std::size_t answered_ = 0;
  std::size_t others_ = 0;
  std::unique_ptr<HarFile> har_;
  std::optional<Error> har_error_;

  std::unique_ptr<mock::HttpListener> listener_;  // last: its threads use all of the above
};

RecordingProxy::RecordingProxy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordingProxy::~RecordingProxy() = default;

Result<std::unique_ptr<RecordingProxy>> RecordingProxy::start(const Options& options,
                                                              const Clock& clock) {
  auto impl = std::make_unique<Impl>(options, clock);
  if (auto started = impl->start(); !started) return tl::unexpected(started.error());
  return std::unique_ptr<RecordingProxy>(new RecordingProxy(std::move(impl)));
}

std::string RecordingProxy::url() const { return impl_->url(); }
Result<void> RecordingProxy::stop() { return impl_->stop(); }
const TrafficTally& RecordingProxy::tally() const { return impl_->tally(); }
std::size_t RecordingProxy::answered() const { return impl_->answered(); }
std::size_t RecordingProxy::others() const { return impl_->others(); }

}  // namespace zimmock::cli
