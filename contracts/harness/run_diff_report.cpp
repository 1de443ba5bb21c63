#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/text.h"
#include "contracts/harness/run_diff.h"
#include "contracts/harness/run_json.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

constexpr DiffClass kClasses[] = {DiffClass::kSame,          DiffClass::kMockWrong,
                                  DiffClass::kDocumentWrong, DiffClass::kDocumentSilent,
                                  DiffClass::kChanged,       DiffClass::kUnverified};

std::string class_word(DiffClass diff_class) {
  std::string out(to_string(diff_class));
  std::replace(out.begin(), out.end(), ' ', '_');
  return out;
}

std::string side_line(std::string_view letter, const RunSide& side) {
  return fmt::format("{}  {}, contract {}, {}, {}{}\n", letter, printable_line(side.target),
                     printable_line(side.contract_version), iso_time(side.started_ms),
                     to_string(side.outcome),
                     side.real_service ? ", the real service" : ", not the real service");
}

std::string head(const RunDiff& diff) {
  std::string out = side_line("A", diff.a) + side_line("B", diff.b);
  if (!diff.verified()) {
    out +=
        "UNVERIFIED: neither run is against the real service, so nobody can tell which of them "
        "is right\n";
  }
  if (!diff.same_contract()) {
    out += fmt::format("the runs are of contract {} and contract {}: a rule may have changed\n",
                       printable_line(diff.a.contract_version),
                       printable_line(diff.b.contract_version));
  }
  return out + "\n";
}

// How often a rule could be compared, where that was not for every case.
std::string reach(const RuleDiff& one) {
  if (one.compared == one.cases.size() || one.compared == 0) return "";
  return fmt::format(", {} of {} cases compared", one.compared, one.cases.size());
}

std::string table(const RunDiff& diff) {
  std::size_t id_width = 4, verdict_width = 1;
  for (const RuleDiff& one : diff.rules) {
    id_width = std::max(id_width, rule(one.rule_id).id.size());
    verdict_width = std::max({verdict_width, to_string(one.a).size(), to_string(one.b).size()});
  }
  const auto line = [&](std::string_view id, std::string_view mark, std::string_view a,
                        std::string_view b, std::string_view diff_class) {
    return fmt::format("{:<{}}  {:<10}  {:<{}}  {:<{}}  {}\n", id, id_width, mark, a, verdict_width,
                       b, verdict_width, diff_class);
  };
  std::string out = line("rule", "documented", "A", "B", "class");
  for (const RuleDiff& one : diff.rules) {
    const Rule& row = rule(one.rule_id);
    out += line(
        row.id, to_string(row.mark), to_string(one.a), to_string(one.b),
        fmt::format(
            "{}{}{}", to_string(one.diff_class), reach(one),
            one.differs && one.diff_class == DiffClass::kUnverified ? ", A and B differ" : ""));
  }
  return out + "\n";
}

std::string details(const RuleDiff& one) {
  const Rule& row = rule(one.rule_id);
  std::string out = fmt::format("{}: {}\n  {}: {}\n", row.id, to_string(one.diff_class),
                                to_string(row.mark), row.statement);
  for (const CaseDiff& found : one.cases) {
    const bool otherwise =
        found.diff_class != DiffClass::kSame && found.diff_class != DiffClass::kUnverified;
    if (!found.differs && !otherwise) continue;
    out += fmt::format("  {}: {}\n    A  {}\n    B  {}\n", printable_line(found.name),
                       to_string(found.diff_class), found.a, found.b);
  }
  return out + "\n";
}

std::string numbers(const RunDiff& diff) {
  std::string out = fmt::format("{} rules: ", diff.rules.size());
  for (const DiffClass candidate : kClasses) {
    // Without the real service there is nothing to say but one word.
    if (!diff.verified() && candidate != DiffClass::kUnverified) continue;
    out += fmt::format("{} {}, ", diff.count(candidate), to_string(candidate));
  }
  return fmt::format("{}{} differ\n", out, diff.differing());
}

json side_json(const RunSide& side) {
  return {{"target", side.target},
          {"contract_version", side.contract_version},
          {"real_service", side.real_service},
          {"started_ms", side.started_ms},
          {"outcome", outcome_word(side.outcome)}};
}

json rule_json(const RuleDiff& one) {
  const Rule& row = rule(one.rule_id);
  json cases = json::array();
  for (const CaseDiff& found : one.cases) {
    cases.push_back({{"name", found.name},
                     {"class", class_word(found.diff_class)},
                     {"differs", found.differs},
                     {"a", found.a},
                     {"b", found.b}});
  }
  return {{"rule", row.id},
          {"mark", to_string(row.mark)},
          {"statement", row.statement},
          {"a", verdict_word(one.a)},
          {"b", verdict_word(one.b)},
          {"class", class_word(one.diff_class)},
          {"differs", one.differs},
          {"compared", one.compared},
          {"cases", std::move(cases)}};
}

}  // namespace

std::string to_text(const RunDiff& diff) {
  std::string out = head(diff) + table(diff);
  for (const RuleDiff& one : diff.rules) {
    const bool otherwise =
        one.diff_class != DiffClass::kSame && one.diff_class != DiffClass::kUnverified;
    if (one.differs || otherwise) out += details(one);
  }
  return out + numbers(diff);
}

json to_json(const RunDiff& diff) {
  json counts = json::object(), rules = json::array();
  for (const DiffClass candidate : kClasses) counts[class_word(candidate)] = diff.count(candidate);
  for (const RuleDiff& one : diff.rules) rules.push_back(rule_json(one));
  return {{"verified", diff.verified()}, {"same_contract", diff.same_contract()},
          {"a", side_json(diff.a)},      {"b", side_json(diff.b)},
          {"counts", std::move(counts)}, {"differing", diff.differing()},
          {"rules", std::move(rules)}};
}

}  // namespace zimmock::inline contract
