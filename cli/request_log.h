#pragma once

#include <string>
#include <string_view>

#include "mock_server/service.h"

namespace zimmock::cli {

enum class LogForm { kJson, kText, kOff };

// Writes one line a request to stderr. Thread-safe.
class RequestLog {
 public:
  explicit RequestLog(LogForm form) : form_(form) {}
  void write(const RequestRecord& record);
  void warn(std::string_view message, std::int64_t wall_ms);
  void write_line(std::string line);  // whatever the form

 private:
  LogForm form_;
};

}  // namespace zimmock::cli
