#pragma once

// A thin layer over SQLite: owned handles, and its errors as ours.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "contracts/api/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace zimmock::client {

// A prepared statement. Texts and numbers are bound by position, from 1. Used by one thread.
class SqlStatement {
 public:
  SqlStatement() = default;
  SqlStatement(sqlite3* database, sqlite3_stmt* statement);

  SqlStatement& bind(int at, std::int64_t value);
  SqlStatement& bind(int at, std::string_view value);
  SqlStatement& bind_bytes(int at, std::string_view value);  // as a BLOB, which text() reads

  // True while there is a row; after the last one, or an Error (kSystem), it can be bound anew.
  Result<bool> step();
  Result<void> run();  // to its end

  std::int64_t integer(int column) const;  // columns from 0
  std::string text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqlDatabase {
 public:
  enum class Mode { kRead, kWrite };  // kWrite creates it

  // Errors name the file: kUsage where it cannot be opened.
  static Result<SqlDatabase> open(const std::filesystem::path& path, Mode mode);

  Result<void> execute(const char* statements);
  Result<SqlStatement> prepare(std::string_view statement);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace zimmock::client
