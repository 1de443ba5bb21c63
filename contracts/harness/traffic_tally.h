#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "contracts/harness/exchange_judge.h"

namespace zimmock::inline contract {

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
    std::size_t noted = 0;     // broken where that is no fault: a note, or a limit of ours

    std::size_t breaches() const { return broken + allowed + observed + noted; }
  };

  struct Distinct {
    Side side = Side::kClient;
    RuleId rule_id{};
    Severity severity = Severity::kBreach;
    bool allowed = false;
    std::string line;  // Finding::line()
    std::size_t count = 0;
    std::size_t first = 0;  // number of the exchange
  };

  struct Note {
    std::string line;
    bool duplicate = false;  // a message that is stored twice by a mistake of the client
    std::size_t count = 0;
    std::size_t first = 0;
  };

  // One exchange, where a Judgement of it does not exist: a mock's own account of a request.
  struct Entry {
    struct Broken {
      RuleId rule_id;
      Severity severity;
      std::string line;  // Finding::line()
    };
    std::vector<Broken> client_broke;
    RuleSet client_checked;
    std::string note;  // or ""
    bool duplicate = false;
  };

  explicit TrafficTally(VerdictPolicy policy = {}) : policy_(std::move(policy)) {}

  // `number` is what a report calls the exchange.
  void add(const Judgement& judgement, std::size_t number);
  void add(const Entry& entry, std::size_t number);

  std::size_t exchanges() const { return exchanges_; }
  std::size_t broken_exchanges() const { return broken_exchanges_; }    // with a breach that fails
  std::size_t limited_exchanges() const { return limited_exchanges_; }  // with a limit of ours
  std::size_t broken_rules(Side side) const;  // breaches only, and not those allowed
  std::size_t duplicates() const { return duplicates_; }
  // What a verdict fails for.
  bool broken() const;

  // Only those looked at; the client's first, in the registry's order.
  std::vector<Row> rows() const;

  // In the order of their first coming; of more than 10,000 the first.
  const std::vector<Distinct>& findings() const { return findings_; }

  // The first finding of each rule (by side and severity), with the number of all of them and of
  // the distinct ones: what people read. In the order of their first coming.
  struct Group {
    Distinct first;
    std::size_t count = 0;
    std::size_t distinct = 0;
  };
  std::vector<Group> groups() const;
  const std::vector<Note>& notes() const { return notes_; }

 private:
  struct Counts {
    std::size_t kept = 0, broken = 0, allowed = 0, observed = 0, noted = 0;
  };
  using BySide = std::array<Counts, 2>;

  void count(const std::vector<Distinct>& found, const std::array<RuleSet, 2>& checked,
             std::size_t number);
  std::size_t& counter(const Distinct& found);
  void add_finding(const Distinct& found, std::size_t number);
  void add_note(const std::string& line, bool duplicate, std::size_t number);
  bool is_allowed(RuleId id) const { return policy_.allowed.contains(rule(id).id); }

  const VerdictPolicy policy_;
  std::size_t exchanges_ = 0;
  std::size_t broken_exchanges_ = 0;
  std::size_t limited_exchanges_ = 0;
  std::size_t duplicates_ = 0;
  std::array<BySide, kRuleCount> counts_{};
  std::map<std::tuple<Side, Severity, std::string>, std::size_t> finding_index_;
  std::vector<Distinct> findings_;
  std::map<std::string, std::size_t> note_index_;
  std::vector<Note> notes_;
};

}  // namespace zimmock::inline contract
