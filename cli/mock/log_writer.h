#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace zimmock::cli {

// Writes lines to a descriptor from a thread of its own, so that who logs does not wait for who
// reads. Up to 8 MiB of lines wait their turn. Beyond that, write() waits for room: as long as it
// takes if the descriptor is a file, else until it has taken nothing for 100 ms. Then lines are
// dropped, and where they are missing a line says how many, as soon as lines are taken again.
// SIGPIPE must be ignored.
class LogWriter {
 public:
  // Makes that line. Called by any thread, one at a time.
  using Missing = std::function<std::string(std::uint64_t lines)>;

  LogWriter(int fd, Missing missing);
  // As close(), within 2 s.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // `line` without its line break; thread-safe. After close() it is not written.
  void write(std::string line);

  // Waits until every line is written; after `deadline` only while lines are taken, and for no
  // reader longer than 8 s. False if lines are left; whoever blocks the descriptor then blocks a
  // thread that nobody waits for.
  bool close(std::chrono::steady_clock::time_point deadline);

 private:
  struct State;
  const std::shared_ptr<State> state_;  // shared with the thread, which may outlive us
  std::thread thread_;
};

}  // namespace zimmock::cli
