#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "client/api/waiter.h"

namespace zimmock::cli {

// True if who started us wants the signal to be ignored, as nohup does of SIGHUP.
bool is_ignored(int signal);

// Turns SIGINT, SIGTERM and (unless it is ignored) SIGHUP into an interruption of the run while it
// lives. A second SIGINT or SIGTERM ends the process at once with 130; a second SIGHUP does not,
// because a terminal that goes away may send two. One at a time in a process; its waits go by
// SystemClock.
class Interrupt : public client::Waiter {
 public:
  Interrupt();
  ~Interrupt() override;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool wait_until(std::int64_t monotonic_ns) override;
  bool interrupted() const override;

 private:
  void listen(int read_fd);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool interrupted_ = false;
  int write_fd_ = -1;
  std::thread listener_;
};

}  // namespace zimmock::cli
