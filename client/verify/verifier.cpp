#include "client/verify/verifier.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

#include "client/api/list_reader.h"

namespace zimmock::client {
namespace {

void add(ListComparison& to, const ListComparison& one) {
  to.same += one.same;
  to.missing += one.missing;
  to.differs += one.differs;
  to.unread += one.unread;
  to.extra += one.extra;
  to.emptied += one.emptied;
  to.misplaced += one.misplaced;
  to.ties_reordered += one.ties_reordered;
  to.repeated += one.repeated;
  for (std::size_t i = 0; i < kBodyNoteCount; ++i) to.notes[i] += one.notes[i];
  to.urls.add(one.urls);
}

constexpr int kFailuresInARow = 10;

// What the threads of one verification share.
class Verification {
 public:
  Verification(const RunContext& context, const std::function<void(const Mismatch&)>& sink,
               std::int64_t settle_ms)
      : context_(context), sink_(sink), settle_ms_(settle_ms) {
    const MigrationPlan& plan = context.plan;
    for (const Conversation& one : plan.conversations) {
      if (!plan.has_imports(one)) continue;
      for (std::uint32_t list = one.first_list; list < one.end_list; ++list)
        lanes_.push_back({list});
    }
  }

  VerifyReport run() {
    const std::int64_t started_ns = context_.clock.monotonic_ns();
    read_all();
    if (!lacking_.empty() && !stopped_ && wait_for_the_lacking()) read_all();
    judge_moved();
    report_.duration_ms = (context_.clock.monotonic_ns() - started_ns) / kNanosPerMilli;
    return std::move(report_);
  }

 private:
  void read_all() {
    std::vector<std::jthread> threads;
    for (int i = 0; i < std::max(context_.threads, 1); ++i) {
      threads.emplace_back([this] { work(); });
    }
  }

  // Now that all URLs are known: what moved in one way is the same.
  void judge_moved() {
    ListComparison& totals = report_.totals;
    const std::vector<Mismatch> moved = std::exchange(totals.moved, {});
    if (totals.urls.one_way()) {
      totals.same += moved.size();
      return;
    }
    totals.differs += moved.size();
    for (const Mismatch& one : moved) sink_(one);
  }

  bool wait_for_the_lacking() {
    const Waiting waiting(context_.board, WaitReason::kInDoubt, context_.clock);
    const std::int64_t until_ns = context_.clock.monotonic_ns() + settle_ms_ * kNanosPerMilli;
    settle_ms_ = 0;
    lanes_ = std::exchange(lacking_, {});
    next_lane_ = 0;
    if (context_.waiter.wait_until(until_ns)) return true;
    stop(Stop::kInterrupted, "interrupted");
    return false;
  }

  void work() {
    auto transport = context_.transports();
    if (!transport) return stop(Stop::kError, transport.error().message);
    ZimApi api(**transport, context_.credentials, context_.clock, {}, context_.profile);
    CallSite site{context_.limits.queries, context_.clock, context_.waiter, context_.board, true};
    while (!stopped_) {
      const std::size_t index = next_lane_++;
      if (index >= lanes_.size()) return;
      if (auto compared = compare(api, site, lanes_[index]); !compared) {
        stop(Stop::kError, compared.error().message);
      }
    }
  }

  // The Error is the source's.
  Result<void> compare(ZimApi& api, CallSite& site, Lane lane) {
    auto expected = ExpectedList::make(context_.plan, context_.source, context_.quarantine, lane);
    if (!expected) return tl::unexpected(expected.error());
    std::optional<Error> source_error;
    std::int64_t seen = 0;
    const ListRead read = read_list(api, site, context_.plan.list_id(lane),
                                    [&](const QueryItem& item) -> Result<bool> {
                                      ++context_.board.done;
                                      ++seen;
                                      if (auto fits = expected->see(item); !fits) {
                                        source_error = fits.error();
                                        return tl::unexpected(fits.error());
                                      }
                                      return true;
                                    });
    if (source_error) return tl::unexpected(*source_error);
    if (read.interrupted) {
      stop(Stop::kInterrupted, "interrupted");
      return {};
    }
    if (read.refused && read.refused->code_class() == CodeClass::kCredentials) {
      stop(Stop::kCredentials, read.refused->line());
      return {};
    }
    if (read.error && gives_up(*read.error)) {
      stop(Stop::kNoConnection, read.error->message);
      return {};
    }
    if (!read.error) failures_in_a_row_ = 0;
    std::optional<std::string> unreadable;
    if (read.refused) unreadable = read.refused->line();
    if (read.error) unreadable = read.error->message;
    auto comparison = expected->finish(unreadable);
    if (!comparison) return tl::unexpected(comparison.error());
    comparison->repeated = read.repeated;
    if (settle_ms_ > 0 && comparison->missing > 0 && !unreadable) {
      context_.board.done -= seen;
      const std::lock_guard lock(mutex_);
      lacking_.push_back(lane);
      return {};
    }
    take(*std::move(comparison), !unreadable, read.refused.has_value());
    return {};
  }

  // After all the tries of one call: a service that cannot be reached, or fails list after list,
  // will not give the next one either.
  bool gives_up(const Error& error) {
    return error.kind == ErrorKind::kUnreachable || ++failures_in_a_row_ >= kFailuresInARow;
  }

  void take(ListComparison comparison, bool complete, bool refused) {
    const std::lock_guard lock(mutex_);
    add(report_.totals, comparison);
    std::move(comparison.moved.begin(), comparison.moved.end(),
              std::back_inserter(report_.totals.moved));
    if (refused) ++report_.refused_lists;
    ++(complete ? report_.lists : report_.unreadable_lists);
    if (comparison.misplaced > 0) ++report_.lists_out_of_order;
    for (const Mismatch& mismatch : comparison.mismatches) sink_(mismatch);
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
  const std::function<void(const Mismatch&)>& sink_;
  std::int64_t settle_ms_;  // 0 once the wait is over
  std::vector<Lane> lanes_;
  std::vector<Lane> lacking_;  // to be read once more
  std::atomic<std::size_t> next_lane_{0};
  std::atomic<int> failures_in_a_row_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // guards report_, lacking_ and the sink
  VerifyReport report_;
};

}  // namespace

bool VerifyReport::verified(bool extra_allowed) const {
  return stop == Stop::kNone && unreadable_lists == 0 && lists_out_of_order == 0 &&
         totals.missing == 0 && totals.differs == 0 && totals.unread == 0 &&
         (extra_allowed || totals.extra == 0);
}

VerifyReport run_verification(const RunContext& context,
                              const std::function<void(const Mismatch&)>& sink,
                              std::int64_t settle_ms) {
  return Verification(context, sink, settle_ms).run();
}

}  // namespace zimmock::client
