#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// What a check found out: `refusals` break the call, in the order in which they are checked;
// `warnings` are reported only. `checked` has every rule that was looked at, kept or broken: one
// whose turn did not come (a media rule and a text message) is not in it.
struct Findings {
  std::vector<Finding> refusals;
  std::vector<Finding> warnings;
  RuleSet checked;

  bool ok() const { return refusals.empty(); }
  void check(RuleId id) { checked.add(id); }

  // A rule that is broken has been checked.
  void refuse(Finding finding);
  void warn(Finding finding);
  void refuse(RuleId id, std::string pointer, std::string expected, std::string got);
  void warn(RuleId id, std::string pointer, std::string expected, std::string got);
};

// Refuses a text of more than `max` bytes. One that is not there keeps the rule, unchecked.
void check_max_bytes(const std::optional<std::string>& text, std::size_t max, RuleId rule_id,
                     std::string pointer, Findings& findings);

// A T that was read from a body, and what the body breaks.
template <typename T>
struct Checked {
  T value;  // what could be read; meaningful in full only if findings.ok()
  Findings findings;
};

// Reads the members of one JSON object by name and type, noting what is missing, of another type or
// unknown. Used for request bodies and for the documents inside a Message alike; the rules that are
// broken are body.member-* there and media.member here. The object and the findings must outlive
// it.
class FieldReader {
 public:
  enum class Kind { kBody, kMedia };

  FieldReader(const nlohmann::json& object, std::string pointer, Findings& findings,
              Kind kind = Kind::kBody);

  // Required: a missing member is a refusal. What cannot be had is nothing.
  std::optional<std::string> required_string(std::string_view name);
  std::optional<std::int64_t> required_int(std::string_view name);
  const nlohmann::json* required_object(std::string_view name);
  const nlohmann::json* required_array(std::string_view name);

  // Optional: a missing member is nothing; one of another type (null too) is a refusal.
  std::optional<std::string> optional_string(std::string_view name);
  std::optional<std::int64_t> optional_int(std::string_view name);
  std::optional<bool> optional_bool(std::string_view name);
  const nlohmann::json* optional_object(std::string_view name);

  // A known member that nobody reads here; true if it is there.
  bool has(std::string_view name);

  // Call last: every member not asked for above is a warning, or a refusal if `refuse`.
  void report_unknown(bool refuse = false);

  std::string pointer(std::string_view name) const;

 private:
  enum class Type { kString, kInteger, kObject, kArray, kBoolean };
  const nlohmann::json* find(std::string_view name, Type type, bool required);

  const nlohmann::json& object_;
  std::string pointer_;
  Findings& findings_;
  Kind kind_;
  std::vector<std::string_view> asked_;
};

}  // namespace zimmock::inline contract
