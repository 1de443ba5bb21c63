#include "cli/contract/traffic_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using nlohmann::ordered_json;

std::string_view state_of(const TrafficTally::Row& row) {
  if (row.broken > 0) return "BROKEN";
  if (row.allowed > 0) return "allowed";
  if (row.observed > 0) return "observed";
  return row.noted > 0 ? "noted" : "kept";
}

std::string times(std::size_t count, std::size_t first, std::string_view exchange,
                  std::size_t distinct = 1) {
  if (count == 1) return fmt::format("({} {})", exchange, first);
  const std::string forms = distinct > 1 ? fmt::format(" in {} forms", distinct) : "";
  return fmt::format("({} times{}, first in {} {})", count, forms, exchange, first);
}

std::string_view state_of(const TrafficTally::Distinct& found) {
  if (found.allowed) return " (allowed)";
  switch (found.severity) {
    case Severity::kObserved:
      return " (observed)";
    case Severity::kNote:
      return " (note)";
    case Severity::kLimit:
      return " (limit of zimmock)";
    case Severity::kBreach:
      return "";
  }
  return "";
}

std::string broken_rules(std::size_t count) {
  if (count == 0) return "none";
  return fmt::format("{} rule{}", count, count == 1 ? "" : "s");
}

}  // namespace

void add_judge_flags(CLI::App& app, JudgeFlags& flags) {
  app.add_option(
         "--allow", flags.allowed,
         "Allow traffic to break this rule, by its id; repeatable (see `zimmock contract list`)")
      ->allow_extra_args(false);
  app.add_option("--rate", flags.rate,
                 "Calls a second that the App may make of one operation, or off")
      ->capture_default_str();
  app.add_option("--profile", flags.profile,
                 "The service's known behaviour: default, strict or a file, such as that of "
                 "`zimmock migrate probe`")
      ->capture_default_str();
}

Result<JudgeOptions> judge_options(const JudgeFlags& flags) {
  JudgeOptions out;
  const auto rate = parse_rate(flags.rate);
  if (!rate) return tl::unexpected(rate.error());
  auto profile = load_profile(flags.profile);
  if (!profile) return tl::unexpected(profile.error());
  out.profile = *std::move(profile);
  out.calls_per_second = *rate == 0 ? std::nullopt : std::optional(*rate);
  if (std::string secret = given("", "ZIM_SERVER_SECRET"); !secret.empty()) {
    out.server_secret = std::move(secret);
  }
  if (const std::string app = given("", "ZIM_APP_ID"); !app.empty()) {
    const auto number = parse_app_id(app);
    if (!number) return tl::unexpected(number.error());
    out.app_id = *number;
  }
  return out;
}

std::string rule_lines(const TrafficTally& tally, bool kept) {
  std::string out;
  for (const TrafficTally::Row& row : tally.rows()) {
    if (!kept && row.breaches() == 0) continue;
    const std::string count =
        row.breaches() == 0 ? std::to_string(row.kept)
                            : fmt::format("{} of {}", row.breaches(), row.kept + row.breaches());
    out += fmt::format("{} {:8} {:34} {}\n", to_string(row.side), state_of(row),
                       rule(row.rule_id).id, count);
  }
  return out;
}

std::string finding_lines(const TrafficTally& tally, std::string_view exchange) {
  std::string out;
  for (const auto& [one, count, distinct] : tally.groups()) {
    out += fmt::format("{}{} {} {}\n", to_string(one.side), state_of(one), printable_line(one.line),
                       times(count, one.first, exchange, distinct));
  }
  for (const TrafficTally::Note& note : tally.notes()) {
    out += fmt::format("note: {} {}\n", note.line, times(note.count, note.first, exchange));
  }
  return out;
}

std::string verdict_line(const TrafficTally& tally) {
  if (tally.exchanges() == 0) return "no call of this API: nothing was judged";
  return fmt::format("{} call{} judged: the client broke {}, the service {}", tally.exchanges(),
                     tally.exchanges() == 1 ? "" : "s",
                     broken_rules(tally.broken_rules(Side::kClient)),
                     broken_rules(tally.broken_rules(Side::kServer)));
}

std::string_view verdict_word(const TrafficTally& tally) {
  if (tally.exchanges() == 0) return "nothing judged";
  return tally.broken() ? "broken" : "kept";
}

ordered_json traffic_json(const TrafficTally& tally) {
  ordered_json rules = ordered_json::array(), findings = ordered_json::array(),
               notes = ordered_json::array();
  for (const TrafficTally::Row& row : tally.rows()) {
    rules.push_back({{"rule", rule(row.rule_id).id},
                     {"mark", to_string(rule(row.rule_id).mark)},
                     {"side", to_string(row.side)},
                     {"kept", row.kept},
                     {"broken", row.broken},
                     {"allowed", row.allowed},
                     {"observed", row.observed},
                     {"noted", row.noted}});
  }
  for (const TrafficTally::Distinct& one : tally.findings()) {
    findings.push_back({{"side", to_string(one.side)},
                        {"rule", rule(one.rule_id).id},
                        {"finding", printable_line(one.line)},
                        {"count", one.count},
                        {"first", one.first},
                        {"allowed", one.allowed},
                        {"severity", to_string(one.severity)}});
  }
  for (const TrafficTally::Note& note : tally.notes()) {
    notes.push_back({{"note", note.line}, {"count", note.count}, {"first", note.first}});
  }
  return {{"contract", kContractVersion},
          {"verdict", verdict_word(tally)},
          {"calls", tally.exchanges()},
          {"client_broke", tally.broken_rules(Side::kClient)},
          {"server_broke", tally.broken_rules(Side::kServer)},
          {"rules", std::move(rules)},
          {"findings", std::move(findings)},
          {"notes", std::move(notes)}};
}

}  // namespace zimmock::cli
