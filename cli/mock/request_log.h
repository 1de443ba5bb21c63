#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "cli/mock/log_writer.h"
#include "contracts/api/clock.h"
#include "mock_server/service/service.h"

namespace zimmock::cli {

enum class LogForm { kJson, kText, kOff };

// Writes one line a request to stderr, by a LogWriter. Thread-safe.
class RequestLog {
 public:
  // The clock must outlive it.
  RequestLog(LogForm form, const Clock& clock);
  void write(const mock::RequestRecord& record);
  void warn(std::string_view message);     // whatever the form
  void write_line(std::string_view line);  // made in the form; escaped as for a terminal

  // Writes what is queued, as LogWriter::close(), with a deadline 2 s after `stopping_since`. Where
  // lines are left, tell() does not wait for stderr any more either.
  void close(std::chrono::steady_clock::time_point stopping_since);

 private:
  std::string warning(std::string_view message) const;

  const LogForm form_;
  const Clock& clock_;
  LogWriter writer_;
};

}  // namespace zimmock::cli
