#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/api/progress.h"

namespace zimmock::cli {

// What a board says at one moment.
struct ProgressFigures {
  std::string_view phase;  // "importing"
  std::int64_t done = 0;
  std::int64_t total = 0;
  double per_second = 0;    // by this run
  std::int64_t eta_s = -1;  // -1: nobody knows, as this run has done nothing yet
  std::string why_waiting;  // "rate limit", or ""
};

// `elapsed_ns`: since the phase began in this run.
ProgressFigures progress_figures(const client::ProgressBoard& board, std::int64_t elapsed_ns);

// "importing 17/1916 13.7/s ETA 2 min 18 s; waiting: rate limit"
std::string progress_line(const ProgressFigures& figures);

// The same with a bar and a percentage, in fewer than `columns` columns: what does not fit goes,
// first the reason, then the bar, then the rate, then what remains is cut.
std::string progress_bar_line(const ProgressFigures& figures, std::size_t columns);

}  // namespace zimmock::cli
