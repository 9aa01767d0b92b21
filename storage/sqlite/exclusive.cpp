#include "storage/sqlite/exclusive.h"

#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "storage/notices.h"

namespace hpsearch::storage {
namespace {

// Long enough for a short command of another process to end.
constexpr int kPatienceMs = 1000;

struct Connections {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<SQLite::Database>> open;  // by the file's name
  bool warned = false;
};

Connections& connections() {
  static Connections all;
  return all;
}

std::shared_ptr<SQLite::Database> connect(const std::string& name, int flags) {
  auto db = std::make_shared<SQLite::Database>(name, flags | SQLite::OPEN_FULLMUTEX);
  sqlite3_busy_timeout(db->getHandle(), kPatienceMs);
  // Before the first access, or SQLite would use shared memory.
  db->exec("PRAGMA locking_mode = EXCLUSIVE");
  return db;
}

}  // namespace

DatabasePtr open_exclusive(const std::string& name,
                           int flags,
                           const std::filesystem::path& path,
                           const std::string& network) {
  Connections& all = connections();
  const std::lock_guard lock(all.mutex);
  std::error_code unresolved;
  const std::string key = std::filesystem::weakly_canonical(name, unresolved).string();
  auto db = all.open[key].lock();
  if (!db) {
    db = connect(name, flags);
    all.open[key] = db;
  }
  // Those who only read are gone in a moment.
  if ((flags & SQLite::OPEN_CREATE) != 0 && !std::exchange(all.warned, true)) {
    tell_of_wait(
        fmt::format("{}: lies on {}, where SQLite serves one process at a time: until this one "
                    "ends, no other can read or write the database",
                    path.string(), network));
  }
  SQLite::Database* shared = db.get();
  return {shared, CloseDatabase::of_shared(std::move(db))};
}

StoreError busy_on_network(const std::filesystem::path& path, const std::string& network) {
  return StoreError(fmt::format(
      "{}: another process has the database open, and on {} only one at a time can; wait for it to "
      "end, or give each process a database of its own (run --shard, then hpsearch merge), or put "
      "the database on a local disk or a database server",
      path.string(), network));
}

}  // namespace hpsearch::storage
