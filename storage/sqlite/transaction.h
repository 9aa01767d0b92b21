// Units of work on an SQLite file, for those that need no Session. Internal to storage.
#pragma once

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "storage/error.h"
#include "storage/sql/columns.h"
#include "storage/sqlite/database.h"

namespace hpsearch::storage {

// Runs `work` and gives what it returns; SQLite's exceptions and damaged rows become StoreErrors.
template <class Work>
auto guarded(const std::filesystem::path& path, Work work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    throw explain(path, error);
  } catch (const DamagedRow& error) {
    throw explain(path, error);
  }
}

// One unit of work: everything or nothing. What has not been committed is undone, also where SQLite
// has done so by itself.
class FileTransaction {
 public:
  enum class Kind {
    kWrite,     // holds the write lock from its beginning, so that it never fails half-way for it
    kDeferred,  // locks at its first statement: a reader's snapshot, or a file without other users
  };

  explicit FileTransaction(SQLite::Database& db, Kind kind = Kind::kWrite) : db_(db) {
    db_.exec(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  ~FileTransaction() {
    if (open_) {
      sqlite3_exec(db_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }
  void commit() {
    db_.exec("COMMIT");
    open_ = false;
  }
  FileTransaction(const FileTransaction&) = delete;
  FileTransaction& operator=(const FileTransaction&) = delete;

 private:
  SQLite::Database& db_;
  bool open_ = true;
};

}  // namespace hpsearch::storage
