#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/connection_options.h"
#include "cli/contract/contract_commands.h"
#include "cli/output.h"
#include "cli/table.h"
#include "contracts/api/codes.h"
#include "contracts/api/text.h"
#include "contracts/harness/contract_case.h"
#include "contracts/rules/rules.h"

namespace zimmock::cli {
namespace {

using nlohmann::ordered_json;

std::vector<const ContractCase*> cases_of(RuleId id, const std::vector<ContractCase>& cases) {
  std::vector<const ContractCase*> out;
  for (const ContractCase& one : cases) {
    if (one.rule_id == id) out.push_back(&one);
  }
  return out;
}

ordered_json rule_json(const Rule& row, const std::vector<ContractCase>& cases) {
  ordered_json out{{"name", row.id},
                   {"mark", to_string(row.mark)},
                   {"binds", to_string(row.binds)},
                   {"code", row.code},
                   {"section", row.section},
                   {"page", row.page->title},
                   {"address", row.page->address},
                   {"read", kContractVersion},
                   {"settings", row.settings},
                   {"cases", cases_of(row.rule_id, cases).size()},
                   {"what", row.statement}};
  return out;
}

ordered_json case_json(const ContractCase& one) {
  return {{"name", one.name},
          {"kind", to_string(one.kind)},
          {"rule", rule(one.rule_id).id},
          {"needs", to_string(one.needs)},
          {"what", one.what}};
}

void print_markdown(const std::vector<const Rule*>& rules, const std::vector<ContractCase>& cases) {
  std::string out = fmt::format("# The contract, version {}\n\n", kContractVersion);
  out +=
      "Made by `zimmock contract list --md`; do not edit. A rule is *documented*, *inferred* "
      "or *assumed*;\n`zimmock contract explain ID` says more.\n\n";
  out += "| rule | | mark | binds | code | from | cases |\n|---|---|---|---|---|---|---|\n";
  for (const Rule* row : rules) {
    const std::string page = row->page->address.empty()
                                 ? std::string(row->page->title)
                                 : fmt::format("[{}]({})", row->page->title, row->page->address);
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", row->id,
                       markdown_cell(row->statement), to_string(row->mark), to_string(row->binds),
                       row->code == 0 ? "" : std::to_string(row->code), page,
                       cases_of(row->rule_id, cases).size());
  }
  out +=
      "\n## Statements without a rule\n\nThe sections are those of [zim-api.md](zim-api.md).\n\n"
      "| section | statement | why |\n|---|---|---|\n";
  for (const Unruled& row : unruled_statements()) {
    out += fmt::format("| {} | {} | {} |\n", row.section, markdown_cell(row.statement),
                       markdown_cell(row.why));
  }
  print_exact(out);
}

struct ListOptions {
  std::string mark;
  std::string binds;
  bool cases = false;
  bool as_json = false;
  bool as_md = false;
};

int print_rules(const ListOptions& options, const std::vector<ContractCase>& cases) {
  std::vector<const Rule*> rules;
  for (const Rule& row : all_rules()) {
    const bool marked = options.mark.empty() || options.mark == to_string(row.mark);
    const bool bound = options.binds.empty() || options.binds == to_string(row.binds);
    if (marked && bound) rules.push_back(&row);
  }
  if (options.as_md) {
    print_markdown(rules, cases);
    return kOk;
  }
  ordered_json rows = ordered_json::array();
  for (const Rule* row : rules) rows.push_back(rule_json(*row, cases));
  if (options.as_json) {
    print_json(rows.dump(2));
  } else {
    print_table(rows, {"name", "mark", "binds", "code", "cases", "what"});
  }
  return kOk;
}

int print_cases(const ListOptions& options, const std::vector<ContractCase>& cases) {
  ordered_json rows = ordered_json::array();
  for (const ContractCase& one : cases) {
    const Rule& row = rule(one.rule_id);
    const bool marked = options.mark.empty() || options.mark == to_string(row.mark);
    const bool bound = options.binds.empty() || options.binds == to_string(row.binds);
    if (marked && bound) rows.push_back(case_json(one));
  }
  if (options.as_json) {
    print_json(rows.dump(2, ' ', false, ordered_json::error_handler_t::replace));
  } else {
    print_table(rows, {"name", "kind", "rule", "what"});
  }
  return kOk;
}

// --- explain ---

void print_rule(const Rule& row, const std::vector<ContractCase>& cases) {
  const std::string bound =
      row.binds == Binds::kBoth ? "server and client" : std::string(to_string(row.binds));
  print_text("{}  ({}, binds {})\n  {}\n", row.id, to_string(row.mark), bound, row.statement);
  if (row.code != 0) print_text("  refused with  {}: {}\n", row.code, code_meaning(row.code));
  print_text("  from          {}; docs/zim-api.md section {}, version {}\n", row.page->title,
             row.section, kContractVersion);
  if (!row.page->address.empty()) print_text("                {}\n", row.page->address);
  if (!row.settings.empty())
    print_text("  settings      {}  (see `zimmock list settings`)\n", row.settings);
  const auto own = cases_of(row.rule_id, cases);
  constexpr std::size_t kShown = 12;
  for (std::size_t i = 0; i < std::min(kShown, own.size()); ++i) {
    print_text("  {:<12}  {} {}\n", i == 0 ? "cases" : "", own[i]->name, to_string(own[i]->kind));
  }
  if (own.size() > kShown) print_text("                and {} more\n", own.size() - kShown);
}

std::string_view advice(CodeClass code_class) {
  switch (code_class) {
    case CodeClass::kSuccess:
      return "the call was applied";
    case CodeClass::kRefused:
      return "the call was not applied; the same call gets the same answer";
    case CodeClass::kWait:
      return "the call was not applied; it may be sent again later";
    case CodeClass::kCredentials:
      return "no call will be applied until the configuration is repaired";
    case CodeClass::kInDoubt:
      return "the call may have been applied: look before sending it again";
  }
  return "";
}

int explain_code(std::int64_t code) {
  const ReturnCode* found = find_code(code);
  if (found == nullptr) {
    return complain(kUsage, fmt::format("contract explain: the vendor's tables have no code {}; "
                                        "`zimmock list codes` prints them",
                                        code));
  }
  print_text("{}: {}\n  {}\n", code, found->meaning, advice(found->code_class));
  for (const Rule& row : all_rules()) {
    if (row.code == code)
      print_text("  {}  ({})  {}\n", row.id, to_string(row.mark), row.statement);
  }
  return kOk;
}

int explain(const std::string& word, const std::vector<ContractCase>& cases) {
  if (const auto code = parse_int64(word)) return explain_code(*code);
  if (const Rule* found = find_rule(word)) {
    print_rule(*found, cases);
    return kOk;
  }
  std::vector<std::string_view> ids;
  for (const Rule& row : all_rules()) ids.push_back(row.id);
  return complain(kUsage,
                  fmt::format("contract explain: expected a rule's id or a return code, got {}{}",
                              quote(word), did_you_mean(word, ids)));
}

}  // namespace

Run setup_contract_list(CLI::App& app) {
  auto options = std::make_shared<ListOptions>();
  app.add_option("--mark", options->mark, "Only documented, inferred or assumed ones")
      ->check(CLI::IsMember({"documented", "inferred", "assumed"}));
  app.add_option("--binds", options->binds, "Only those that bind server, client or both")
      ->check(CLI::IsMember({"server", "client", "both"}));
  app.add_flag("--cases", options->cases, "The cases instead of the rules");
  auto* as_json = app.add_flag("--json", options->as_json, "One JSON array instead of a table");
  app.add_flag("--md", options->as_md, "The page docs/contract.md")->excludes(as_json);
  return [options] {
    const auto cases = read_cases(embedded_case_files());
    if (!cases) return complain_error(cases.error());
    return options->cases ? print_cases(*options, *cases) : print_rules(*options, *cases);
  };
}

Run setup_contract_explain(CLI::App& app) {
  auto word = std::make_shared<std::string>();
  app.add_option("RULE-OR-CODE", *word,
                 "A rule's id (query.next-is-opaque) or a return code (660300005)")
      ->required();
  return [word] {
    const auto cases = read_cases(embedded_case_files());
    if (!cases) return complain_error(cases.error());
    return explain(*word, *cases);
  };
}

}  // namespace zimmock::cli
