// An open SQLite file, and how it is left. Internal to storage.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

// Waits for another program's lock, and says so if that takes longer than a moment.
class BusyWait {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  explicit BusyWait(std::string path) : path_(std::move(path)) {}

  // SQLite's busy handler; `self` is a BusyWait.
  static int wait(void* self, int count);

 private:
  std::string path_;
  std::chrono::steady_clock::time_point begin_;
  bool told_ = false;
};

// Closes a database, also one whose file has been removed or replaced since it was opened.
//
// SQLite finds the log and the shared memory of x.db by their names, x.db-wal and x.db-shm. Nothing
// in them says to which file they belong: if another file is moved to x.db, whoever opens it next
// applies the old log to it. SQLite itself leaves both files behind when it notices that the
// database has moved. So what the log holds goes into the file that it belongs to, wherever that is
// now, and both names are freed.
class CloseDatabase {
 public:
  CloseDatabase() = default;
  explicit CloseDatabase(std::shared_ptr<BusyWait> wait) : wait_(std::move(wait)) {}

  // For one of several users of a connection: the last of them closes it.
  static CloseDatabase of_shared(std::shared_ptr<SQLite::Database> db);
  bool is_shared() const { return shared_ != nullptr; }

  // Remembers which files these are. The database must have been read or written, as SQLite creates
  // them only then.
  void remember_side_files(SQLite::Database& db);

  void operator()(SQLite::Database* db) const noexcept;

 private:
  std::shared_ptr<BusyWait> wait_;
  std::shared_ptr<SQLite::Database> shared_;
  struct SideFile {
    std::string name;
    dev_t device;
    ino_t inode;
  };
  std::vector<SideFile> side_files_;
};

// Ends statements that would run for ever: views of a crafted file, a user's endless subquery.
class StepLimit {
 public:
  // Of SQLite's virtual machine: some seconds. What reports ask of 100,000 trials takes less
  // than a tenth of that.
  static constexpr std::int64_t kMost = 300'000'000;

  StepLimit() = default;
  StepLimit(const StepLimit&) = delete;
  StepLimit& operator=(const StepLimit&) = delete;

  // From now on a statement fails with SQLITE_INTERRUPT after so many steps since the last reset().
  void watch(SQLite::Database& db);
  void reset() { steps_ = 0; }

 private:
  std::int64_t steps_ = 0;
};

using DatabasePtr = std::unique_ptr<SQLite::Database, CloseDatabase>;

// Opens a file with these flags of SQLite, for one thread at a time. `path` names it in messages.
DatabasePtr open_connection(const std::string& name, int flags, const std::string& path);

// True if the path of the open database leads to another file by now, or to none.
bool has_moved(SQLite::Database& db) noexcept;

}  // namespace hpsearch::storage
