#include "storage/sqlite/database.h"

#include <chrono>
#include <ctime>
#include <iterator>
#include <optional>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "storage/error.h"
#include "storage/sqlite/schema_sql.h"
#include "storage/sqlite/transaction.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

constexpr int kBusyTimeoutMs = 10'000;
static_assert(std::size(kMigrations) == kSchemaVersion);

int pragma(SQLite::Database& db, const char* name) {
  return db.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

// Refuses files of other programs before anything is written to them. Returns true if the file is
// empty.
bool require_ours(SQLite::Database& db, const std::filesystem::path& path) {
  // Look at the tables first: another process that creates the file right now adds the tables and
  // our mark in one transaction, so a mark read after the tables covers them.
  const bool has_tables = db.execAndGet("SELECT COUNT(*) FROM sqlite_master").getInt() > 0;
  const int application = pragma(db, "application_id");
  const int version = pragma(db, "user_version");
  if (application != kApplicationId && (application != 0 || has_tables)) {
    throw StoreError(fmt::format(
        "{}: this SQLite file belongs to another program; choose another file with --db",
        path.string()));
  }
  if (version > kSchemaVersion) {
    throw StoreError(fmt::format(
        "{}: written by a newer hpsearch (schema {}, this one knows {}); use the newer version",
        path.string(), version, kSchemaVersion));
  }
  return application == 0;
}

// SQLite's busy timeout does not cover every case of this change: two processes that create the
// same file at once would wait for each other. Hence the loop.
void enter_wal_mode(SQLite::Database& db, const std::filesystem::path& path) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(kBusyTimeoutMs);
  while (true) {
    try {
      const std::string mode = db.execAndGet("PRAGMA journal_mode = WAL").getString();
      if (mode != "wal") {
        throw StoreError(fmt::format(
            "{}: SQLite cannot keep a write-ahead log here (it stays in mode {}), so readers would "
            "block the run; put the database on a local disk",
            path.string(), mode));
      }
      return;
    } catch (const SQLite::Exception& error) {
      if (error.getErrorCode() != SQLITE_BUSY || steady_clock::now() > deadline) {
        throw;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void migrate(SQLite::Database& db, const std::string& tool_version) {
  // The write lock first: two processes that create the same file at once take turns.
  Transaction transaction(db);
  for (int version = pragma(db, "user_version") + 1; version <= kSchemaVersion; ++version) {
    db.exec(kMigrations[version - 1]);
    db.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    db.exec(fmt::format("PRAGMA user_version = {}", version));
    SQLite::Statement row(db, "INSERT INTO migrations VALUES (?, ?, ?)");
    row.bind(1, version);
    row.bind(2, utc_now());
    row.bind(3, tool_version);
    row.exec();
  }
  transaction.commit();
}

// SQLite treats names such as ":memory:" specially, but never absolute paths.
std::string sqlite_name(const std::filesystem::path& path) {
  return std::filesystem::absolute(path).string();
}

void require_plain_file(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw StoreError(fmt::format("{}: not a file; choose a file with --db", path.string()));
  }
}

}  // namespace

StoreError explain(const std::filesystem::path& path, const SQLite::Exception& error) {
  const char* remedy = "";
  switch (error.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      remedy = "; another program has locked the database: close it and run the same command again";
      break;
    case SQLITE_FULL:
      remedy = "; free some disk space and run the same command again: nothing finished is lost";
      break;
    case SQLITE_IOERR:
      remedy = "; check the disk (space, quota, ulimit -f) and run the same command again";
      break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      remedy =
          "; check that the folder exists and that you can write to it, or choose another file "
          "with --db";
      break;
    case SQLITE_NOTADB:
      remedy = "; this is not an SQLite database: choose another file with --db";
      break;
    case SQLITE_CORRUPT:
      remedy = "; the file is damaged: recover what is left with sqlite3 FILE .recover";
      break;
    default:
      break;
  }
  return StoreError(fmt::format("{}: {}{}", path.string(), error.what(), remedy));
}

OpenedDatabase open_writable(const std::filesystem::path& path, const std::string& tool_version) {
  require_plain_file(path);
  std::error_code absent;
  if (std::filesystem::hard_link_count(path, absent) > 1 && !absent) {
    throw StoreError(fmt::format(
        "{}: has a second name (a hard link), through which another run would not see this one; "
        "copy the file, or remove the other name",
        path.string()));
  }
  OpenedDatabase opened;
  guarded(path, [&] {
    opened.db = std::make_unique<SQLite::Database>(
        sqlite_name(path), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX,
        kBusyTimeoutMs);
    const auto& db = opened.db;
    sqlite3_extended_result_codes(db->getHandle(), 0);
    opened.is_new = require_ours(*db, path);
    if (opened.is_new) {
      db->exec("PRAGMA synchronous = OFF");
    }
    enter_wal_mode(*db, path);
    db->exec("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY");
    migrate(*db, tool_version);
    // NORMAL: a killed process loses no commits; a power cut may lose the last ones, but never
    // corrupts the file.
    db->exec("PRAGMA synchronous = NORMAL");
  });
  return opened;
}

std::unique_ptr<SQLite::Database> open_readable(const std::filesystem::path& path) {
  require_plain_file(path);
  if (!std::filesystem::exists(path)) {
    throw StoreError(fmt::format(
        "{}: no such database; run a sweep first, or choose a file with --db", path.string()));
  }
  std::unique_ptr<SQLite::Database> db;
  guarded(path, [&] {
    auto open = [&](const std::string& name, int flags) {
      // Without a mutex, which would be locked for each column: one thread at a time reads.
      db = std::make_unique<SQLite::Database>(name, flags | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
      db->exec("PRAGMA query_only = ON");
      require_ours(*db, path);
    };
    auto unwritable = [](const SQLite::Exception& error) {
      const int code = error.getErrorCode();
      return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM;
    };
    try {
      // Writable if possible, although nothing is written: when such a connection is the last to
      // close, it removes the side files of the WAL; a read-only one leaves them behind.
      open(sqlite_name(path), SQLite::OPEN_READWRITE);
      return;
    } catch (const SQLite::Exception& error) {
      if (!unwritable(error)) {
        throw;
      }
    }
    try {
      open(sqlite_name(path), SQLite::OPEN_READONLY);
    } catch (const SQLite::Exception& error) {
      // Even a reader of a WAL database writes the shared-memory file. If that is impossible and
      // there is no log, nobody is writing, so the file can be read as immutable.
      if (!unwritable(error) || std::filesystem::exists(path.string() + "-wal")) {
        throw;
      }
      std::string uri = "file:";
      for (const char c : sqlite_name(path)) {
        const bool special = c == '?' || c == '#' || c == '%';
        uri += special ? fmt::format("%{:02X}", static_cast<int>(c)) : std::string(1, c);
      }
      open(uri + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    }
  });
  guarded(path, [&] {
    if (pragma(*db, "application_id") != kApplicationId) {
      throw StoreError(fmt::format("{}: this database is empty; run a sweep first", path.string()));
    }
  });
  return db;
}

std::string quoted_identifier(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

}  // namespace hpsearch::storage
