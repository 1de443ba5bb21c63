#include "cli/mock/log_writer.h"

#include <climits>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "cli/output.h"

namespace zimmock::cli {
namespace {

using MonotonicClock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kQueueBytes = std::size_t{8} << 20;
constexpr auto kBlocked = 100ms;
// How much longer than asked for one that takes lines is waited for.
constexpr auto kSlowReader = 8s;

bool is_file(int fd) {
  struct stat about {};
  return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

}  // namespace

struct LogWriter::State {
  struct Line {
    std::string text;              // with its line break
    std::uint64_t stands_for = 1;  // lines; more where it says how many are missing
  };

  State(int descriptor, Missing note)
      : fd(descriptor), never_drops(is_file(descriptor)), missing(std::move(note)) {}

  // --- with the mutex held ---

  bool fits(const std::string& line) const {
    return lines.empty() || queued_bytes + line.size() <= kQueueBytes;
  }
  bool is_blocked() const {
    return !never_drops && taking_since && MonotonicClock::now() - *taking_since >= kBlocked;
  }
  void push(Line line) {
    queued_bytes += line.text.size();
    lines.push_back(std::move(line));
    changed.notify_all();
  }
  void push_missing() {
    const std::uint64_t count = std::exchange(dropped, 0);
    push({missing(count) + "\n", count});
  }
  // Whole lines, as many as a pipe takes at once; one that is longer goes alone.
  std::vector<Line> take() {
    std::vector<Line> out;
    std::size_t bytes = 0;
    while (!lines.empty() && (out.empty() || bytes + lines.front().text.size() <= PIPE_BUF)) {
      bytes += lines.front().text.size();
      out.push_back(std::move(lines.front()));
      lines.pop_front();
    }
    queued_bytes -= bytes;
    changed.notify_all();
    return out;
  }

  // --- of the writing thread ---

  void run();
  bool put(const std::vector<Line>& batch);
  void count_lost(const std::vector<Line>& batch, std::size_t written);

  const int fd;
  const bool never_drops;
  const Missing missing;
  bool failing = false;           // its last write did
  bool ends_within_line = false;  // and left the beginning of a line

  std::mutex mutex;  // of everything below
  std::condition_variable changed;
  std::deque<Line> lines;
  std::size_t queued_bytes = 0;
  std::uint64_t dropped = 0;                               // since the last line that was queued
  std::optional<MonotonicClock::time_point> taking_since;  // a write waits since then
  bool closing = false;
  bool abandoned = false;  // nobody waits for the thread any more
  bool done = false;
};

void LogWriter::State::run() {
  std::unique_lock lock(mutex);
  while (!abandoned) {
    if (lines.empty() && dropped > 0 && !failing) push_missing();
    if (lines.empty() && closing) break;
    if (lines.empty()) {
      changed.wait(lock);
      continue;
    }
    const std::vector<Line> batch = take();
    taking_since = MonotonicClock::now();
    lock.unlock();
    const bool written = put(batch);
    lock.lock();
    taking_since.reset();
    failing = !written;
  }
  done = true;
  changed.notify_all();
}

bool LogWriter::State::put(const std::vector<Line>& batch) {
  std::string text = ends_within_line ? "\n" : "";
  const std::size_t before = text.size();
  for (const Line& line : batch) text += line.text;
  std::string_view left = text;
  while (!left.empty()) {
    // A file takes it in one piece, among the lines of others too.
    const Taken taken = write_some(fd, left, never_drops ? left.size() : PIPE_BUF, kBlocked);
    const std::lock_guard lock(mutex);
    if (taken == Taken::kSome) taking_since = MonotonicClock::now();
    if (taken == Taken::kNone && abandoned) return false;
    if (taken != Taken::kFailed) continue;
    const std::size_t written = text.size() - left.size();
    if (written > 0) ends_within_line = text[written - 1] != '\n';
    count_lost(batch, written > before ? written - before : 0);
    return false;
  }
  ends_within_line = false;
  return true;
}

void LogWriter::State::count_lost(const std::vector<Line>& batch, std::size_t written) {
  std::size_t end = 0;
  for (const Line& line : batch) {
    end += line.text.size();
    if (end > written) dropped += line.stands_for;
  }
}

LogWriter::LogWriter(int fd, Missing missing)
    : state_(std::make_shared<State>(fd, std::move(missing))) {}

LogWriter::~LogWriter() { close(MonotonicClock::now() + 2s); }

void LogWriter::write(std::string line) {
  line += '\n';
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (!state.closing && !thread_.joinable()) {
    thread_ = std::thread([shared = state_] { shared->run(); });
  }
  while (!state.closing && !state.fits(line)) {
    if (state.is_blocked()) {
      ++state.dropped;
      return;
    }
    state.changed.wait_for(lock, kBlocked);
  }
  if (state.closing) return;
  if (state.dropped > 0) state.push_missing();
  state.push({std::move(line)});
}

bool LogWriter::close(MonotonicClock::time_point deadline) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.closing = true;
  state.changed.notify_all();
  if (!thread_.joinable()) return !state.abandoned;
  for (auto now = MonotonicClock::now(); !state.done; now = MonotonicClock::now()) {
    if (now >= deadline && state.is_blocked()) break;
    if (now >= deadline + kSlowReader && !state.never_drops) break;
    state.changed.wait_until(lock, now < deadline ? deadline : now + kBlocked);
  }
  state.abandoned = !state.done;
  lock.unlock();
  if (state.abandoned) {
    thread_.detach();
  } else {
    thread_.join();
  }
  return !state.abandoned;
}

}  // namespace zimmock::cli
