#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "contracts/api/clock.h"
#include "mock_server/faults/fault.h"
#include "mock_server/requests/request_record.h"

namespace zimmock::mock {

struct FaultRule {
  std::uint64_t id = 0;  // from 1 in a tenant, in the order added
  Fault fault;
  std::uint64_t matched = 0;  // requests that counted
  std::uint64_t hits = 0;     // requests that it hit
};

struct FaultHit {
  std::string name;  // "drop-reply#1": kind and id
  FaultEffect effect;
};

// The fault rules of one tenant. A request is held against the rules at three points (before its
// body is read, before its effect, after it); at each, every rule that it matches counts it, and
// the first in order that is due hits it. What is drawn follows from the seed, the rule's id and
// its count, so the same requests meet the same faults again. Thread-safe; without rules, no lock.
class FaultRules {
 public:
  // `clock` (the tenant's) must outlive the rules.
  FaultRules(std::uint64_t seed, const Clock& clock) : seed_(seed), clock_(clock) {}

  FaultRule add(Fault fault);
  bool remove(std::uint64_t id);
  // Counts start again with rule 1.
  void clear();
  std::vector<FaultRule> list() const;

  // The hit at one of the three points: kBeforeRead, kBeforeEffect, or kAfterEffect, which is
  // kMidBody's too.
  std::optional<FaultHit> hit(FaultWhen point, const RequestRecord& request);

 private:
  struct Entry {
    FaultRule rule;
    std::int64_t added_ns = 0;
  };
  bool due(const Entry& entry) const;
  std::uint64_t draw(const FaultRule& rule, std::uint64_t salt) const;

  const std::uint64_t seed_;
  const Clock& clock_;
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::uint64_t last_id_ = 0;
};

}  // namespace zimmock::mock
