#include "cli/migrate/progress_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/migrate/migrate_output.h"
#include "client/api/patience.h"

namespace zimmock::cli {
namespace {

constexpr std::size_t kBarCells = 24;

std::string_view phase_name(client::Phase phase) {
  switch (phase) {
    case client::Phase::kPlanning:
      return "planning";
    case client::Phase::kRegistering:
      return "registering";
    case client::Phase::kImporting:
      return "importing";
    case client::Phase::kVerifying:
      return "verifying";
  }
  return "";
}

// The reason worth most attention of those that threads are waiting for.
std::string waiting_for(const client::ProgressBoard& board) {
  const auto threads = [&](client::WaitReason reason) {
    return board.waiting[static_cast<std::size_t>(reason)].load();
  };
  if (threads(client::WaitReason::kNoConnection) > 0) {
    return fmt::format("no connection, retry {}/{}", board.retry.load(), client::kMaxTries - 1);
  }
  if (threads(client::WaitReason::kServiceSaidWait) > 0)
    return "the service said to wait (660300005)";
  if (threads(client::WaitReason::kRateLimit) > 0) return "rate limit";
  return "";
}

std::string eta_text(std::int64_t eta_s) {
  if (eta_s < 0) return "ETA unknown";
  return eta_s < 60 ? fmt::format("ETA {} s", eta_s) : "ETA " + duration_text(eta_s * 1000);
}

std::string reason_text(const ProgressFigures& figures) {
  return figures.why_waiting.empty() ? "" : "; waiting: " + figures.why_waiting;
}

}  // namespace

ProgressFigures progress_figures(const client::ProgressBoard& board, std::int64_t elapsed_ns) {
  ProgressFigures out;
  out.phase = phase_name(board.phase);
  const std::int64_t before = board.before;
  out.done = board.done;
  out.total = board.total;
  const auto by_this_run = static_cast<double>(std::max<std::int64_t>(out.done - before, 0));
  out.per_second = by_this_run / std::max(static_cast<double>(elapsed_ns) / 1e9, 1e-3);
  const auto left = static_cast<double>(std::max<std::int64_t>(out.total - out.done, 0));
  if (by_this_run > 0) out.eta_s = static_cast<std::int64_t>(left / out.per_second);
  out.why_waiting = waiting_for(board);
  return out;
}

std::string progress_line(const ProgressFigures& figures) {
  return fmt::format("{} {}/{} {:.1f}/s {}{}", figures.phase, figures.done, figures.total,
                     figures.per_second, eta_text(figures.eta_s), reason_text(figures));
}

std::string progress_bar_line(const ProgressFigures& figures, std::size_t columns) {
  const double part =
      figures.total > 0
          ? std::min(1.0, static_cast<double>(figures.done) / static_cast<double>(figures.total))
          : 0.0;
  const auto full = static_cast<std::size_t>(part * static_cast<double>(kBarCells));
  const std::string bar =
      fmt::format(" [{}{}]", std::string(full, '#'), std::string(kBarCells - full, '.'));
  const std::string count = fmt::format(" {}/{} {:.0f}%", figures.done, figures.total, part * 100);
  const std::string rate = fmt::format(" {:.1f}/s", figures.per_second);
  const std::string eta = " " + eta_text(figures.eta_s);
  const std::string phase(figures.phase);
  const std::string shortest = phase + count + eta;
  for (const std::string& line : {phase + bar + count + rate + eta + reason_text(figures),
                                  phase + bar + count + rate + eta, phase + count + rate + eta}) {
    if (line.size() < columns) return line;
  }
  return shortest.substr(0, columns > 0 ? columns - 1 : 0);
}

}  // namespace zimmock::cli
