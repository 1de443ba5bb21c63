#pragma once

// What `contract judge` and `proxy` take and tell about traffic.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "contracts/api/result.h"
#include "contracts/harness/exchange_judge.h"
#include "contracts/harness/traffic_tally.h"

namespace zimmock::cli {

struct JudgeFlags {
  std::vector<std::string> allowed;
  std::string rate = "20";
  std::string profile = "default";
};
void add_judge_flags(CLI::App& app, JudgeFlags& flags);

// Reads the profile's file. ZIM_SERVER_SECRET and ZIM_APP_ID from the environment, where they are
// set.
Result<JudgeOptions> judge_options(const JudgeFlags& flags);

// "client kept     auth.nonce-fresh  12": a line for each rule that was looked at; none without
// `kept` if it was kept.
std::string rule_lines(const TrafficTally& tally, bool kept);

// Each rule's first finding with the number of all of them, and each note; what `exchange` is
// called: "entry", "call".
std::string finding_lines(const TrafficTally& tally, std::string_view exchange);

// "12 calls judged: the client broke 1 rule, the service none"
std::string verdict_line(const TrafficTally& tally);

// "kept", "broken", or "nothing judged".
std::string_view verdict_word(const TrafficTally& tally);

nlohmann::ordered_json traffic_json(const TrafficTally& tally);

}  // namespace zimmock::cli
