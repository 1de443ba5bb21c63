#include "client/importer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "client/lane_queue.h"

namespace zimmock {
namespace {

constexpr std::size_t kLinesKept = 5;

// Keeps the smallest line numbers, ascending, each once (both users' imports have the same).
void keep_line(std::vector<std::uint32_t>& lines, std::uint32_t line) {
  const auto at = std::lower_bound(lines.begin(), lines.end(), line);
  if (at != lines.end() && *at == line) return;
  lines.insert(at, line);
  if (lines.size() > kLinesKept) lines.pop_back();
}

// What the threads of one import share.
class Import {
 public:
  Import(const RunContext& context, ImportJournal& journal)
      : context_(context),
        journal_(journal),
        queue_(context.plan),
        limiter_(context.calls_per_second, context.clock, context.waiter) {}

  ImportReport run() {
    const std::int64_t started_ns = context_.clock.monotonic_ns();
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < std::max(context_.threads, 1); ++i) {
        threads.emplace_back([this] { work(); });
      }
    }
    report_.duration_ms = (context_.clock.monotonic_ns() - started_ns) / kNanosPerMilli;
    report_.not_sent =
        context_.plan.counts.imports - report_.imported - report_.refused - report_.in_doubt.size();
    return std::move(report_);
  }

 private:
  void work() {
    auto transport = context_.transports();
    if (!transport) return stop(Stop::kError, transport.error().message);
    ZimApi api(**transport, context_.credentials, context_.clock);
    CallSite site{limiter_, context_.clock, context_.waiter, context_.board};
    while (!stopped_) {
      const auto task = queue_.next();
      if (!task) return;
      if (context_.waiter.interrupted()) return stop(Stop::kInterrupted, "interrupted");
      if (import_one(api, site, *task)) queue_.done(*task);
    }
  }

  // True if the lane may go on.
  bool import_one(ZimApi& api, CallSite& site, const LaneQueue::Task& task) {
    const PlannedRecord& planned = context_.plan.records[task.record];
    auto record = context_.source.read_at(planned.place);
    if (!record) {
      stop(Stop::kError, record.error().message);
      return false;
    }
    ImportPeerMsg& message = record->message;
    message.send_time_ms = planned.time_ms;
    message.imported_user_id = context_.plan.viewer(task.lane);
    ImportKey key{task.lane, planned.place, 0};
    const auto answer = call_patiently(site, [&] { return send(api, message, key); });
    if (!answer) {
      stop(Stop::kInterrupted, "interrupted");
      return false;
    }
    return take(task, *answer);
  }

  Result<Answer<ImportAnswer>> send(ZimApi& api, const ImportPeerMsg& message, ImportKey& key) {
    ++key.attempt;
    if (auto noted = journal_.intent(key); !noted) {
      stop(Stop::kError, noted.error().message);
      return fail(ErrorKind::kSystem, noted.error().message);
    }
    auto answer = api.import_peer_msg(message);
    if (auto noted = journal_.result(key, answer); !noted) {
      stop(Stop::kError, noted.error().message);
    }
    return answer;
  }

  bool take(const LaneQueue::Task& task, const Result<Answer<ImportAnswer>>& answer) {
    const std::uint32_t line = context_.plan.records[task.record].place.line;
    if (!answer) return take_error(task, line, answer.error());
    const ApiStatus& status = answer->status;
    switch (status.code_class()) {
      case CodeClass::kSuccess:
        note_imported();
        return true;
      case CodeClass::kRefused:
        note_refused(status, line);
        return true;
      case CodeClass::kInDoubt:
        note_in_doubt({task.lane, line, status.line()});
        return false;
      case CodeClass::kCredentials:
        stop(Stop::kCredentials, status.line());
        return false;
      case CodeClass::kWait:
        break;  // call_patiently has waited
    }
    return false;
  }

  bool take_error(const LaneQueue::Task& task, std::uint32_t line, const Error& error) {
    if (error.kind == ErrorKind::kUnreachable) {
      stop(Stop::kNoConnection, error.message);
    } else if (error.kind == ErrorKind::kInDoubt || error.kind == ErrorKind::kUnusableAnswer) {
      note_in_doubt({task.lane, line, error.message});
    } else {
      stop(Stop::kError, error.message);
    }
    return false;
  }

  void note_imported() {
    const std::lock_guard lock(mutex_);
    ++report_.imported;
    ++context_.board.done;
  }

  void note_refused(const ApiStatus& status, std::uint32_t line) {
    const std::lock_guard lock(mutex_);
    ++report_.refused;
    ++context_.board.refused;
    ++context_.board.done;
    auto group = std::find_if(report_.refusals.begin(), report_.refusals.end(),
                              [&](const auto& one) { return one.status.code == status.code; });
    if (group == report_.refusals.end()) {
      report_.refusals.push_back({status, 0, {}});
      group = std::prev(report_.refusals.end());
    }
    ++group->count;
    keep_line(group->lines, line);
  }

  void note_in_doubt(InDoubt in_doubt) {
    const std::lock_guard lock(mutex_);
    ++context_.board.in_doubt;
    ++context_.board.done;
    report_.in_doubt.push_back(std::move(in_doubt));
  }

  // The first reason counts.
  void stop(Stop why, std::string message) {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (report_.stop != Stop::kNone) return;
    report_.stop = why;
    report_.stop_message = std::move(message);
  }

  const RunContext& context_;
  ImportJournal& journal_;
  LaneQueue queue_;
  RateLimiter limiter_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // guards report_
  ImportReport report_;
};

}  // namespace

ImportReport run_import(const RunContext& context, ImportJournal& journal) {
  return Import(context, journal).run();
}

}  // namespace zimmock
