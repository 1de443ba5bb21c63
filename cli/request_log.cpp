#include "cli/request_log.h"

#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contracts/api/clock.h"
#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using json = nlohmann::ordered_json;

std::string to_json(const RequestRecord& record) {
  json line{{"time", iso_time(record.wall_ms)},
            {"action", record.action},
            {"app_id", record.app_id},
            {"status", record.status},
            {"code", record.code},
            {"request_id", record.request_id}};
  if (record.code != 0) line["message"] = record.message;
  if (!record.rule.empty()) {
    line["rule"] = record.rule;
    line["explain"] = record.explain;
  }
  if (!record.warnings.empty()) line["warnings"] = record.warnings;
  line["request_bytes"] = record.request_bytes;
  line["response_bytes"] = record.response_bytes;
  line["duration_us"] = record.duration_ns / 1000;
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_text(const RequestRecord& record) {
  std::string line =
      fmt::format("{} {} app {} code {}", iso_time(record.wall_ms),
                  record.action.empty() ? "-" : ascii_line(record.action),
                  record.app_id.empty() ? "-" : ascii_line(record.app_id), record.code);
  if (!record.explain.empty()) line += fmt::format(" | {}", ascii_line(record.explain));
  for (const std::string& warning : record.warnings) {
    line += fmt::format(" | warning: {}", ascii_line(warning));
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
  line += '\n';
  const std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace zimmock::cli
