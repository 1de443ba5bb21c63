#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "contracts/api/result.h"

namespace zimmock::cli {

// Where a running mock is. It is the first line that `zimmock serve` prints, a JSON object; what is
// not there is "" here and null there.
struct ReadyLine {
  std::string url;
  std::string tls_url;
  std::string proxy_url;
  std::string control_url;
  std::string ca;  // path of the CA's certificate
  std::uint32_t app_id = 0;
  std::int64_t pid = 0;
};

// Ends with a newline.
std::string to_text(const ReadyLine& ready);

// The same for people at a terminal, in three lines. `secret_origin`: where its App's secret is
// from.
std::string to_screen(const ReadyLine& ready, std::string_view secret_origin);

// Errors (kInput) begin with `where`. Unknown members are left alone: a newer mock may have more.
Result<ReadyLine> parse_ready_line(std::string_view text, std::string_view where);

}  // namespace zimmock::cli
