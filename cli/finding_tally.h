#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mock_server/service.h"

namespace zimmock::cli {

// Counts the rules that requests broke, refused or merely reported. Thread-safe.
class FindingTally {
 public:
  // `allowed`: ids of rules that may be broken.
  explicit FindingTally(std::set<std::string, std::less<>> allowed)
      : allowed_(std::move(allowed)) {}

  void add(const RequestRecord& record);

  std::size_t requests() const;
  std::size_t broken_requests() const;

  // "3 × import.type: /MessageType: expected 1, ..., got 99": each distinct finding, in the order
  // of their first coming; of more than 20 the number of the others in a last line. Empty when
  // there was none.
  std::vector<std::string> lines() const;

 private:
  bool add_line(std::string_view line);

  const std::set<std::string, std::less<>> allowed_;
  mutable std::mutex mutex_;
  std::size_t requests_ = 0;
  std::size_t broken_requests_ = 0;
  std::map<std::string, std::size_t, std::less<>> index_;  // into counts_
  std::vector<std::pair<std::string, std::size_t>> counts_;
  bool overflowed_ = false;  // a finding was not kept
};

}  // namespace zimmock::cli
