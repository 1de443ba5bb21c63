#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "client/progress.h"
#include "contracts/api/clock.h"

namespace zimmock::cli {

enum class ProgressStyle {
  kOff,
  kBar,    // one line on stderr, redrawn
  kPlain,  // a line on stderr every 5 s and every tenth of the work
  kJson,   // a JSON line on stdout every second
};

// Shows a board from a thread of its own, from start() to stop().
class ProgressDisplay {
 public:
  // `out` guards stdout. Everything must outlive the display.
  ProgressDisplay(ProgressStyle style, const ProgressBoard& board, const Clock& clock,
                  std::mutex& out);
  ~ProgressDisplay();

  // One phase of the board; stop() shows its end and leaves the line empty.
  void start();
  void stop();

 private:
  struct Snapshot {
    std::int64_t done;
    std::int64_t total;
    double per_second;
    std::int64_t eta_s;  // -1: nobody knows
    std::string why_waiting;
  };

  void show();
  Snapshot snapshot() const;
  void draw(bool last);
  void draw_bar(const Snapshot& now) const;
  void draw_plain(const Snapshot& now, bool last);
  void draw_json(const Snapshot& now) const;

  ProgressStyle style_;
  const ProgressBoard& board_;
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
