#include "cli/migrate/progress_line.h"

#include "tests/support/catch.h"

using namespace zimmock;
using namespace zimmock::cli;

namespace {

ProgressFigures figures_at(std::int64_t done, std::int64_t before, std::int64_t total,
                           std::int64_t seconds) {
  client::ProgressBoard board;
  board.start(client::Phase::kImporting, total);
  board.done = done;
  board.before = before;
  return progress_figures(board, seconds * kNanosPerSecond);
}

ProgressFigures waiting_figures() {
  ProgressFigures figures = figures_at(17, 0, 1916, 1);
  figures.why_waiting = "rate limit";
  return figures;
}

}  // namespace

TEST_CASE("rate and ETA are of this run") {
  const ProgressFigures first = figures_at(200, 0, 1000, 10);
  CHECK(first.per_second == 20);
  CHECK(first.eta_s == 40);
  const ProgressFigures resumed = figures_at(238 + 20, 238, 1916, 1);
  CHECK(resumed.per_second == 20);
  CHECK(resumed.eta_s == (1916 - 258) / 20);
  CHECK(resumed.done == 258);
  const ProgressFigures nothing_yet = figures_at(238, 238, 1916, 1);
  CHECK(nothing_yet.per_second == 0);
  CHECK(nothing_yet.eta_s == -1);
  CHECK(progress_line(nothing_yet) == "importing 238/1916 0.0/s ETA unknown");
  // What the verification counts back.
  CHECK(figures_at(3, 5, 10, 1).per_second == 0);
}

TEST_CASE("the line fits the terminal: first the reason goes, then the bar, then the rate") {
  const ProgressFigures figures = waiting_figures();
  const std::string whole =
      "importing [........................] 17/1916 1% 17.0/s ETA 1 min 51 s; waiting: rate limit";
  REQUIRE(whole.size() == 90);
  CHECK(progress_bar_line(figures, 120) == whole);
  CHECK(progress_bar_line(figures, 91) == whole);
  const std::string without_reason =
      "importing [........................] 17/1916 1% 17.0/s ETA 1 min 51 s";
  CHECK(progress_bar_line(figures, 90) == without_reason);
  CHECK(progress_bar_line(figures, 80) == without_reason);
  CHECK(progress_bar_line(figures, 69) == "importing 17/1916 1% 17.0/s ETA 1 min 51 s");
  CHECK(progress_bar_line(figures, 40) == "importing 17/1916 1% ETA 1 min 51 s");
  for (std::size_t columns = 0; columns < 120; ++columns) {
    CHECK(progress_bar_line(figures, columns).size() < std::max<std::size_t>(columns, 1));
  }
}
