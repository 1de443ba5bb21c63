#include "cli/request_log.h"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/output.h"
#include "contracts/api/clock.h"
#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::ordered_json;

// What was broken and only reported.
std::vector<std::string_view> warnings(const RequestRecord& record) {
  std::vector<std::string_view> out;
  for (const BrokenRule& broken : record.rules_broken) {
    if (!broken.refused) out.push_back(broken.line);
  }
  return out;
}

std::string to_json(const RequestRecord& record) {
  json line{{"time", iso_time(record.wall_ms)},
            {"action", record.action},
            {"app_id", record.app_id},
            {"status", record.answered ? json(record.status) : json()},
            {"code", record.code == kNoCode ? json() : json(record.code)},
            {"request_id", record.request_id}};
  if (record.code > 0) line["message"] = record.message;
  if (!record.explain().empty()) {
    line["rule"] = rule(record.rules_broken.front().rule_id).id;
    line["explain"] = record.explain();
  }
  if (const auto lines = warnings(record); !lines.empty()) line["warnings"] = lines;
  if (!record.faults.empty()) {
    line["faults"] = record.faults;
    line["effect"] = to_string(record.effect);
  }
  line["request_bytes"] = record.request_bytes;
  line["response_bytes"] = record.response_bytes;
  line["duration_us"] = record.duration_ns / 1000;
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_text(const RequestRecord& record) {
  std::string line =
      fmt::format("{} {} app {} {}", iso_time(record.wall_ms),
                  record.action.empty() ? "-" : printable_line(record.action),
                  record.app_id.empty() ? "-" : printable_line(record.app_id),
                  record.code == kNoCode ? "no code" : fmt::format("code {}", record.code));
  if (!record.faults.empty()) {
    line += fmt::format(" | fault {}, effect {}", fmt::join(record.faults, " "),
                        to_string(record.effect));
  }
  if (!record.explain().empty()) line += fmt::format(" | {}", printable_line(record.explain()));
  for (const std::string_view warning : warnings(record)) {
    line += fmt::format(" | warning: {}", printable_line(warning));
  }
  return line;
}

}  // namespace

void RequestLog::write(const RequestRecord& record) {
  if (form_ == LogForm::kOff) return;
  write_line(form_ == LogForm::kJson ? to_json(record) : to_text(record));
}

void RequestLog::warn(std::string_view message, std::int64_t wall_ms) {
  if (form_ == LogForm::kJson) {
    write_line(
        json{{"time", iso_time(wall_ms)}, {"level", "warning"}, {"message", message}}.dump());
  } else {
    write_line(fmt::format("zimmock: warning: {}", message));
  }
}

void RequestLog::write_line(std::string line) {
  tell((form_ == LogForm::kJson ? printable_json(line) : line) + '\n');
}

}  // namespace zimmock::cli
