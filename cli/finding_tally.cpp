#include "cli/finding_tally.h"

#include <algorithm>

#include <fmt/format.h>

namespace zimmock::cli {
namespace {

constexpr std::size_t kShown = 20;
constexpr std::size_t kKept = 10'000;  // bounds the memory; a finding quotes what was sent

}  // namespace

void FindingTally::add(const RequestRecord& record) {
  const std::lock_guard lock(mutex_);
  ++requests_;
  bool broken = false;
  for (const BrokenRule& rule : record.rules_broken) broken = add_line(rule.line) || broken;
  if (broken) ++broken_requests_;
}

// True when the finding counts. A line begins with the rule's id.
bool FindingTally::add_line(std::string_view line) {
  if (allowed_.contains(line.substr(0, line.find(':')))) return false;
  const auto found = index_.find(line);
  if (found != index_.end()) {
    ++counts_[found->second].second;
  } else if (counts_.size() < kKept) {
    index_.emplace(line, counts_.size());
    counts_.emplace_back(line, 1);
  } else {
    overflowed_ = true;
  }
  return true;
}

std::size_t FindingTally::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t FindingTally::broken_requests() const {
  const std::lock_guard lock(mutex_);
  return broken_requests_;
}

std::vector<std::string> FindingTally::lines() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(counts_.size(), kShown); ++i) {
    out.push_back(fmt::format("{} × {}", counts_[i].second, counts_[i].first));
  }
  if (counts_.size() > kShown) {
    out.push_back(fmt::format("and {}{} more distinct findings", overflowed_ ? "more than " : "",
                              counts_.size() - kShown));
  }
  return out;
}

}  // namespace zimmock::cli
