// How SqliteJournal knows the plan of the run that began it, and takes over a journal of version 1.

#include <array>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "client/journal/sqlite_journal.h"
#include "contracts/api/clock.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

constexpr std::string_view kPresentTables = R"(
CREATE TABLE main.{0}list(
  number INTEGER PRIMARY KEY, viewer TEXT NOT NULL, peer TEXT NOT NULL, planned INTEGER NOT NULL,
  digest TEXT NOT NULL, marks BLOB NOT NULL, contents BLOB NOT NULL);
CREATE TABLE main.{0}import(
  list INTEGER NOT NULL, place INTEGER NOT NULL,
  line INTEGER NOT NULL, attempt INTEGER NOT NULL, timestamp_s INTEGER NOT NULL,
  outcome INTEGER NOT NULL DEFAULT 0, ended_ms INTEGER NOT NULL DEFAULT 0,
  msg_id TEXT NOT NULL DEFAULT '', msg_seq INTEGER NOT NULL DEFAULT 0,
  code INTEGER NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT '', to_sender INTEGER NOT NULL,
  record_name TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(list, place)) WITHOUT ROWID;
)";

// Version 1 keeps imports by the conversation, side and record of the plan. Shown in the present
// words, so that all else reads it as it reads the present version. What it has of a list are the
// first messages, without a gap: a list is sent in order, and none is passed over without a row.
constexpr const char* kOldAsPresent = R"(
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW list AS
  SELECT 2 * conversation + side AS number, viewer, peer, planned, '' AS digest, x'' AS marks,
         x'' AS contents
  FROM main.list;
CREATE TEMP VIEW import AS
  SELECT 2 * conversation + side AS list,
         row_number() OVER (PARTITION BY conversation, side ORDER BY record) - 1 AS place,
         line, attempt, timestamp_s, outcome, ended_ms, msg_id, msg_seq, code, why, to_sender,
         '' AS record_name
  FROM main.import;
)";

constexpr const char* kReplaceOld = R"(
INSERT INTO main.new_list(number, viewer, peer, planned, digest, marks, contents)
  SELECT number, viewer, peer, planned, digest, marks, contents FROM temp.list;
INSERT INTO main.new_import(list, place, line, attempt, timestamp_s, outcome, ended_ms, msg_id,
                            msg_seq, code, why, to_sender)
  SELECT list, place, line, attempt, timestamp_s, outcome, ended_ms, msg_id, msg_seq, code, why,
         to_sender FROM temp.import;
DROP VIEW temp.list;
DROP VIEW temp.import;
DROP TABLE main.list;
DROP TABLE main.import;
ALTER TABLE main.new_list RENAME TO list;
ALTER TABLE main.new_import RENAME TO import;
PRAGMA main.user_version = 2;
)";

constexpr const char* kAdopt = "begin a new journal with --journal FILE --adopt";

std::string messages(std::uint64_t count) {
  return fmt::format("{} message{}", count, count == 1 ? "" : "s");
}

// The first place at which the marks are not those of the tags; the end of the shorter if they are
// alike so far.
std::size_t first_difference(std::string_view a, std::string_view b) {
  constexpr std::size_t kStep = PlannedLists::kMarkBytes;
  std::size_t place = 0;
  while ((place + 1) * kStep <= std::min(a.size(), b.size()) &&
         a.substr(place * kStep, kStep) == b.substr(place * kStep, kStep)) {
    ++place;
  }
  return place;
}

// "message 11 (line 31, 2026-11-27T10:00:00.000Z)", places from 0.
std::string message_at(const PlannedLists& planned, Lane lane, std::size_t place) {
  const PlannedRecord& record = planned.plan().records[planned.records(lane)[place]];
  return fmt::format("message {} (line {}, {})", place + 1, record.place.line,
                     iso_time(record.time_ms));
}

}  // namespace

// The lists that the plan and the journal do not have alike, and the first of them in words.
struct SqliteJournal::Differences {
  std::uint64_t lists = 0;
  std::string first;

  void add(const ListId& list, std::string_view what) {
    if (++lists == 1) first = fmt::format("the {}: {}", list.text(), what);
  }
};

Result<void> SqliteJournal::create_tables(std::string_view prefix) {
  return database_->execute(fmt::format(fmt::runtime(kPresentTables), prefix).c_str());
}

Result<void> SqliteJournal::show_old_tables() { return database_->execute(kOldAsPresent); }

Result<void> SqliteJournal::replace_old_tables() {
  if (auto created = create_tables("new_"); !created) return created;
  if (auto replaced = database_->execute(kReplaceOld); !replaced) return replaced;
  is_old_ = false;
  return {};
}

Result<void> SqliteJournal::begin(const MigrationPlan& plan, const Fingerprint& notes) {
  planned_.emplace(plan);
  numbers_.assign(plan.lists.size(), -1);
  std::int64_t number = 0;
  for (const Lane lane : planned_->lanes()) numbers_[lane.list] = number++;
  return in_transaction([&]() -> Result<void> {
    if (is_old_) {
      if (auto replaced = replace_old_tables(); !replaced) return replaced;
    }
    if (auto added = write_lists(); !added) return added;
    for (const auto& [name, value] : notes) {
      if (auto done = note(name, value); !done) return done;
    }
    if (auto done = note(kBegun, "1"); !done) return done;
    is_new_ = false;
    return prepare();
  });
}

// Those of the plan, under their numbers.
Result<void> SqliteJournal::write_lists() {
  auto add = database_->prepare(
      "INSERT OR REPLACE INTO list(number, viewer, peer, planned, digest, marks, contents) "
      "VALUES(?, ?, ?, ?, ?, ?, ?)");
  if (!add) return tl::unexpected(add.error());
  for (const Lane lane : planned_->lanes()) {
    const ListTags tags = planned_->tags(lane);
    add->bind(1, numbers_[lane.list])
        .bind(2, planned_->plan().owner(lane))
        .bind(3, planned_->plan().peer(lane))
        .bind(4, static_cast<std::int64_t>(planned_->records(lane).size()))
        .bind(5, tags.digest)
        .bind_bytes(6, tags.marks)
        .bind_bytes(7, tags.contents);
    if (auto done = add->run(); !done) return done;
  }
  return {};
}

Result<void> SqliteJournal::match(const MigrationPlan& plan) {
  planned_.emplace(plan);
  numbers_.assign(plan.lists.size(), -1);
  Differences differences;
  auto compared = compare_lists(differences);
  if (compared && is_old_ && differences.lists == 0) compared = compare_lines(differences);
  if (compared && differences.lists > 0) compared = refuse(differences);
  // It tells no content, so nothing would show that an edited file has other texts.
  if (compared && is_old_ && input_ == Input::kChanged) {
    compared =
        fail(ErrorKind::kUsage,
             fmt::format("{}: the file is not the one of the first run, and this journal, of "
                         "an earlier release, does not tell whether its messages are the "
                         "same: go on with that file, or {}",
                         path_.string(), kAdopt));
  }
  if (!compared) {
    planned_.reset();
    return compared;
  }
  if (error_) return {};  // opened to be read only
  if (!is_old_) return prepare();
  return in_transaction([this]() -> Result<void> {
    if (auto replaced = replace_old_tables(); !replaced) return replaced;
    if (auto added = write_lists(); !added) return added;
    return prepare();
  });
}

Result<void> SqliteJournal::compare_lists(Differences& differences) {
  std::unordered_map<ListId, Counted, ListIdHash> counted;
  auto rows = database_->prepare("SELECT number, viewer, peer, planned, digest FROM list");
  if (!rows) return tl::unexpected(rows.error());
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    counted[ListId::of_user(rows->text(1), rows->text(2))] = {
        rows->integer(0), static_cast<std::uint64_t>(rows->integer(3)), rows->text(4)};
  }
  const MigrationPlan& plan = planned_->plan();
  for (const Lane lane : planned_->lanes()) {
    const auto found = counted.find(plan.list_id(lane));
    if (found == counted.end()) {
      differences.add(plan.list_id(lane),
                      fmt::format("expected no list, as the journal has none, got {}, the first in "
                                  "line {}",
                                  messages(planned_->records(lane).size()),
                                  plan.records[planned_->records(lane)[0]].place.line));
      continue;
    }
    if (auto done = compare_list(lane, found->second, differences); !done) return done;
    numbers_[lane.list] = found->second.number;
    counted.erase(found);
  }
  for (const auto& [id, list] : counted) {
    differences.add(id, fmt::format("expected the {} that the journal has, got no list",
                                    messages(list.planned)));
  }
  return {};
}

Result<void> SqliteJournal::compare_list(Lane lane, const Counted& counted,
                                         Differences& differences) {
  const std::size_t planned = planned_->records(lane).size();
  const bool has_tags = !counted.digest.empty();
  const ListTags tags = has_tags ? planned_->tags(lane) : ListTags{};
  const bool same = planned == counted.planned && tags.digest == counted.digest;
  // A better reader may read another text of the same file; an edited file is another history.
  const bool compares_contents = same && has_tags && input_ == Input::kChanged;
  if (same && !compares_contents) return {};
  std::size_t place = std::min<std::size_t>(planned, counted.planned);
  if (has_tags) {
    auto row = database_->prepare("SELECT marks, contents FROM list WHERE number=?");
    if (!row) return tl::unexpected(row.error());
    if (const auto read = row->bind(1, counted.number).step(); !read)
      return tl::unexpected(read.error());
    place = same ? first_difference(tags.contents, row->text(1))
                 : first_difference(tags.marks, row->text(0));
  }
  if (same && place == planned) return {};
  if (same) {
    differences.add(planned_->plan().list_id(lane),
                    fmt::format("expected {} as the first run read it, got another content",
                                message_at(*planned_, lane, place)));
    return {};
  }
  std::string what = fmt::format("expected {}, got {}", messages(counted.planned), planned);
  if (place < planned) {
    what += fmt::format(
        "; {} is {}", message_at(*planned_, lane, place),
        place < counted.planned ? "another one than the journal has there" : "not in the journal");
  }
  differences.add(planned_->plan().list_id(lane), what);
  return {};
}

// All that version 1 tells of a message is the line that it was read from.
Result<void> SqliteJournal::compare_lines(Differences& differences) {
  std::unordered_map<std::int64_t, Lane> lanes;
  for (const Lane lane : planned_->lanes()) lanes[numbers_[lane.list]] = lane;
  auto rows = database_->prepare("SELECT list, place, line FROM import ORDER BY list, place");
  if (!rows) return tl::unexpected(rows.error());
  std::optional<std::int64_t> differing;
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
    const auto found = lanes.find(rows->integer(0));
    if (found == lanes.end() || differing == rows->integer(0)) continue;
    const Lane lane = found->second;
    const auto place = static_cast<std::size_t>(rows->integer(1));
    const auto records = planned_->records(lane);
    const bool alike = place < records.size() &&
                       planned_->plan().records[records[place]].place.line == rows->integer(2);
    if (alike) continue;
    differing = rows->integer(0);
    differences.add(
        planned_->plan().list_id(lane),
        fmt::format("expected line {} as message {}, got {}", rows->integer(2), place + 1,
                    place < records.size() ? message_at(*planned_, lane, place) : "none"));
  }
}

Result<void> SqliteJournal::refuse(const Differences& differences) {
  auto program = noted(kNotedProgram);
  if (!program) return tl::unexpected(program.error());
  const auto told = fingerprint();
  if (!told) return tl::unexpected(told.error());
  for (const auto& [name, value] : *told) {
    if (name == kToldProgram && !*program) *program = value;
  }
  const std::string release =
      fmt::format("zimmock {}, which wrote the journal", program->value_or("of that time"));
  const std::string remedy =
      input_ == Input::kChanged
          ? fmt::format("the file is not the one of the first run: go on with that one, or {}",
                        kAdopt)
      : input_ == Input::kSame
          ? fmt::format(
                "the file is the same, but this release reads it differently: go on with "
                "{}, or {}",
                release, kAdopt)
          : fmt::format("the file has changed, or this release reads it differently than {}",
                        release);
  return fail(ErrorKind::kUsage,
              fmt::format("{}: expected the messages that this journal counts, got others in {} "
                          "list{}: {}; {}",
                          path_.string(), differences.lists, differences.lists == 1 ? "" : "s",
                          differences.first, remedy));
}

Result<SqliteJournal::Row> SqliteJournal::row_of(const ImportKey& key) const {
  const auto place = planned_ ? planned_->place(key) : std::nullopt;
  if (place) return Row{numbers_[key.lane.list], *place};
  return fail(
      ErrorKind::kSystem,
      fmt::format("{}: an import that is not in the plan; please report this", path_.string()));
}

}  // namespace zimmock::client
