#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/contract/contract_commands.h"
#include "cli/contract/traffic_report.h"
#include "cli/files.h"
#include "cli/output.h"
#include "contracts/harness/har.h"
#include "contracts/harness/traffic_judge.h"

namespace zimmock::cli {
namespace {

using nlohmann::ordered_json;

struct ContractJudgeOptions {
  std::string file;
  JudgeFlags judge;
  bool as_json = false;
};

// " (2 of 14 entries skipped: 1 of something else, 1 not whole)"
std::string skipped_entries_text(const HarTraffic& traffic) {
  std::vector<std::string> parts;
  if (traffic.others > 0) parts.push_back(fmt::format("{} of something else", traffic.others));
  if (traffic.incomplete > 0) parts.push_back(fmt::format("{} not whole", traffic.incomplete));
  std::string out;
  if (!parts.empty()) {
    out += fmt::format("; {} of {} entries skipped: {}", traffic.others + traffic.incomplete,
                       traffic.total, fmt::join(parts, ", "));
  }
  if (traffic.without_answer > 0) {
    out += fmt::format("; {} without an answer", traffic.without_answer);
  }
  return out;
}

void print_traffic_json(const TrafficTally& tally, const HarTraffic& traffic) {
  ordered_json out = traffic_json(tally);
  out["entries"] = {{"total", traffic.total},
                    {"others", traffic.others},
                    {"incomplete", traffic.incomplete},
                    {"without_answer", traffic.without_answer}};
  print_json(out.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

int judge(const ContractJudgeOptions& options) {
  auto allowed = parse_allowed(options.judge.allowed);
  if (!allowed) return complain(kUsage, allowed.error().message);
  auto how = judge_options(options.judge);
  if (!how) return complain(kUsage, how.error().message);
  const auto text = read_input(options.file);
  if (!text) return complain(kUsage, text.error().message);
  const auto traffic = read_har(*text, options.file == "-" ? "stdin" : options.file);
  if (!traffic) return complain(kUsage, traffic.error().message);

  TrafficJudge judge(*std::move(how));
  TrafficTally tally({*std::move(allowed)});
  for (const HarTraffic::Entry& entry : traffic->entries) {
    tally.add(judge.judge(entry.exchange), entry.number);
  }
  if (options.as_json) {
    print_traffic_json(tally, *traffic);
  } else {
    print_text("{}{}{}{}\n", rule_lines(tally, true), finding_lines(tally, "entry"),
               verdict_line(tally), skipped_entries_text(*traffic));
  }
  if (tally.exchanges() == 0) return kIncomplete;
  return tally.broken() ? kFailed : kOk;
}

}  // namespace

Run setup_contract_judge(CLI::App& app) {
  auto options = std::make_shared<ContractJudgeOptions>();
  app.add_option("file", options->file, "An HTTP Archive (HAR 1.2); - for stdin")->required();
  add_judge_flags(app, options->judge);
  app.add_flag("--json", options->as_json, "One JSON object instead of text");
  app.footer(
      "For each side a line a rule: kept, BROKEN, allowed (by --allow), observed (of a service\n"
      "against an assumed rule) or noted (right clients do it, too).\n"
      "With ZIM_SERVER_SECRET set (and ZIM_APP_ID, for that App only)\n"
      "signatures are checked, unless they were redacted.\n"
      "Ends with 0 when nothing was broken, 1 when something was, 2 when the file cannot be read, "
      "3\n"
      "when it has no call of this API.");
  return [options] { return judge(*options); };
}

}  // namespace zimmock::cli
