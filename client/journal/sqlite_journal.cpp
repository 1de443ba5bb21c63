#include "client/journal/sqlite_journal.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "client/journal/journal_names.h"
#include "contracts/api/text.h"

namespace zimmock::client {
namespace {

// "zimm": tells the file from other databases.
constexpr std::int64_t kApplicationId = 0x7A696D6D;
constexpr std::int64_t kOldVersion = 1;
constexpr std::int64_t kVersion = 2;

constexpr const char* kSetUp = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

constexpr const char* kSchema = R"(
BEGIN IMMEDIATE;
PRAGMA application_id = 2053729645;
PRAGMA user_version = 2;
CREATE TABLE told(place INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE note(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE run(number INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL,
                 ended_ms INTEGER NOT NULL DEFAULT 0, verdict TEXT NOT NULL DEFAULT '',
                 exit_code INTEGER NOT NULL DEFAULT -1,
                 rate_limit_ms INTEGER NOT NULL DEFAULT 0, told_to_wait_ms INTEGER NOT NULL DEFAULT 0,
                 no_connection_ms INTEGER NOT NULL DEFAULT 0, in_doubt_ms INTEGER NOT NULL DEFAULT 0);
)";

// Held by who writes the journal: a byte far from those that SQLite locks, which can be asked for
// without taking it.
struct flock writers_lock() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = off_t{1} << 60;
  lock.l_len = 1;
  return lock;
}

Result<std::int64_t> pragma(SqlDatabase& database, std::string_view name) {
  auto statement = database.prepare(fmt::format("PRAGMA {}", name));
  if (!statement) return tl::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return tl::unexpected(row.error());
  return *row ? statement->integer(0) : 0;
}

// A file in which a run that ended at once may have set up nothing yet.
Result<bool> is_empty(SqlDatabase& database) {
  auto tables = database.prepare("SELECT count(*) FROM sqlite_master");
  if (!tables) return tl::unexpected(tables.error());
  const auto row = tables->step();
  if (!row) return tl::unexpected(Error{ErrorKind::kUsage, row.error().message});
  return tables->integer(0) == 0;
}

// A digest tells nobody more than its beginning does.
std::string_view shortened(const std::string& value) {
  constexpr std::size_t kSha256Digits = 64;
  const bool digest = value.size() == kSha256Digits &&
                      value.find_first_not_of("0123456789abcdef") == std::string::npos;
  return std::string_view(value).substr(0, digest ? 8 : value.size());
}

}  // namespace

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const std::filesystem::path& path,
                                                           const Fingerprint& fingerprint,
                                                           const Clock& clock) {
  std::unique_ptr<SqliteJournal> out(new SqliteJournal(path));
  out->clock_ = &clock;
  if (auto locked = out->lock(); !locked) return tl::unexpected(locked.error());
  auto database = SqlDatabase::open(path, SqlDatabase::Mode::kWrite);
  if (!database) return tl::unexpected(database.error());
  out->database_ = *std::move(database);
  const auto empty = is_empty(*out->database_);
  if (!empty) return tl::unexpected(empty.error());
  auto ready = *empty ? out->create(fingerprint) : out->compare(fingerprint);
  if (!ready) return tl::unexpected(ready.error());
  const auto begun = out->noted(kBegun);
  if (!begun) return tl::unexpected(begun.error());
  out->is_new_ = !*begun;
  return out;
}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open_to_read(
    const std::filesystem::path& path) {
  auto database = SqlDatabase::open(path, SqlDatabase::Mode::kRead);
  if (!database) return tl::unexpected(database.error());
  std::unique_ptr<SqliteJournal> out(new SqliteJournal(path));
  out->database_ = *std::move(database);
  if (auto checked = out->check_kind(); !checked) return tl::unexpected(checked.error());
  out->error_ = Error{ErrorKind::kSystem, fmt::format("{}: opened to be read only", path.string())};
  return out;
}

bool SqliteJournal::is_being_written(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock = writers_lock();
  const bool known = ::fcntl(fd, F_OFD_GETLK, &lock) == 0;
  ::close(fd);
  return known && lock.l_type != F_UNLCK;
}

// The lock goes last: closing any descriptor of the file lets SQLite's own locks go.
SqliteJournal::~SqliteJournal() {
  add_intent_ = {};
  set_result_ = {};
  database_.reset();
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

Result<void> SqliteJournal::lock() {
  lock_fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ < 0) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: could not write the journal: {}; --journal FILE puts it elsewhere",
                            path_.string(), std::strerror(errno)));
  }
  struct flock lock = writers_lock();
  if (::fcntl(lock_fd_, F_OFD_SETLK, &lock) == 0) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("{}: another run is writing this journal; wait for its end, or stop it",
                          path_.string()));
}

Result<void> SqliteJournal::check_kind() {
  const auto id = pragma(*database_, "application_id");
  if (!id) return tl::unexpected(Error{ErrorKind::kUsage, id.error().message});
  const auto version = pragma(*database_, "user_version");
  if (!version) return tl::unexpected(version.error());
  if (*id != kApplicationId) {
    return fail(
        ErrorKind::kUsage,
        fmt::format("{}: expected a journal of zimmock migrate, got another file", path_.string()));
  }
  if (*version < kOldVersion || *version > kVersion) {
    return fail(
        ErrorKind::kUsage,
        fmt::format("{}: expected a journal of version {} to {}, got {}: a later release of "
                    "zimmock wrote it; go on with that release",
                    path_.string(), kOldVersion, kVersion, *version));
  }
  is_old_ = *version == kOldVersion;
  return is_old_ ? show_old_tables() : Result<void>{};
}

Result<void> SqliteJournal::create(const Fingerprint& fingerprint) {
  if (auto done = database_->execute(kSetUp); !done) return done;
  if (auto done = database_->execute(kSchema); !done) return done;
  if (auto done = create_tables(""); !done) return done;
  auto add = database_->prepare("INSERT INTO told(name, value) VALUES(?, ?)");
  if (!add) return tl::unexpected(add.error());
  for (const auto& [name, value] : fingerprint) {
    if (auto done = add->bind(1, name).bind(2, value).run(); !done) return done;
  }
  return database_->execute("COMMIT");
}

Result<void> SqliteJournal::compare(const Fingerprint& fingerprint) {
  if (auto checked = check_kind(); !checked) return checked;
  if (auto done = database_->execute(kSetUp); !done) return done;
  const auto before = this->fingerprint();
  if (!before) return tl::unexpected(before.error());
  std::map<std::string, std::string> was(before->begin(), before->end());
  std::vector<std::string> differences;
  for (const auto& [name, value] : fingerprint) {
    const auto found = was.find(name);
    const std::string old = found == was.end() ? "nothing" : found->second;
    if (name == kToldInput) input_ = old == value ? Input::kSame : Input::kChanged;
    if (old != value && name != kToldInput && name != kToldProgram)
      differences.push_back(
          fmt::format("{}: was {}, is {}", name, shortened(old), shortened(value)));
    was.erase(name);
  }
  // Options that are told only if they are given.
  for (const auto& [name, value] : was)
    differences.push_back(fmt::format("{}: was {}, is nothing", name, shortened(value)));
  if (differences.empty()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("{}: this journal is of another migration: {}; repeat that command, or "
                          "begin a new journal with --journal FILE",
                          path_.string(), fmt::join(differences, "; ")));
}

Result<void> SqliteJournal::prepare() {
  auto add = database_->prepare(
      "INSERT INTO import(list, place, line, attempt, timestamp_s, to_sender, record_name) "
      "VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET attempt=excluded.attempt, "
      "timestamp_s=excluded.timestamp_s, outcome=0");
  if (!add) return tl::unexpected(add.error());
  add_intent_ = *std::move(add);
  auto set = database_->prepare(
      "UPDATE import SET outcome=?, ended_ms=?, msg_id=?, msg_seq=?, code=?, why=? "
      "WHERE list=? AND place=?");
  if (!set) return tl::unexpected(set.error());
  set_result_ = *std::move(set);
  return {};
}

Result<void> SqliteJournal::intent(const ImportIntent& intent) {
  std::unique_lock lock(mutex_);
  pending_.emplace_back(intent);
  return wait_for(++told_, lock);
}

Result<void> SqliteJournal::result(const ImportResult& result) {
  const std::lock_guard lock(mutex_);
  if (error_) return tl::unexpected(*error_);
  pending_.emplace_back(result);
  ++told_;
  return {};
}

// What is pending is written in one transaction.
Result<void> SqliteJournal::adopt(const std::vector<ImportEntry>& entries) {
  std::unique_lock lock(mutex_);
  for (const ImportEntry& entry : entries) {
    pending_.emplace_back(entry.intent);
    pending_.emplace_back(entry.result);
  }
  told_ += 2 * entries.size();
  return wait_for(told_, lock);
}

Result<void> SqliteJournal::flush() {
  std::unique_lock lock(mutex_);
  return wait_for(told_, lock);
}

// The first thread to come writes what all have told so far; the others wait for it.
Result<void> SqliteJournal::wait_for(std::uint64_t change, std::unique_lock<std::mutex>& lock) {
  while (written_ < change && !error_) {
    if (writing_) {
      written_changed_.wait(lock);
      continue;
    }
    writing_ = true;
    std::vector<Change> changes;
    changes.swap(pending_);
    const std::uint64_t last = told_;
    lock.unlock();
    const auto done = write(changes);
    lock.lock();
    writing_ = false;
    if (done) {
      written_ = last;
    } else {
      error_ = done.error();
    }
    written_changed_.notify_all();
  }
  if (error_) return tl::unexpected(*error_);
  return {};
}

Result<void> SqliteJournal::write(const std::vector<Change>& changes) {
  return in_transaction([&]() -> Result<void> {
    for (const Change& change : changes) {
      if (auto done = write_one(change); !done) return done;
    }
    return {};
  });
}

Result<void> SqliteJournal::in_transaction(const std::function<Result<void>()>& change) {
  if (auto begun = database_->execute("BEGIN IMMEDIATE"); !begun) return begun;
  if (auto done = change(); !done) {
    static_cast<void>(database_->execute("ROLLBACK"));
    return done;
  }
  return database_->execute("COMMIT");
}

Result<void> SqliteJournal::write_one(const Change& change) {
  if (const auto* intent = std::get_if<ImportIntent>(&change)) {
    const auto row = row_of(intent->key);
    if (!row) return tl::unexpected(row.error());
    const std::string name = to_column(intent->name);
    return add_intent_.bind(1, row->list)
        .bind(2, row->place)
        .bind(3, intent->line)
        .bind(4, intent->attempt)
        .bind(5, intent->timestamp_s)
        .bind(6, static_cast<std::int64_t>(intent->view))
        .bind(7, name)
        .run();
  }
  const auto& result = std::get<ImportResult>(change);
  const auto row = row_of(result.key);
  if (!row) return tl::unexpected(row.error());
  return set_result_.bind(1, static_cast<std::int64_t>(result.outcome))
      .bind(2, clock_->wall_ms())
      .bind(3, result.msg_id)
      .bind(4, result.msg_seq)
      .bind(5, result.code)
      .bind(6, result.why)
      .bind(7, row->list)
      .bind(8, row->place)
      .run();
}

Result<void> SqliteJournal::note(std::string_view name, std::string_view value) {
  auto set = database_->prepare("INSERT OR REPLACE INTO note(name, value) VALUES(?, ?)");
  if (!set) return tl::unexpected(set.error());
  return set->bind(1, name).bind(2, value).run();
}

Result<std::optional<std::string>> SqliteJournal::noted(std::string_view name) {
  auto get = database_->prepare("SELECT value FROM note WHERE name=?");
  if (!get) return tl::unexpected(get.error());
  const auto row = get->bind(1, name).step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  return get->text(0);
}

Result<bool> SqliteJournal::is_set_up(std::string_view step) {
  const auto found = noted(step);
  if (!found) return tl::unexpected(found.error());
  return found->has_value();
}

Result<void> SqliteJournal::set_up(std::string_view step) { return note(step, "1"); }

Result<Fingerprint> SqliteJournal::fingerprint() {
  auto rows = database_->prepare("SELECT name, value FROM told ORDER BY place");
  if (!rows) return tl::unexpected(rows.error());
  Fingerprint out;
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return out;
    out.emplace_back(rows->text(0), rows->text(1));
  }
}

}  // namespace zimmock::client
