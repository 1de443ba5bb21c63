#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "contracts/harness/exchange_judge.h"
#include "contracts/harness/import_repeats.h"

namespace zimmock::inline contract {

// Judges recorded exchanges one after another, each by itself and against the ones before: reused
// nonces, the rate, the order of imports, values of Next that were never returned, imports made
// twice, and whether what is read back is what was stored. In the order of the requests, as far as
// that is known. Remembers about a million things, then begins anew with lists and imports: memory
// is bounded, and what is forgotten is not held against anybody. Used by one thread at a time.
class TrafficJudge {
 public:
  explicit TrafficJudge(JudgeOptions options) : options_(std::move(options)) {}

  Judgement judge(const RecordedExchange& exchange);

 private:
  static constexpr std::size_t kMaxRemembered = 1'000'000;

  // Keys that were seen, the newest at least; twice as many as it is told are kept.
  class Recent {
   public:
    // True if it was there; it is there afterwards.
    bool seen(const std::string& key);

   private:
    std::unordered_set<std::string> recent_, older_;
  };

  // One reading of a list from Next 0 on.
  struct Walk {
    std::unordered_map<std::int64_t, std::size_t> page_of;  // by MsgSeq
  };
  struct Place {
    std::shared_ptr<Walk> walk;
    std::size_t page = 0;
    std::optional<std::int64_t> last_time_ms;
  };
  struct List {
    std::optional<std::int64_t> newest_ms;                  // imported
    std::unordered_map<std::int64_t, std::string> msg_ids;  // of the imports' answers, by MsgSeq
    std::unordered_map<std::int64_t, Place> places;         // by the Next that leads there
    bool begun = false;                                     // read from Next 0
  };
  List& list_of(const ReadCall& call, const ListId& list);
  std::deque<std::int64_t>& calls_of(const ReadCall& call);
  void before(const RecordedExchange& exchange, ReadCall& call);
  void check_rate(std::int64_t at_ms, ReadCall& call);
  void check_import(const RecordedExchange& exchange, ReadCall& call);
  void after(const RecordedExchange& exchange, ReadCall& call);
  void note_import(ReadCall& call, const RecordedExchange& exchange);
  void follow_page(ReadCall& call);
  void follow_items(const nlohmann::json& items, const Place& place, List& list, ReadCall& call,
                    std::optional<std::int64_t>& last_time_ms);
  void forget_if_full();

  const JudgeOptions options_;
  Recent nonces_;
  std::map<std::string, std::deque<std::int64_t>> calls_ms_;  // admitted, by App and operation
  std::unordered_map<std::string, List> lists_;
  ImportRepeats imports_;
  std::size_t remembered_ = 0;
};

}  // namespace zimmock::inline contract
