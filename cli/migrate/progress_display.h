#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "cli/migrate/progress_line.h"
#include "client/api/progress.h"
#include "contracts/api/clock.h"

namespace zimmock::cli {

enum class ProgressStyle {
  kOff,
  kBar,    // one line on stderr, redrawn, as wide as the terminal has room for
  kPlain,  // a line on stderr every 5 s and every tenth of the work
  kJson,   // a JSON line on stdout every second
};

// Shows a board from a thread of its own, from start() to stop().
class ProgressDisplay {
 public:
  // `out` guards stdout. Everything must outlive the display.
  ProgressDisplay(ProgressStyle style, const client::ProgressBoard& board, const Clock& clock,
                  std::mutex& out);
  ~ProgressDisplay();

  // One phase of the board; stop() shows its end and leaves the line empty.
  void start();
  void stop();

 private:
  void show();
  void draw(bool last);
  void draw_plain(const ProgressFigures& now, bool last);
  void draw_json(const ProgressFigures& now) const;

  ProgressStyle style_;
  const client::ProgressBoard& board_;
  const Clock& clock_;
  std::mutex& out_;
  std::int64_t started_ns_ = 0;
  std::int64_t plain_ns_ = 0;  // of the last plain line
  std::int64_t plain_tenths_ = 0;

  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace zimmock::cli
