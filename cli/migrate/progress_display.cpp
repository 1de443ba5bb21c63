#include "cli/migrate/progress_display.h"

#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "cli/output.h"

namespace zimmock::cli {
namespace {

constexpr std::int64_t kPlainEveryNs = 5 * kNanosPerSecond;

// The terminal's width, which may change at any time.
std::size_t stderr_columns() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressStyle style, const client::ProgressBoard& board,
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

void ProgressDisplay::draw(bool last) {
  const ProgressFigures now = progress_figures(board_, clock_.monotonic_ns() - started_ns_);
  switch (style_) {
    case ProgressStyle::kOff:
      return;
    case ProgressStyle::kBar:
      if (last) {
        tell_if_taken("\r\x1b[K");
      } else {
        tell_if_taken(fmt::format("\r{}\x1b[K", progress_bar_line(now, stderr_columns())));
      }
      return;
    case ProgressStyle::kPlain:
      return draw_plain(now, last);
    case ProgressStyle::kJson:
      return draw_json(now);
  }
}

void ProgressDisplay::draw_plain(const ProgressFigures& now, bool last) {
  const std::int64_t now_ns = clock_.monotonic_ns();
  const std::int64_t tenths = now.total > 0 ? now.done * 10 / now.total : 0;
  // Short phases are told by their closing line alone.
  const bool due = now_ns - plain_ns_ >= kPlainEveryNs ||
                   (tenths > plain_tenths_ && now_ns - plain_ns_ >= kNanosPerSecond);
  if (last || !due) return;
  plain_ns_ = now_ns;
  plain_tenths_ = tenths;
  tell_if_taken(progress_line(now) + "\n");
}

void ProgressDisplay::draw_json(const ProgressFigures& now) const {
  const nlohmann::json line{{"type", "progress"},
                            {"phase", now.phase},
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
