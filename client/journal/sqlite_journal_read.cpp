// What SqliteJournal reads back, and its runs.

#include <unordered_map>

#include <fmt/format.h>

#include "client/journal/journal_names.h"
#include "client/journal/sqlite_journal.h"

namespace zimmock::client {
namespace {

std::uint64_t count_in(const SqlStatement& rows, int column) {
  return static_cast<std::uint64_t>(rows.integer(column));
}

std::uint32_t number_in(const SqlStatement& rows, int column) {
  return static_cast<std::uint32_t>(rows.integer(column));
}

View view_in(const SqlStatement& rows, int column) {
  return rows.integer(column) == 0 ? View::kReceiver : View::kSender;
}

ImportEntry entry_in(const SqlStatement& rows, const ImportKey& key) {
  ImportEntry out;
  out.intent.key = key;
  out.intent.line = number_in(rows, 2);
  out.intent.attempt = static_cast<std::int32_t>(rows.integer(3));
  out.intent.timestamp_s = rows.integer(4);
  out.intent.view = view_in(rows, 10);
  out.intent.name = from_column(rows.text(11));
  out.result = {key,
                static_cast<ImportOutcome>(rows.integer(5)),
                rows.text(6),
                rows.integer(7),
                rows.integer(8),
                rows.text(9)};
  return out;
}

// Calls `take` for each row.
template <typename Take>
Result<void> each_row(SqlStatement& rows, Take&& take) {
  while (true) {
    const auto row = rows.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
    take();
  }
}

}  // namespace

Result<void> SqliteJournal::read(const std::function<void(const ImportEntry&)>& take) {
  std::unordered_map<std::int64_t, Lane> lanes;
  if (planned_) {
    for (const Lane lane : planned_->lanes()) lanes[numbers_[lane.list]] = lane;
  }
  auto rows = database_->prepare(
      "SELECT list, place, line, attempt, timestamp_s, outcome, msg_id, msg_seq, code, why, "
      "to_sender, record_name FROM import ORDER BY list, place");
  if (!rows) return tl::unexpected(rows.error());
  bool planned = true;
  const auto read = each_row(*rows, [&] {
    const auto lane = lanes.find(rows->integer(0));
    const std::uint32_t place = number_in(*rows, 1);
    planned = planned && lane != lanes.end() && place < planned_->records(lane->second).size();
    if (planned) take(entry_in(*rows, {lane->second, planned_->records(lane->second)[place]}));
  });
  if (!read || planned) return read;
  return fail(ErrorKind::kUsage,
              fmt::format("{}: expected imports of the lists that it counts, got "
                          "others: the journal is damaged",
                          path_.string()));
}

Result<void> SqliteJournal::read_unfinished(const std::function<void(const Unfinished&)>& take) {
  auto rows = database_->prepare(
      "SELECT list, line, outcome, code, why, to_sender, record_name FROM import WHERE outcome IN "
      "(0, 3) "
      "ORDER BY list, place");
  if (!rows) return tl::unexpected(rows.error());
  return each_row(*rows, [&] {
    take({rows->integer(0), number_in(*rows, 1), static_cast<ImportOutcome>(rows->integer(2)),
          rows->integer(3), rows->text(4), view_in(*rows, 5), from_column(rows->text(6))});
  });
}

Result<void> SqliteJournal::hold() { return database_->execute("BEGIN"); }

Result<std::vector<SqliteJournal::List>> SqliteJournal::lists() {
  auto rows = database_->prepare(
      "SELECT number, viewer, peer, planned, total(outcome IN (1, 2)), total(outcome = 3), "
      "total(outcome = 0), total(outcome = 2) "
      "FROM list LEFT JOIN import ON import.list = number GROUP BY number");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<List> out;
  const auto read = each_row(*rows, [&] {
    out.push_back({rows->integer(0), ListId::of_user(rows->text(1), rows->text(2)),
                   count_in(*rows, 3), count_in(*rows, 4), count_in(*rows, 5), count_in(*rows, 6),
                   count_in(*rows, 7)});
  });
  if (!read) return tl::unexpected(read.error());
  return out;
}

Result<std::vector<SqliteJournal::Tally>> SqliteJournal::tallies() {
  auto rows = database_->prepare(
      "SELECT to_sender, outcome, count(*) FROM import GROUP BY to_sender, outcome");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Tally> out;
  const auto read = each_row(*rows, [&] {
    out.push_back(
        {view_in(*rows, 0), static_cast<ImportOutcome>(rows->integer(1)), count_in(*rows, 2)});
  });
  if (!read) return tl::unexpected(read.error());
  return out;
}

Result<void> SqliteJournal::read_ends(std::int64_t from_ms,
                                      const std::function<void(std::int64_t)>& take) {
  auto rows =
      database_->prepare("SELECT ended_ms FROM import WHERE outcome IN (1, 2) AND ended_ms >= ?");
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(1, from_ms);
  return each_row(*rows, [&] { take(rows->integer(0)); });
}

Result<void> SqliteJournal::run_started() {
  auto add = database_->prepare("INSERT INTO run(started_ms) VALUES(?)");
  if (!add) return tl::unexpected(add.error());
  return add->bind(1, clock_->wall_ms()).run();
}

Result<void> SqliteJournal::run_ended(std::string_view verdict, int exit_code,
                                      const WaitTimes& waited_ms) {
  auto set = database_->prepare(
      "UPDATE run SET ended_ms=?, verdict=?, exit_code=?, rate_limit_ms=?, told_to_wait_ms=?, "
      "no_connection_ms=?, in_doubt_ms=? WHERE number=(SELECT max(number) FROM run)");
  if (!set) return tl::unexpected(set.error());
  set->bind(1, clock_->wall_ms()).bind(2, verdict).bind(3, exit_code);
  for (std::size_t i = 0; i < waited_ms.size(); ++i)
    set->bind(4 + static_cast<int>(i), waited_ms[i]);
  return set->run();
}

Result<std::vector<RunRecord>> SqliteJournal::runs() {
  auto rows = database_->prepare(
      "SELECT started_ms, ended_ms, verdict, exit_code, rate_limit_ms, told_to_wait_ms, "
      "no_connection_ms, in_doubt_ms FROM run ORDER BY number");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<RunRecord> out;
  const auto read = each_row(*rows, [&] {
    RunRecord run{rows->integer(0), rows->integer(1), rows->text(2), rows->integer(3), {}};
    for (std::size_t i = 0; i < run.waited_ms.size(); ++i)
      run.waited_ms[i] = rows->integer(4 + static_cast<int>(i));
    out.push_back(std::move(run));
  });
  if (!read) return tl::unexpected(read.error());
  return out;
}

}  // namespace zimmock::client
