#include "client/probe/probe.h"

#include <algorithm>

#include <fmt/format.h>

#include "client/api/list_pager.h"
#include "client/api/registrar.h"
#include "client/plan/record_tag.h"
#include "contracts/api/json_text.h"
#include "contracts/api/message_body.h"
#include "contracts/api/signature.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::int64_t kHistoryAgeMs = 60 * 60 * kMillisPerSecond;  // within any plan's window
constexpr std::int64_t kOddMs = 357;                                // shows whether they are kept
constexpr int kTimed = 6;
constexpr std::size_t kListForPages = 60;
constexpr std::int64_t kPageLimit = 2;  // many pages of few messages
constexpr std::int64_t kLongestLagMs = 60'000;
constexpr std::int64_t kLookEveryMs = 200;
constexpr std::int64_t kCompleteWithinMs = 5000;  // for what was not asked to be waited for
constexpr std::int64_t kLongestAgeS = 86'400;
// Timestamps are in seconds, and the clocks are compared no better.
constexpr std::int64_t kAgeMarginS = 2;

// "Sun, 06 Nov 1994 08:49:37 GMT" in Unix milliseconds.
std::optional<std::int64_t> parse_http_date(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::size_t kLength = 29;
  if (text.size() != kLength || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  return parse_iso_time(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1,
                                    text.substr(5, 2), text.substr(17, 8)));
}

// Notes what the answers' Date says of the service's clock: it is cut to seconds, so each answer
// narrows it down.
class DateWatch : public Transport {
 public:
  DateWatch(Transport& to, const Clock& clock, std::optional<ClockOffset>& offset)
      : to_(to), clock_(clock), offset_(offset) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::int64_t sent_ms = clock_.wall_ms();
    auto response = to_.send(request);
    const std::int64_t answered_ms = clock_.wall_ms();
    if (!response) return response;
    const auto date_ms = parse_http_date(header(response->headers, "Date"));
    if (!date_ms) return response;
    const ClockOffset seen{*date_ms - answered_ms, *date_ms + kMillisPerSecond - sent_ms};
    const ClockOffset both{std::max(seen.least_ms, offset_.value_or(seen).least_ms),
                           std::min(seen.most_ms, offset_.value_or(seen).most_ms)};
    offset_ = both.least_ms <= both.most_ms ? both : seen;  // one of the clocks was set
    return response;
  }

 private:
  Transport& to_;
  const Clock& clock_;
  std::optional<ClockOffset>& offset_;
};

// A clock that can be put off, to sign with.
class SigningClock : public Clock {
 public:
  explicit SigningClock(const Clock& clock) : clock_(clock) {}
  std::int64_t wall_ms() const override { return clock_.wall_ms() + off_ms; }
  std::int64_t monotonic_ns() const override { return clock_.monotonic_ns(); }

  std::int64_t off_ms = 0;

 private:
  const Clock& clock_;
};

// The calls of one probe. Every step says whether the probe goes on; what ends it is in the report.
class Probe {
 public:
  Probe(Transport& transport, const Credentials& credentials, const Clock& clock, Waiter& waiter,
        const ProbeOptions& options)
      : options_(options),
        clock_(clock),
        waiter_(waiter),
        watch_(transport, clock, evidence_.date),
        signing_(clock),
        api_(
            watch_, credentials, signing_, [this] { return nonce(); }, options.assumed),
        limiter_(kProbeCallsPerSecond, clock, waiter),
        run_id_(make_nonce().substr(0, 8)),
        base_ms_((clock.wall_ms() - kHistoryAgeMs) / kMillisPerSecond * kMillisPerSecond) {}

  ProbeReport run() {
    const bool finished = register_pair() && import_timed() && import_rest() && read_lists() &&
                          turn_pages() && reuse_nonce() && ask_with_hyphen() && age_signature();
    if (report_.wrote) clear();
    report_.observed = options_.assumed;
    if (finished) report_.answers = judge_probe(evidence_, options_.assumed, report_.observed);
    return std::move(report_);
  }

 private:
  std::string nonce() {
    if (!same_nonce_) last_nonce_ = make_nonce();
    return last_nonce_;
  }

  CallSite site(bool repeatable) { return {limiter_, clock_, waiter_, board_, repeatable}; }

  // Makes the call; nothing if the probe cannot go on. A refusal is the caller's to judge, unless
  // it is about the credentials.
  template <typename Call>
  auto attempt(std::string_view name, bool repeatable, Call&& call)
      -> std::optional<typename std::invoke_result_t<Call>::value_type> {
    CallSite at = site(repeatable);
    auto result = call_patiently(at, call);
    if (!result) {
      report_.interrupted = true;
      return std::nullopt;
    }
    if (!*result) {
      report_.error = result->error();
      return std::nullopt;
    }
    if ((*result)->status.code_class() == CodeClass::kCredentials && signing_.off_ms == 0 &&
        !same_nonce_) {
      refuse(name, (*result)->status);
      return std::nullopt;
    }
    return **std::move(result);
  }

  bool refuse(std::string_view name, const ApiStatus& status) {
    report_.refused_call = name;
    report_.refused = status;
    return false;
  }

  bool register_pair() {
    CallSite at = site(true);
    const RegisterReport registered =
        register_users(api_, at, {{options_.users[0], "", ""}, {options_.users[1], "", ""}});
    report_.interrupted = registered.interrupted;
    report_.error = registered.error;
    if (registered.fatal) return refuse("UserRegister", *registered.fatal);
    if (!registered.refused.empty()) {
      const RegisterFailure& failure = registered.refused.front();
      return refuse("UserRegister", {failure.sub_code, failure.sub_message, "", ""});
    }
    return report_.finished();
  }

  // A message from the first user to the second, into the list of user `side`. `at_ms` is counted
  // from the beginning of the history; nothing: without SendMessageTime.
  ImportPeerMsg message(std::size_t side, const std::string& text,
                        std::optional<std::int64_t> at_ms) const {
    ImportPeerMsg out;
    out.message.from_user_id = options_.users[0];
    out.message.to_user_id = options_.users[1];
    out.imported_user_id = options_.users[side];
    out.message.content.type = kText;
    out.message.content.body = fmt::format("zimmock probe {}: {}", run_id_, text);
    out.message.send_time_ms = at_ms ? base_ms_ + *at_ms : 0;
    return out;
  }

  bool import(ImportPeerMsg request, ProbeImport& out) {
    out.request = std::move(request);
    report_.wrote = true;
    const auto answer = attempt("ImportPeerMsg", false, [&] {
      ++report_.imports;
      out.sent_ms = clock_.wall_ms();
      return api_.import_peer_msg(out.request);
    });
    if (!answer) return false;
    out.answered_ms = clock_.wall_ms();
    out.status = answer->status;
    out.answer = answer->value;
    if (!out.status.ok()) return true;
    const std::size_t side = out.request.imported_user_id == options_.users[0] ? 0 : 1;
    evidence_.seqs[side].push_back(out.answer.msg_seq);
    return true;
  }

  std::optional<Answer<QueryAnswer>> query(const QueryPeerMsg& request) {
    return attempt("QueryPeerMsg", true, [&] {
      ++report_.queries;
      if (request.next == 0) look_ns_ = clock_.monotonic_ns();
      return api_.query_peer_msg(request);
    });
  }

  QueryPeerMsg list_of(std::size_t side, std::int64_t limit) const {
    return {ListId::of_user(options_.users[side], options_.users[1 - side]), limit, 0, false};
  }

  // Hands each page to `take`: what it has that is new, how many it had, and whether it is the
  // last.
  template <typename Take>
  bool read_list(std::size_t side, std::int64_t limit, Take&& take) {
    QueryPeerMsg request = list_of(side, limit);
    ListPager pager;
    while (true) {
      auto answer = query(request);
      if (!answer) return false;
      if (!answer->status.ok()) return refuse("QueryPeerMsg", answer->status);
      const std::size_t answered = answer->value.items.size();
      const auto next = pager.after(answer->value);
      if (!next) {
        report_.error = next.error();
        return false;
      }
      take(answer->value, answered, !next->has_value());
      if (!*next) return true;
      request.next = **next;
    }
  }

  bool read_items(std::size_t side) {
    std::vector<QueryItem>& items = evidence_.lists[side];
    items.clear();
    return read_list(side, kMaxQueryLimit, [&](const QueryAnswer& page, std::size_t, bool) {
      items.insert(items.end(), page.items.begin(), page.items.end());
    });
  }

  bool pause(std::int64_t ms) {
    report_.interrupted = !waiter_.wait_until(clock_.monotonic_ns() + ms * kNanosPerMilli);
    return !report_.interrupted;
  }

  // Looks for the import until it is in its list.
  bool measure_lag(std::size_t side, const ProbeImport& import) {
    const std::int64_t answered_ns = clock_.monotonic_ns();
    ReadLag& lag = evidence_.lags.emplace_back();
    while (true) {
      if (!read_items(side)) return false;
      ++lag.looks;
      lag.ms = (look_ns_ - answered_ns) / kNanosPerMilli;
      lag.found = evidence_.item(import) != nullptr;
      if (lag.found || lag.ms > kLongestLagMs) return true;
      if (!pause(kLookEveryMs)) return false;
    }
  }

  bool import_timed() {
    for (int i = 0; i < kTimed; ++i) {
      const auto side = static_cast<std::size_t>(i % 2);
      ProbeImport& one = evidence_.timed.emplace_back();
      if (!import(message(side, fmt::format("time {}", i), i * kMillisPerSecond + kOddMs), one))
        return false;
      if (!one.status.ok()) return refuse("ImportPeerMsg", one.status);
      if (!measure_lag(side, one)) return false;
    }
    return true;
  }

  // ExtendedData that comes back unlike it was, if anything is done to it.
  static std::vector<std::string> extended_texts() {
    return {
        with_tag("", "0123456789abcdef0123"),
        R"({ "z" : 1.0, "a" : "é \u00e9 \"q\" \\ / 🙂", "_zm" : "0123456789abcdef0123", "a2" : [ ] })",
        " <b>&amp; 100% %20+ 'q' 🙂 é \n end ", std::string(kMaxExtendedDataBytes, 'x')};
  }

  // Sizes that the service may correct, if it looks at what the URL names at all.
  ImportPeerMsg image(std::int64_t at_ms) const {
    ImportPeerMsg out = message(0, "", at_ms);
    out.message.content.type = kImage;
    const std::string url = fmt::format("https://example.com/zimmock/{}.png", run_id_);
    out.message.content.body = json_line({{"Uid", run_id_},
                                          {"Origin", {{"Url", url}, {"Width", 4}, {"Height", 3}}},
                                          {"FileName", run_id_ + ".png"},
                                          {"Size", 77}});
    return out;
  }

  bool import_rest() {
    std::int64_t at_ms = 10'000;
    const auto next_ms = [&at_ms] { return at_ms += kMillisPerSecond; };
    const std::int64_t tied_ms = next_ms();
    if (!import(message(0, "tie 1", tied_ms), evidence_.tied[0])) return false;
    if (!import(message(0, "tie 2", tied_ms), evidence_.tied[1])) return false;
    for (const std::string& text : extended_texts()) {
      ImportPeerMsg one = message(0, fmt::format("extended {}", text.size()), next_ms());
      one.message.content.extended_data = text;
      if (!import(one, evidence_.extended.emplace_back())) return false;
    }
    const ImportPeerMsg twice = message(0, "equal", next_ms());
    for (ProbeImport& one : evidence_.equal) {
      if (!import(twice, one)) return false;
    }
    for (std::size_t i = kTimed / 2; i < kListForPages; ++i) {
      ProbeImport filler;
      if (!import(message(1, fmt::format("page {}", i), next_ms()), filler)) return false;
    }
    if (!import(image(next_ms()), evidence_.image)) return false;
    return import(message(0, "now", std::nullopt), evidence_.now) &&
           import(message(0, "late", kMillisPerSecond / 2), evidence_.late);
  }

  // Reads both lists, again if what was imported is not all there yet.
  bool read_lists() {
    const std::int64_t until_ns =
        clock_.monotonic_ns() + (kCompleteWithinMs + longest_lag_ms()) * kNanosPerMilli;
    while (true) {
      if (!read_items(0) || !read_items(1)) return false;
      const bool complete = evidence_.lists[0].size() >= evidence_.seqs[0].size() &&
                            evidence_.lists[1].size() >= evidence_.seqs[1].size();
      if (complete || clock_.monotonic_ns() > until_ns) return true;
      if (!pause(kLookEveryMs)) return false;
    }
  }

  std::int64_t longest_lag_ms() const {
    std::int64_t out = 0;
    for (const ReadLag& lag : evidence_.lags) out = std::max(out, lag.ms);
    return out;
  }

  bool turn_pages() {
    bool first = true;
    return read_list(1, kPageLimit, [&](const QueryAnswer&, std::size_t answered, bool last) {
      const bool full = answered >= static_cast<std::size_t>(kPageLimit);
      if (!first && !last) ++(full ? evidence_.full_pages : evidence_.short_pages);
      first = false;
    });
  }

  bool reuse_nonce() {
    if (!query(list_of(0, 1))) return false;
    same_nonce_ = true;
    const auto answer = query(list_of(0, 1));
    same_nonce_ = false;
    if (answer) evidence_.nonce_again = answer->status;
    return answer.has_value();
  }

  bool ask_with_hyphen() {
    const auto answer =
        query({ListId::of_user(fmt::format("{}-x", options_.users[0].substr(0, kMaxUserIdPrefix)),
                               options_.users[1]),
               1, 0, false});
    if (answer) evidence_.hyphen = answer->status;
    return answer.has_value();
  }

  // Asks with a Timestamp that is so old by the service's clock; nothing if the probe cannot go on.
  std::optional<bool> taken_at_age(std::int64_t age_s) {
    const auto offset = evidence_.clock_offset();
    signing_.off_ms = (offset ? offset->middle_ms() : 0) - age_s * kMillisPerSecond;
    const auto answer = query(list_of(0, 1));
    signing_.off_ms = 0;
    if (!answer) return std::nullopt;
    const bool taken = answer->status.ok();
    if (taken) {
      evidence_.taken_age_s = age_s;
    } else {
      evidence_.refused_age_s = age_s;
      evidence_.expired = answer->status;
    }
    return taken;
  }

  // A little to both sides of what is assumed; if it is not between these, halves what is left.
  bool age_signature() {
    const std::int64_t window_s = options_.assumed.timestamp_window_s;
    auto taken = taken_at_age(window_s + kAgeMarginS);
    if (!taken) return false;
    if (!*taken) {
      taken = taken_at_age(std::max<std::int64_t>(window_s - kAgeMarginS, 0));
      if (!taken) return false;
      if (*taken) return true;
    } else {
      for (std::int64_t age_s = 2 * window_s; *taken && age_s < kLongestAgeS; age_s *= 2) {
        if (!(taken = taken_at_age(age_s))) return false;
      }
      if (*taken && !(taken = taken_at_age(kLongestAgeS + kAgeMarginS))) return false;
      if (*taken) return true;  // never refused
    }
    while (evidence_.refused_age_s - evidence_.taken_age_s > 1) {
      const std::int64_t between_s = (evidence_.refused_age_s + evidence_.taken_age_s) / 2;
      if (!taken_at_age(between_s)) return false;
    }
    return true;
  }

  // Without waiting for a turn: it must be done after an interruption too, and is two calls.
  void clear() {
    for (std::size_t side = 0; side < 2; ++side) {
      const auto answer = api_.clear_peer_message({options_.users[side], options_.users[1 - side]});
      if (answer && answer->status.ok()) continue;
      report_.not_cleared = answer ? answer->status.line() : answer.error().message;
    }
  }

  static constexpr std::size_t kMaxUserIdPrefix = 24;

  const ProbeOptions& options_;
  const Clock& clock_;
  Waiter& waiter_;
  ProbeEvidence evidence_;
  ProbeReport report_;
  DateWatch watch_;
  SigningClock signing_;
  bool same_nonce_ = false;
  std::string last_nonce_;
  std::int64_t look_ns_ = 0;  // when the first page of a list was last asked for
  ZimApi api_;
  ProgressBoard board_;
  RateLimiter limiter_;
  const std::string run_id_;
  const std::int64_t base_ms_;
};

}  // namespace

ProbeReport run_probe(Transport& transport, const Credentials& credentials, const Clock& clock,
                      Waiter& waiter, const ProbeOptions& options) {
  return Probe(transport, credentials, clock, waiter, options).run();
}

const QueryItem* ProbeEvidence::item(const ProbeImport& import) const {
  const std::size_t side =
      import.request.imported_user_id == import.request.message.from_user_id ? 0 : 1;
  const MessageContent& sent = import.request.message.content;
  const std::int64_t type = sent.type;
  for (const QueryItem& one : lists[side]) {  // of media there is one of a type
    if (is_media(type) ? one.msg_type == type : one.msg_body == sent.body) return &one;
  }
  return nullptr;
}

std::optional<ClockOffset> ProbeEvidence::clock_offset() const {
  if (date) return date;
  const QueryItem* one = now.status.ok() ? item(now) : nullptr;
  if (one == nullptr) return std::nullopt;
  return ClockOffset{one->msg_time_ms - now.answered_ms, one->msg_time_ms - now.sent_ms};
}

std::size_t ProbeReport::count(ProbeVerdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(answers.begin(), answers.end(),
                    [&](const ProbeAnswer& one) { return one.verdict == verdict; }));
}

}  // namespace zimmock::client
