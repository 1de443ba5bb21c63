#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contracts/harness/exchange_judge.h"

namespace zimmock {

// Sums up the judgements of many exchanges: by rule and side, and each distinct finding once. Used
// by one thread at a time.
class TrafficTally {
 public:
  // Of one rule and one side; exchanges.
  struct Row {
    RuleId rule_id{};
    Side side = Side::kClient;
    std::size_t kept = 0;
    std::size_t broken = 0;    // not allowed to be
    std::size_t allowed = 0;   // broken, and allowed to be
    std::size_t observed = 0;  // an assumed rule that the service does otherwise
  };

  struct Distinct {
    Side side = Side::kClient;
    RuleId rule_id{};
    bool observed = false;
    bool allowed = false;
    std::string line;  // Finding::line()
    std::size_t count = 0;
    std::size_t first = 0;  // number of the exchange
  };

  struct Note {
    std::string line;
    std::size_t count = 0;
    std::size_t first = 0;
  };

  // `allowed`: ids of rules that may be broken.
  explicit TrafficTally(std::set<std::string, std::less<>> allowed = {})
      : allowed_(std::move(allowed)) {}

  // `number` is what a report calls the exchange.
  void add(const Judgement& judgement, std::size_t number);

  std::size_t exchanges() const { return exchanges_; }
  std::size_t broken_rules(Side side) const;  // not those allowed or observed
  bool broken() const { return broken_rules(Side::kClient) + broken_rules(Side::kServer) > 0; }

  // Only those looked at; the client's first, in the registry's order.
  std::vector<Row> rows() const;

  // In the order of their first coming; of more than 10,000 the first.
  const std::vector<Distinct>& findings() const { return findings_; }
  const std::vector<Note>& notes() const { return notes_; }

 private:
  struct Counts {
    std::size_t kept = 0, broken = 0, allowed = 0, observed = 0;
  };
  using BySide = std::array<Counts, 2>;

  void add_finding(const SidedFinding& found, std::size_t number);
  void add_note(const std::string& line, std::size_t number);
  bool is_allowed(RuleId id) const { return allowed_.contains(rule(id).id); }

  const std::set<std::string, std::less<>> allowed_;
  std::size_t exchanges_ = 0;
  std::array<BySide, kRuleCount> counts_{};
  std::map<std::pair<Side, std::string>, std::size_t> finding_index_;
  std::vector<Distinct> findings_;
  std::map<std::string, std::size_t> note_index_;
  std::vector<Note> notes_;
};

}  // namespace zimmock
