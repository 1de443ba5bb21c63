#pragma once

// The registry: every rule of the contract that this program checks, once. What is refused,
// reported and graded is named by these ids; they are stable.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace zimmock::inline contract {

// How the fact is known; docs/zim-api.md says which.
enum class Mark { kDocumented, kInferred, kAssumed };

enum class Binds { kServer, kClient, kBoth };

enum class RuleId {
#define RULE(name, id, mark, binds, code, section, page, settings, statement) name,
#include "contracts/rules/rules.inc"
};

inline constexpr std::size_t kRuleCount = 0
#define RULE(name, id, mark, binds, code, section, page, settings, statement) +1
#include "contracts/rules/rules.inc"
    ;

// Some of the rules: the ones that were checked, say. As cheap to copy as two integers.
class RuleSet {
 public:
  void add(RuleId id) { rules_.set(static_cast<std::size_t>(id)); }
  bool contains(RuleId id) const { return rules_.test(static_cast<std::size_t>(id)); }
  std::size_t size() const { return rules_.count(); }
  RuleSet& operator|=(const RuleSet& others) {
    rules_ |= others.rules_;
    return *this;
  }
  bool operator==(const RuleSet&) const = default;

 private:
  std::bitset<kRuleCount> rules_;
};

// A page of the vendor's documentation.
struct Page {
  std::string_view title;
  std::string_view address;  // "" where it is not known
};

struct Rule {
  RuleId rule_id;
  std::string_view id;  // "import.send-time-not-in-future"
  Mark mark;
  Binds binds;
  std::int64_t code;           // of the refusal; 0 when it is only reported
  std::string_view section;    // of docs/zim-api.md
  const Page* page;            // that the fact comes from, or would be on
  std::string_view settings;   // of the profile that change it; names with spaces between, or ""
  std::string_view statement;  // one sentence
};

// The contract's version: the month in which the vendor's pages were read. Results name it.
inline constexpr std::string_view kContractVersion = "2026-08";

// What the documents say and no rule holds, because no call can show it.
struct Unruled {
  std::string_view section;
  std::string_view statement;
  std::string_view why;
};
std::span<const Unruled> unruled_statements();

std::span<const Rule> all_rules();
const Rule& rule(RuleId id);

// The rule with that id, or nullptr.
const Rule* find_rule(std::string_view id);

std::string_view to_string(Mark mark);
std::string_view to_string(Binds binds);

// Something broke a rule of the contract: the third kind of bad.
struct Finding {
  RuleId rule_id;
  std::string pointer;   // JSON Pointer into the body; "?Name" for a query parameter
  std::string expected;  // ASCII
  std::string got;       // ASCII; the input quoted

  // "import.type: /MessageType: expected 1, 10, ..., got 99"
  std::string line() const;
};

}  // namespace zimmock::inline contract
