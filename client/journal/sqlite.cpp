#include "client/journal/sqlite.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <unistd.h>

#include <fmt/format.h>
#include <sqlite3.h>

namespace zimmock::client {
namespace {

tl::unexpected<Error> sql_error(ErrorKind kind, sqlite3* database) {
  const char* path = sqlite3_db_filename(database, "main");
  return fail(kind,
              fmt::format("{}: {}", path == nullptr ? "journal" : path, sqlite3_errmsg(database)));
}

}  // namespace

void SqlStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqlDatabase::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

SqlStatement::SqlStatement(sqlite3* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement) {}

SqlStatement& SqlStatement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
  return *this;
}

SqlStatement& SqlStatement::bind(int at, std::string_view value) {
  sqlite3_bind_text(statement_.get(), at, value.data(), static_cast<int>(value.size()),
                    SQLITE_TRANSIENT);
  return *this;
}

SqlStatement& SqlStatement::bind_bytes(int at, std::string_view value) {
  sqlite3_bind_blob(statement_.get(), at, value.data(), static_cast<int>(value.size()),
                    SQLITE_TRANSIENT);
  return *this;
}

Result<bool> SqlStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  auto error = sql_error(ErrorKind::kSystem, database_);
  sqlite3_reset(statement_.get());
  if (code == SQLITE_DONE) return false;
  return error;
}

Result<void> SqlStatement::run() {
  while (true) {
    const auto more = step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
  }
}

std::int64_t SqlStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string SqlStatement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (bytes == nullptr) return "";
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

Result<SqlDatabase> SqlDatabase::open(const std::filesystem::path& path, Mode mode) {
  constexpr int kBusyMs = 5000;
  const int flags =
      mode == Mode::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  SqlDatabase out;
  out.path_ = path;
  // SQLite does not say what is wrong.
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  const int reason = is_folder                                                  ? EISDIR
                     : mode == Mode::kRead && ::access(path.c_str(), R_OK) != 0 ? errno
                                                                                : 0;
  if (reason != 0) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: could not open: {}", path.string(), std::strerror(reason)));
  }
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  out.database_.reset(database);
  if (code != SQLITE_OK) {
    return fail(ErrorKind::kUsage,
                fmt::format("{}: could not open: {}", path.string(), sqlite3_errmsg(database)));
  }
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyMs);
  return out;
}

Result<void> SqlDatabase::execute(const char* statements) {
  const int code = sqlite3_exec(database_.get(), statements, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return sql_error(code == SQLITE_NOTADB ? ErrorKind::kUsage : ErrorKind::kSystem, database_.get());
}

Result<SqlStatement> SqlDatabase::prepare(std::string_view statement) {
  sqlite3_stmt* prepared = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), statement.data(), static_cast<int>(statement.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code == SQLITE_OK) return SqlStatement(database_.get(), prepared);
  return sql_error(code == SQLITE_NOTADB ? ErrorKind::kUsage : ErrorKind::kSystem, database_.get());
}

}  // namespace zimmock::client
