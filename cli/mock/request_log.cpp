#include "cli/mock/request_log.h"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "cli/output.h"
#include "contracts/api/clock.h"
#include "contracts/api/codes.h"
#include "contracts/api/json_text.h"
#include "contracts/api/text.h"

namespace zimmock::cli {
namespace {

using nlohmann::ordered_json;

// What was broken and only reported.
std::vector<std::string_view> warnings(const mock::RequestRecord& record) {
  std::vector<std::string_view> out;
  for (const mock::BrokenRule& broken : record.rules_broken) {
    if (!broken.refused) out.push_back(broken.line);
  }
  return out;
}

std::string to_json(const mock::RequestRecord& record) {
  ordered_json line{
      {"time", iso_time(record.wall_ms)},
      {"action", record.action},
      {"app_id", record.app_id},
      {"status", record.answered ? ordered_json(record.status) : ordered_json()},
      {"code", record.code == mock::kNoCode ? ordered_json() : ordered_json(record.code)},
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
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string to_text(const mock::RequestRecord& record) {
  std::string line =
      fmt::format("{} {} app {} {}", iso_time(record.wall_ms),
                  record.action.empty() ? "-" : printable_line(record.action),
                  record.app_id.empty() ? "-" : printable_line(record.app_id),
                  record.code == mock::kNoCode ? "no code" : fmt::format("code {}", record.code));
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

RequestLog::RequestLog(LogForm form, const Clock& clock)
    : form_(form), clock_(clock), writer_(STDERR_FILENO, [this](std::uint64_t lines) {
        return warning(fmt::format(
            "{} log {} missing here: stderr took nothing for 100 ms or more, or could not be "
            "written; read it, send it to a file, or use --log off",
            lines, lines == 1 ? "line is" : "lines are"));
      }) {}

void RequestLog::write(const mock::RequestRecord& record) {
  if (form_ == LogForm::kOff) return;
  write_line(form_ == LogForm::kJson ? to_json(record) : to_text(record));
}

void RequestLog::warn(std::string_view message) { write_line(warning(message)); }

void RequestLog::write_line(std::string_view line) {
  writer_.write(form_ == LogForm::kJson ? printable_json(line) : screen_text(line));
}

void RequestLog::close(std::chrono::steady_clock::time_point stopping_since) {
  using namespace std::chrono_literals;
  if (!writer_.close(stopping_since + 2s)) give_up_on_stderr_after(0ms);
}

std::string RequestLog::warning(std::string_view message) const {
  if (form_ != LogForm::kJson) return fmt::format("zimmock: warning: {}", message);
  return json_line(
      {{"time", iso_time(clock_.wall_ms())}, {"level", "warning"}, {"message", message}});
}

}  // namespace zimmock::cli
