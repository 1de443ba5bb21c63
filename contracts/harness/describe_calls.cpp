#include <fmt/format.h>

#include "contracts/api/json_text.h"
#include "contracts/harness/suite_runner.h"

namespace zimmock::inline contract {
namespace {

using json = nlohmann::json;

std::string describe(const json& step, const std::map<std::string, json>& bodies) {
  if (step.contains("list")) {
    return fmt::format("POST QueryPeerMsg {} until Next is 0", json_line(step["list"]));
  }
  std::string line = fmt::format("{} {}", step.value("method", "POST"), json_line(step["call"]));
  if (step.contains("body")) line += " " + json_line(step["body"]);
  if (step.contains("raw_body")) line += " " + json_line(step["raw_body"]);
  if (step.contains("like")) {
    const auto named = bodies.find(step["like"].get<std::string>());
    line += " " + (named == bodies.end() ? json_line(step["like"]) : json_line(named->second));
  }
  for (const char* word :
       {"with", "without", "signed", "query", "more_query", "sign", "headers", "path", "times"}) {
    if (step.contains(word)) line += fmt::format(" {} {}", word, json_line(step[word]));
  }
  return line;
}

std::string describe_import(const json& message) {
  return fmt::format("POST \"ImportPeerMsg\" {}{}", json_line(message),
                     message.contains("for") ? "" : ", once for each list");
}

}  // namespace

std::vector<std::string> describe_calls(const ContractCase& one) {
  std::vector<std::string> lines;
  if (!one.users.empty()) lines.push_back("POST \"UserRegister\" " + json_line(json(one.users)));
  for (const json& message : one.messages) lines.push_back(describe_import(message));
  for (const json& step : one.steps) {
    if (step.contains("call") || step.contains("list")) lines.push_back(describe(step, one.bodies));
  }
  return lines;
}

}  // namespace zimmock::inline contract
