#include "contracts/rules/rules.h"

#include <fmt/format.h>

namespace zimmock::inline contract {
namespace {

using enum Mark;
using enum Binds;

constexpr std::int64_t kInvalid = 660000002;
constexpr std::int64_t kBodyUnreadable = 100000012;

#define PAGE(name, title, url) constexpr Page name{title, url};
#include "contracts/rules/rules.inc"

constexpr Rule kRules[] = {
#define RULE(name, id, mark, binds, code, section, page, settings, statement) \
  {RuleId::name, id, mark, binds, code, section, &page, settings, statement},
#include "contracts/rules/rules.inc"
};

constexpr Unruled kUnruled[] = {
    {"1", "The service is at zim-api.zego.im or six regional hosts, by HTTPS only",
     "where a service is called is given to a run; what else it listens on is not tried"},
    {"1",
     "The codes 1, 2, 3, 7, 50014, 51102, 105001 and 100000010 to 100000017 that no rule names",
     "they say that something inside the service failed, which no call can bring about"},
    {"2", "People paste the vendor's list of characters with its full-width commas",
     "a note on clients; the character itself is refused by user-id.characters"},
    {"4", "The rate and the retention can be bought", "a setting of the App, given to a run"},
    {"5", "The limits of Message can be raised by the vendor", "a setting of the profile"},
    {"7", "The recall window can be raised by arrangement", "a setting of the profile"},
    {"9", "The order of a migration, and merging of two source apps",
     "a procedure of the client over many calls; zimmock migrate follows it"},
};

}  // namespace

std::span<const Unruled> unruled_statements() { return kUnruled; }

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

}  // namespace zimmock::inline contract
