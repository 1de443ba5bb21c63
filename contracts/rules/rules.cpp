#include "contracts/rules/rules.h"

#include <fmt/format.h>

namespace zimmock {
namespace {

using enum Mark;
using enum Binds;

constexpr std::int64_t kInvalid = 660000002;
constexpr std::int64_t kBodyUnreadable = 100000012;

constexpr Rule kRules[] = {
#define RULE(name, id, mark, binds, code, section, statement) \
  {RuleId::name, id, mark, binds, code, section, statement},
#include "contracts/rules/rules.inc"
#undef RULE
};

}  // namespace

std::span<const Rule> all_rules() { return kRules; }

const Rule& rule(RuleId id) { return kRules[static_cast<std::size_t>(id)]; }

const Rule* find_rule(std::string_view id) {
  for (const Rule& candidate : kRules) {
    if (candidate.id == id) return &candidate;
  }
  return nullptr;
}

std::string_view to_string(Mark mark) {
  switch (mark) {
    case kDocumented:
      return "documented";
    case kInferred:
      return "inferred";
    case kAssumed:
      return "assumed";
  }
  return "";
}

std::string_view to_string(Binds binds) {
  switch (binds) {
    case kServer:
      return "server";
    case kClient:
      return "client";
    case kBoth:
      return "both";
  }
  return "";
}

std::string Finding::line() const {
  const std::string where = pointer.empty() ? "" : pointer + ": ";
  return fmt::format("{}: {}expected {}, got {}", rule(rule_id).id, where, expected, got);
}

}  // namespace zimmock
