#include "client/import/importer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "client/import/earlier_imports.h"
#include "client/import/find_import.h"
#include "client/import/lane_positions.h"
#include "client/import/lane_queue.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::size_t kRecordsKept = 5;
constexpr std::int64_t kLongestSleepMs = 500;
constexpr std::int64_t kSignatureExpired = 100000004;

// Keeps the first in the source, each once (both users' imports have the same).
void keep_first(std::map<std::uint64_t, RecordPlace>& places, const RecordPlace& place) {
  places.emplace(place.offset, place);
  if (places.size() > kRecordsKept) places.erase(std::prev(places.end()));
}

// What the threads of one import share.
class Import {
 public:
  Import(const RunContext& context, ImportJournal& journal)
      : context_(context),
        journal_(journal),
        positions_(context.plan, context.gap),
        queue_(context.plan) {}

  ImportReport run() {
    const std::int64_t started_ns = context_.clock.monotonic_ns();
    if (take_up() && wait_for_earlier_run()) {
      std::vector<std::jthread> threads;
      for (int i = 0; i < std::max(context_.threads, 1); ++i) {
        threads.emplace_back([this] { work(); });
      }
    }
    if (const auto flushed = journal_.flush(); !flushed) {
      stop(Stop::kJournal, flushed.error().message);
    }
    report_.duration_ms = (context_.clock.monotonic_ns() - started_ns) / kNanosPerMilli;
    report_.unresolved = static_cast<std::uint64_t>(open_);
    report_.not_sent = context_.plan.counts.imports - report_.done() - report_.unresolved;
    for (RefusalGroup& group : report_.refusals) {
      for (const auto& [offset, place] : refused_places_[group.status.code])
        group.records.push_back({place.line, name_at(context_.source, place)});
    }
    return std::move(report_);
  }

 private:
  // --- what earlier runs have done ---

  // False if the journal cannot be read, or does not fit the plan.
  bool take_up() {
    bool fits = true;
    const auto read = journal_.read([&](const ImportEntry& entry) {
      if (!positions_.take(entry)) fits = false;
      if (fits) count(entry);
    });
    if (!read || !fits) {
      stop(Stop::kError,
           read ? "the journal has imports that the plan does not have" : read.error().message);
      return false;
    }
    report_.before = report_.done();
    context_.board.done = context_.board.before = static_cast<std::int64_t>(report_.before);
    for (Lane lane; lane.list < context_.plan.lists.size(); ++lane.list) {
      if (!positions_.halted().contains(lane))
        queue_.add(lane, positions_.of(lane).next, context_.plan.tagged);
    }
    for (const auto& [lane, entry] : positions_.halted()) stop_or_settle(entry);
    return true;
  }

  void count(const ImportEntry& entry) {
    switch (entry.result.outcome) {
      case ImportOutcome::kImported:
        ++report_.imported;
        break;
      case ImportOutcome::kRecovered:
        ++report_.recovered;
        break;
      case ImportOutcome::kQuarantined: {
        ApiStatus status;
        status.code = entry.result.code;
        note_refused(entry.intent.key, status, entry.result.why);
        break;
      }
      case ImportOutcome::kNotApplied:
      case ImportOutcome::kOpen:
        break;
    }
  }

  void stop_or_settle(const ImportEntry& entry) {
    const ImportKey& key = entry.intent.key;
    if (entry.result.outcome == ImportOutcome::kQuarantined) {
      note_stopped(key, true, entry.result.why);
      return;
    }
    ++open_;
    ++context_.board.in_doubt;
    const Doubt doubt{entry.intent.attempt, entry.intent.timestamp_s,
                      "an earlier run ended before its answer came", 0, 1};
    queue_.park({key.lane, key.record, doubt, context_.plan.tagged},
                after_ms(context_.settle.settle_ms));
  }

  // --- the threads ---

  void work() {
    auto transport = context_.transports();
    if (!transport) return stop(Stop::kError, transport.error().message);
    ZimApi api(**transport, context_.credentials, context_.clock, {}, context_.profile);
    while (!stopped_) {
      auto next = queue_.next(context_.clock.monotonic_ns());
      if (context_.waiter.interrupted()) return stop(Stop::kInterrupted, "interrupted");
      if (next.task) {
        take_turn(api, *std::move(next.task));
      } else if (next.wake_ns) {
        const Waiting waiting(context_.board, WaitReason::kInDoubt, context_.clock);
        // No longer, as another thread may stop the run meanwhile.
        const std::int64_t until_ns = std::min(*next.wake_ns, after_ms(kLongestSleepMs));
        if (!context_.waiter.wait_until(until_ns)) return stop(Stop::kInterrupted, "interrupted");
      } else {
        return;
      }
    }
  }

  void take_turn(ZimApi& api, LaneQueue::Task task) {
    if (task.is_first) return look_for_earlier_run(api, std::move(task));
    go_on(api, std::move(task));
  }

  void go_on(ZimApi& api, LaneQueue::Task task) {
    if (task.doubt) return look(api, std::move(task));
    send(api, std::move(task), 1);
  }

  std::int64_t after_ms(std::int64_t ms) const {
    return context_.clock.monotonic_ns() + ms * kNanosPerMilli;
  }

  std::int64_t now_s() const { return context_.clock.wall_ms() / kMillisPerSecond; }

  // --- sending ---

  void send(ZimApi& api, LaneQueue::Task task, std::int32_t attempt) {
    RecordName name;
    auto message = context_.plan.outgoing(context_.source, task.lane, task.record, &name);
    if (!message) return stop(Stop::kError, message.error().message);
    const ImportPeerMsg request{*std::move(message), context_.plan.owner(task.lane)};
    const PlannedRecord& record = context_.plan.records[task.record];
    ImportIntent intent{{task.lane, task.record},
                        record.place.line,
                        attempt - 1,
                        0,
                        context_.plan.view(task.lane, record),
                        std::move(name)};
    CallSite site{context_.limits.imports, context_.clock, context_.waiter, context_.board};
    const auto answer = call_patiently(site, [&] { return send_signed(api, request, intent); });
    if (journal_failed_) return;
    if (!answer) {
      // All that was sent of it was answered with a code that says to wait, or met no connection.
      if (intent.attempt >= attempt) return not_applied(task, Stop::kInterrupted, "interrupted");
      return stop(Stop::kInterrupted, "interrupted");
    }
    take(std::move(task), intent, *answer);
  }

  // A call that was held up until its signature had expired was not applied: it is made again.
  Result<Answer<ImportAnswer>> send_signed(ZimApi& api, const ImportPeerMsg& request,
                                           ImportIntent& intent) {
    while (true) {
      ++intent.attempt;
      intent.timestamp_s = now_s() - context_.settle.sign_skew_s;
      if (auto noted = journal_.intent(intent); !noted) {
        journal_failed_ = true;
        stop(Stop::kJournal, noted.error().message);
        return fail(ErrorKind::kSystem, noted.error().message);
      }
      auto answer = api.import_peer_msg(request, intent.timestamp_s);
      const bool held_up = now_s() - intent.timestamp_s >= context_.settle.window_s &&
                           context_.settle.sign_skew_s < context_.settle.window_s;
      if (!answer || answer->status.known_code() != kSignatureExpired || !held_up || stopped_)
        return answer;
    }
  }

  void take(LaneQueue::Task task, const ImportIntent& intent,
            const Result<Answer<ImportAnswer>>& answer) {
    if (!answer) return take_error(std::move(task), intent, answer.error());
    const ApiStatus& status = answer->status;
    switch (status.code_class()) {
      case CodeClass::kSuccess:
        return finish(task, {intent.key, ImportOutcome::kImported, answer->value.msg_id,
                             answer->value.msg_seq, 0, ""});
      case CodeClass::kRefused:
        return quarantine(task, status);
      case CodeClass::kInDoubt:
        return doubt(std::move(task), intent, status.line());
      case CodeClass::kCredentials:
        return not_applied(task, Stop::kCredentials, status.line() + hint(status));
      case CodeClass::kWait:
        break;  // call_patiently has waited
    }
  }

  // A signature that expires at once is a matter of clocks, not of credentials.
  std::string hint(const ApiStatus& status) const {
    if (status.known_code() != kSignatureExpired) return "";
    return fmt::format("; --sign-skew leaves {} s between this machine's clock and the service's",
                       context_.settle.window_s - context_.settle.sign_skew_s);
  }

  void take_error(LaneQueue::Task task, const ImportIntent& intent, const Error& error) {
    if (error.kind == ErrorKind::kUnreachable) {
      not_applied(task, Stop::kNoConnection, error.message);
    } else if (error.kind == ErrorKind::kInDoubt || error.kind == ErrorKind::kUnusableAnswer) {
      doubt(std::move(task), intent, error.message);
    } else {
      stop(Stop::kError, error.message);
    }
  }

  void not_applied(const LaneQueue::Task& task, Stop why, const std::string& message) {
    if (!write_result({{task.lane, task.record}, ImportOutcome::kNotApplied, "", 0, 0, ""})) return;
    settle(task);
    stop(why, message);
  }

  void doubt(LaneQueue::Task task, const ImportIntent& intent, std::string why) {
    if (!task.doubt) {
      ++open_;
      ++context_.board.in_doubt;
    }
    const int sends = task.doubt ? task.doubt->sends + 1 : 1;
    task.doubt = Doubt{intent.attempt, intent.timestamp_s, std::move(why), 0, sends};
    queue_.park(std::move(task), after_ms(context_.settle.settle_ms));
  }

  void finish(const LaneQueue::Task& task, const ImportResult& result) {
    if (!write_result(result)) return;
    {
      const std::lock_guard lock(mutex_);
      ++(result.outcome == ImportOutcome::kRecovered ? report_.recovered : report_.imported);
    }
    settle(task);
    ++context_.board.done;
    queue_.done(task);
  }

  void quarantine(const LaneQueue::Task& task, const ApiStatus& status) {
    const ImportKey key{task.lane, task.record};
    const std::string why = status.line();
    if (!write_result({key, ImportOutcome::kQuarantined, "", 0, status.code, why})) return;
    note_refused(key, status, why);
    settle(task);
    ++context_.board.refused;
    ++context_.board.done;
    if (context_.gap == GapPolicy::kContinue || positions_.is_last(key)) return queue_.done(task);
    note_stopped(key, true, why);
  }

  bool write_result(const ImportResult& result) {
    const auto noted = journal_.result(result);
    if (!noted) stop(Stop::kJournal, noted.error().message);
    return noted.has_value();
  }

  // It is known now how the task came out.
  void settle(const LaneQueue::Task& task) {
    if (!task.doubt) return;
    --open_;
    --context_.board.in_doubt;
  }

  // --- looking ---

  void look(ZimApi& api, LaneQueue::Task task) {
    const ImportKey key{task.lane, task.record};
    const bool expired = context_.clock.wall_ms() >= expiry_ms(*task.doubt);
    CallSite site{context_.limits.queries, context_.clock, context_.waiter, context_.board, true};
    {
      const std::lock_guard lock(mutex_);
      ++report_.looks;
    }
    const Look found = find_import(context_, api, site, key);
    if (found.interrupted) return stop(Stop::kInterrupted, "interrupted");
    if (found.landed) {
      return finish(task, {key, ImportOutcome::kRecovered, found.landed->msg_id,
                           found.landed->msg_seq, 0, ""});
    }
    if (found.ambiguous) return leave_open(task, *found.ambiguous);
    if (found.error || found.refused)
      return take_failed_look(std::move(task), found.refused, found.error);
    task.failed_looks = 0;
    if (++task.doubt->absences < 2 || !expired) return wait_for_expiry(std::move(task));
    if (task.doubt->sends >= context_.settle.max_sends)
      return leave_open(task, "sent so often, and never found in its list");
    {
      const std::lock_guard lock(mutex_);
      ++report_.sent_again;
    }
    const std::int32_t attempt = task.doubt->attempt + 1;
    send(api, std::move(task), attempt);
  }

  // When the call cannot be applied any more, by the service's clock too.
  std::int64_t expiry_ms(const Doubt& doubt) const {
    return (doubt.timestamp_s + context_.settle.sign_skew_s) * kMillisPerSecond +
           context_.settle.lands_within_ms();
  }

  void wait_for_expiry(LaneQueue::Task&& task) {
    const std::int64_t left_ms = expiry_ms(*task.doubt) - context_.clock.wall_ms();
    const std::int64_t until_ns = after_ms(std::max(left_ms, context_.settle.settle_ms));
    queue_.park(std::move(task), until_ns);
  }

  void take_failed_look(LaneQueue::Task task, const std::optional<ApiStatus>& refused,
                        const std::optional<Error>& error) {
    const std::string why = refused ? refused->line() : error->message;
    if (refused && refused->code_class() == CodeClass::kCredentials)
      return stop(Stop::kCredentials, why);
    if (error && error->kind == ErrorKind::kUnreachable) return stop(Stop::kNoConnection, why);
    const bool of_service =
        refused || error->kind == ErrorKind::kInDoubt || error->kind == ErrorKind::kUnusableAnswer;
    if (!of_service) return stop(Stop::kError, why);
    // Pages that lead nowhere are not a matter of time, as a lost answer is.
    const bool hopeless = !task.doubt && error && error->kind == ErrorKind::kUnusableAnswer;
    if (hopeless || ++task.failed_looks >= context_.settle.max_failed_looks)
      return leave_open(task, "its list cannot be read: " + why);
    const std::int64_t pause_ms =
        std::max<std::int64_t>(context_.settle.settle_ms, kMillisPerSecond);
    queue_.park(std::move(task), after_ms(pause_ms));
  }

  void leave_open(const LaneQueue::Task& task, const std::string& why) {
    const std::string before = task.doubt ? task.doubt->why + "; " : "";
    note_stopped({task.lane, task.record}, false, before + why);
  }

  // --- what a run with another journal, or a newer one, has done ---

  // Until none of its calls can take effect any more. False if the run was interrupted.
  bool wait_for_earlier_run() {
    if (!context_.adopt_from_ms) return true;
    const Waiting waiting(context_.board, WaitReason::kInDoubt, context_.clock);
    const std::int64_t left_ms = *context_.adopt_from_ms - context_.clock.wall_ms();
    if (context_.waiter.wait_until(after_ms(std::max<std::int64_t>(left_ms, 0)))) return true;
    stop(Stop::kInterrupted, "interrupted");
    return false;
  }

  void look_for_earlier_run(ZimApi& api, LaneQueue::Task task) {
    CallSite site{context_.limits.queries, context_.clock, context_.waiter, context_.board, true};
    const LanePosition& position = positions_.of(task.lane);
    const bool adopts = context_.adopt_from_ms.has_value();
    const EarlierImports earlier =
        look_for_earlier(context_, api, site, task.lane, position, !adopts);
    if (earlier.interrupted) return stop(Stop::kInterrupted, "interrupted");
    if (earlier.unknown && !adopts) return stop_at_earlier(task, earlier);
    // A list that is not given, of a user who could not be registered say: the import will tell,
    // unless the list has some of it already.
    const bool refused =
        earlier.refused && !position.newest && earlier.refused->code_class() == CodeClass::kRefused;
    if (earlier.error || (earlier.refused && !refused))
      return take_failed_look(std::move(task), earlier.refused, earlier.error);
    if (earlier.unknown) return adopt(std::move(task), earlier);
    if (!task.doubt) {
      const auto late = too_late_of(context_, task.lane, position.next, earlier);
      if (!late.empty()) return static_cast<void>(take_over(std::move(task), late));
    }
    task.failed_looks = 0;
    task.is_first = false;
    go_on(api, std::move(task));
  }

  void stop_at_earlier(const LaneQueue::Task& task, const EarlierImports& earlier) {
    const MigrationPlan& plan = context_.plan;
    const auto where = [this, &plan](std::uint32_t record) {
      const RecordPlace& place = plan.records[record].place;
      return place_text(place.line, name_at(context_.source, place));
    };
    const auto& [record, landed] = *earlier.found.rbegin();
    const std::string list = plan.list_id(task.lane).text();
    const auto& newest = positions_.of(task.lane).newest;
    if (!newest) {
      return stop(Stop::kEarlierImports,
                  fmt::format("the {} has {} already, MsgId {}, and this journal "
                              "does not know of it; go on with the journal of the run that put it "
                              "there, or count what the lists have as imported, with --adopt",
                              list, where(record), landed.msg_id));
    }
    stop(Stop::kEarlierImports,
         fmt::format("this journal ends at {} of the {}, and the list has {} of "
                     "this history, MsgId {}: the journal is older than the list (a restored "
                     "backup?); go on with the newest journal, or count what the lists have as "
                     "imported, with --adopt",
                     where(*newest), list, where(record), landed.msg_id));
  }

  void adopt(LaneQueue::Task task, const EarlierImports& earlier) {
    const Lane lane = task.lane;
    if (!take_over(std::move(task), entries_of(context_, lane, positions_.of(lane).next, earlier)))
      return;
    const std::lock_guard lock(mutex_);
    report_.adopted += earlier.found.size();
    report_.recovered += earlier.found.size();
  }

  // False if the journal fails.
  bool take_over(LaneQueue::Task task, const std::vector<ImportEntry>& entries) {
    if (const auto adopted = journal_.adopt(entries); !adopted) {
      stop(Stop::kJournal, adopted.error().message);
      return false;
    }
    settle(task);
    for (const ImportEntry& entry : entries) {
      if (entry.result.outcome == ImportOutcome::kQuarantined)
        note_refused(entry.intent.key, {}, entry.result.why);
    }
    context_.board.before += static_cast<std::int64_t>(entries.size());
    context_.board.done += static_cast<std::int64_t>(entries.size());
    task.record = entries.back().intent.key.record;
    queue_.done(task);
    return true;
  }

  // --- the report ---

  void note_stopped(const ImportKey& key, bool gap, std::string why) {
    const RecordPlace& place = context_.plan.records[key.record].place;
    const NamedRecord record{place.line, name_at(context_.source, place)};
    const std::lock_guard lock(mutex_);
    report_.stopped_lanes.push_back({key.lane, record, gap, std::move(why)});
  }

  void note_refused(const ImportKey& key, const ApiStatus& status, const std::string& why) {
    const std::lock_guard lock(mutex_);
    context_.quarantine.add({key, status.code, why});
    ++report_.quarantined;
    if (status.code == 0) {
      ++report_.passed_over;
      return;
    }
    auto group = std::find_if(report_.refusals.begin(), report_.refusals.end(),
                              [&](const auto& one) { return one.status.code == status.code; });
    if (group == report_.refusals.end()) {
      report_.refusals.push_back({status, 0, {}});
      group = std::prev(report_.refusals.end());
    }
    ++group->count;
    keep_first(refused_places_[status.code], context_.plan.records[key.record].place);
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
  LanePositions positions_;
  LaneQueue queue_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> journal_failed_{false};
  std::atomic<std::int64_t> open_{0};  // imports that may have been applied
  std::mutex mutex_;                   // guards the quarantine and what follows
  ImportReport report_;
  std::map<std::int64_t, std::map<std::uint64_t, RecordPlace>> refused_places_;  // by code
};

}  // namespace

ImportReport run_import(const RunContext& context, ImportJournal& journal) {
  return Import(context, journal).run();
}

}  // namespace zimmock::client
