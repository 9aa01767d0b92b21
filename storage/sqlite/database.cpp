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
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

constexpr int kBusyTimeoutMs = 10'000;
static_assert(std::size(kMigrations) == kSchemaVersion);

int pragma(SQLite::Database& db, const char* name) {
  return db.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

// Refuses what is not ours before anything is written to it. Returns whether there is nothing in
// it.
bool require_ours(SQLite::Database& db, const std::filesystem::path& path) {
  // The tables first: another process that creates the file at this moment marks it as ours
  // together with them, so that a mark read later is theirs.
  const bool has_tables = db.execAndGet("SELECT COUNT(*) FROM sqlite_master").getInt() > 0;
  const int application = pragma(db, "application_id");
  const int version = pragma(db, "user_version");
  if (application != kApplicationId && (application != 0 || has_tables)) {
    throw StoreError(
        fmt::format("{}: this SQLite file belongs to another program; name another one with --db",
                    path.string()));
  }
  if (version > kSchemaVersion) {
    throw StoreError(fmt::format(
        "{}: made by a newer hpsearch (schema {}, this one knows {}); use that one to open it",
        path.string(), version, kSchemaVersion));
  }
  return application == 0;
}

// SQLite waits for locks by itself, but not always for this change: two processes that make the
// same new file at once would each wait for the other.
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
  // IMMEDIATE: two processes that create the same file at once take turns.
  db.exec("BEGIN IMMEDIATE");
  try {
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
    db.exec("COMMIT");
  } catch (...) {
    sqlite3_exec(db.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

// SQLite gives names such as ":memory:" a meaning; a path from the root has none but itself.
std::string sqlite_name(const std::filesystem::path& path) {
  return std::filesystem::absolute(path).string();
}

void require_plain_file(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw StoreError(fmt::format("{}: not a file; name a file with --db", path.string()));
  }
}

}  // namespace

StoreError explain(const std::filesystem::path& path, const SQLite::Exception& error) {
  const char* remedy = "";
  switch (error.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      remedy = "; another program holds the database: close it and run the same command again";
      break;
    case SQLITE_FULL:
      remedy = "; make room on the disk and run the same command again: nothing finished is lost";
      break;
    case SQLITE_IOERR:
      remedy = "; check the disk (space, quota, ulimit -f) and run the same command again";
      break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      remedy =
          "; check that the folder exists and that you may write to it, or name another file with "
          "--db";
      break;
    case SQLITE_NOTADB:
      remedy = "; this is no SQLite database: name another file with --db";
      break;
    case SQLITE_CORRUPT:
      remedy = "; the file is damaged: save what is left with sqlite3 FILE .recover";
      break;
    default:
      break;
  }
  return StoreError(fmt::format("{}: {}{}", path.string(), error.what(), remedy));
}

void guarded(const std::filesystem::path& path, const std::function<void()>& work) {
  try {
    work();
  } catch (const SQLite::Exception& error) {
    throw explain(path, error);
  }
}

OpenedDatabase open_writable(const std::filesystem::path& path, const std::string& tool_version) {
  require_plain_file(path);
  std::error_code absent;
  if (std::filesystem::hard_link_count(path, absent) > 1 && !absent) {
    throw StoreError(fmt::format(
        "{}: has another name (a hard link), under which another run could not see this one; copy "
        "the file, or remove the other name",
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
    // NORMAL: a killed process loses nothing that was committed; a power cut may lose the last
    // commits, never the file's consistency.
    db->exec("PRAGMA synchronous = NORMAL");
  });
  return opened;
}

std::unique_ptr<SQLite::Database> open_readable(const std::filesystem::path& path) {
  require_plain_file(path);
  if (!std::filesystem::exists(path)) {
    throw StoreError(fmt::format(
        "{}: no such database; run a sweep first, or name the file with --db", path.string()));
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
      // Writable where possible, though nothing is written: such a connection removes the WAL's
      // side files when it is the last to close, a read-only one leaves them behind.
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
      // Even a reader of a WAL database writes its shared-memory file. Where it cannot, and nobody
      // is writing either, the file may be read as it lies there.
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
