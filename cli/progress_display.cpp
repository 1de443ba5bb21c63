#include "cli/progress_display.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/migrate_output.h"
#include "cli/output.h"
#include "client/patience.h"

namespace zimmock::cli {
namespace {

constexpr std::size_t kBarCells = 24;
constexpr std::int64_t kPlainEveryNs = 5 * kNanosPerSecond;

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::kPlanning:
      return "planning";
    case Phase::kRegistering:
      return "registering";
    case Phase::kImporting:
      return "importing";
    case Phase::kVerifying:
      return "verifying";
  }
  return "";
}

// The reason worth most attention of those that threads are waiting for.
std::string waiting_for(const ProgressBoard& board) {
  const auto threads = [&](WaitReason reason) {
    return board.waiting[static_cast<std::size_t>(reason)].load();
  };
  if (threads(WaitReason::kNoConnection) > 0) {
    return fmt::format("no connection, retry {}/{}", board.retry.load(), kMaxTries - 1);
  }
  if (threads(WaitReason::kServiceSaidWait) > 0) return "the service said to wait (660300005)";
  if (threads(WaitReason::kRateLimit) > 0) return "rate limit";
  return "";
}

std::string eta_text(std::int64_t eta_s) {
  if (eta_s < 0) return "ETA unknown";
  return eta_s < 60 ? fmt::format("ETA {} s", eta_s) : "ETA " + duration_text(eta_s * 1000);
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressStyle style, const ProgressBoard& board,
                                 const Clock& clock, std::mutex& out)
    : style_(style), board_(board), clock_(clock), out_(out) {}

ProgressDisplay::~ProgressDisplay() { stop(); }

void ProgressDisplay::start() {
  stop();
  started_ns_ = plain_ns_ = clock_.monotonic_ns();
  plain_tenths_ = 0;
  end_ = false;
  if (style_ != ProgressStyle::kOff) thread_ = std::thread([this] { show(); });
}

void ProgressDisplay::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void ProgressDisplay::show() {
  using namespace std::chrono_literals;
  const auto pause = style_ == ProgressStyle::kJson ? 1000ms : 200ms;
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, pause, [this] { return end_; })) draw(false);
  draw(true);
}

ProgressDisplay::Snapshot ProgressDisplay::snapshot() const {
  Snapshot out;
  out.done = board_.done;
  out.total = board_.total;
  const double seconds = static_cast<double>(clock_.monotonic_ns() - started_ns_) / 1e9;
  out.per_second = static_cast<double>(out.done) / std::max(seconds, 1e-3);
  const auto left = static_cast<double>(std::max<std::int64_t>(out.total - out.done, 0));
  out.eta_s = out.done > 0 ? static_cast<std::int64_t>(left / out.per_second) : -1;
  out.why_waiting = waiting_for(board_);
  return out;
}

void ProgressDisplay::draw(bool last) {
  const Snapshot now = snapshot();
  switch (style_) {
    case ProgressStyle::kOff:
      return;
    case ProgressStyle::kBar:
      if (last) {
        tell_if_taken("\r\x1b[K");
      } else {
        draw_bar(now);
      }
      return;
    case ProgressStyle::kPlain:
      return draw_plain(now, last);
    case ProgressStyle::kJson:
      return draw_json(now);
  }
}

void ProgressDisplay::draw_bar(const Snapshot& now) const {
  const double part =
      now.total > 0 ? std::min(1.0, static_cast<double>(now.done) / static_cast<double>(now.total))
                    : 0.0;
  const auto full = static_cast<std::size_t>(part * static_cast<double>(kBarCells));
  std::string line =
      fmt::format("{} [{}{}] {}/{} {:.0f}% {:.1f}/s {}", phase_name(board_.phase),
                  std::string(full, '#'), std::string(kBarCells - full, '.'), now.done, now.total,
                  part * 100, now.per_second, eta_text(now.eta_s));
  if (!now.why_waiting.empty()) line += "; waiting: " + now.why_waiting;
  tell_if_taken(fmt::format("\r{}\x1b[K", line));
}

void ProgressDisplay::draw_plain(const Snapshot& now, bool last) {
  const std::int64_t now_ns = clock_.monotonic_ns();
  const std::int64_t tenths = now.total > 0 ? now.done * 10 / now.total : 0;
  // Short phases are told by their closing line alone.
  const bool due = now_ns - plain_ns_ >= kPlainEveryNs ||
                   (tenths > plain_tenths_ && now_ns - plain_ns_ >= kNanosPerSecond);
  if (last || !due) return;
  plain_ns_ = now_ns;
  plain_tenths_ = tenths;
  std::string line = fmt::format("{} {}/{} {:.1f}/s {}", phase_name(board_.phase), now.done,
                                 now.total, now.per_second, eta_text(now.eta_s));
  if (!now.why_waiting.empty()) line += "; waiting: " + now.why_waiting;
  tell_if_taken(line + "\n");
}

void ProgressDisplay::draw_json(const Snapshot& now) const {
  const nlohmann::json line{{"type", "progress"},
                            {"phase", phase_name(board_.phase)},
                            {"done", now.done},
                            {"total", now.total},
                            {"per_second", std::round(now.per_second * 10) / 10},
                            {"eta_s", now.eta_s},
                            {"throttled", board_.throttled.load()},
                            {"refused", board_.refused.load()},
                            {"in_doubt", board_.in_doubt.load()},
                            {"waiting", now.why_waiting}};
  const std::lock_guard lock(out_);
  print_json(line.dump());
  flush_output();
}

}  // namespace zimmock::cli
