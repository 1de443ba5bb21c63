#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "mock_server/requests/request_filter.h"
#include "mock_server/requests/request_record.h"

namespace zimmock::mock {

struct RequestJournalLimits {
  std::size_t entries = 10'000;               // 0: nothing is kept
  std::size_t bytes = std::size_t{16} << 20;  // of bodies and answers, about
};

using JournalEntry = std::shared_ptr<const RequestRecord>;

// The requests that a tenant has answered, the newest within the limits; what falls out is counted.
// Thread-safe. add(): O(1). Everything with a filter: O(entries).
class RequestJournal {
 public:
  explicit RequestJournal(const RequestJournalLimits& limits = {}) : limits_(limits) {}

  // Keeps the record and gives it its seq and its place among the attempts; returns the seq.
  std::uint64_t add(RequestRecord record);

  // Notes what became of a request later. Nothing happens if it has fallen out.
  void set_effect(std::uint64_t seq, Effect effect, std::int64_t code);

  // Those that match, oldest first; with a limit, the newest of them.
  std::vector<JournalEntry> find(const RequestFilter& filter, std::size_t limit = SIZE_MAX) const;
  std::uint64_t count(const RequestFilter& filter) const;

  // How many have fallen out since the last clear().
  std::uint64_t dropped() const;
  std::uint64_t size() const;

  // Blocks until `count` requests match, of those in the journal at the call and those that come.
  // False after `timeout_ms`, or when cancel() was called. O(entries) once, then each new one once.
  bool wait(const RequestFilter& filter, std::uint64_t count, std::int64_t timeout_ms) const;

  // Empties it; seq goes on.
  void clear();

  // Ends every wait, those to come as well.
  void cancel();

 private:
  struct Group {
    std::uint64_t first = 0;
    std::uint64_t attempts = 0;
    std::uint64_t kept = 0;                                 // entries in the journal
    std::unordered_map<std::size_t, std::uint64_t> nonces;  // of those entries: how often
  };

  void group(RequestRecord& record);
  void drop_oldest();
  std::uint64_t count_locked(const RequestFilter& filter) const;
  std::deque<JournalEntry>::const_iterator first_after(std::uint64_t seq) const;

  const RequestJournalLimits limits_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<JournalEntry> entries_;
  std::unordered_map<std::size_t, Group> groups_;
  std::size_t bytes_ = 0;
  std::uint64_t last_seq_ = 0;
  std::uint64_t dropped_ = 0;
  bool cancelled_ = false;
};

}  // namespace zimmock::mock
