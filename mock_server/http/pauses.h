#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace zimmock::mock {

// Waits in real time that can be called off, for delays that were asked for. Thread-safe.
class Pauses {
 public:
  // False if it was called off before its end.
  bool wait_ms(std::int64_t duration_ms) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, std::chrono::milliseconds(duration_ms),
                              [this] { return cancelled_; });
  }

  // Ends every wait, those to come as well.
  void cancel() {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
};

}  // namespace zimmock::mock
