#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "contracts/harness/import_repeats.h"
#include "contracts/harness/traffic_tally.h"
#include "mock_server/service/service.h"

namespace zimmock::cli {

// What a mock of ours was sent, weighed as recorded traffic is. The mock knows what it stored, so
// that a message that is stored twice is seen here and nowhere else.
class ServedCalls {
 public:
  explicit ServedCalls(VerdictPolicy policy) : tally_(std::move(policy)) {}

  // Thread-safe; a RequestObserver.
  void add(const mock::RequestRecord& record);

  // After the mock has stopped.
  const TrafficTally& tally() const { return tally_; }

 private:
  void note_import(const mock::RequestRecord& record, TrafficTally::Entry& entry);

  std::mutex mutex_;
  TrafficTally tally_;
  ImportRepeats imports_;
};

// What broke the contract and what is worth knowing, a line each: "2 x import.type: ...", "note: 1
// x auth.nonce-form: ...". Breaches that are allowed have none.
std::vector<std::string> served_lines(const TrafficTally& tally);

}  // namespace zimmock::cli
