#include "storage/sqlite/database.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <iterator>
#include <optional>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "storage/error.h"
#include "storage/sqlite/exclusive.h"
#include "storage/sqlite/file_system.h"
#include "storage/sqlite/schema_sql.h"
#include "storage/sqlite/transaction.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

static_assert(std::size(kMigrations) == kSchemaVersion);

int pragma(SQLite::Database& db, const char* name) {
  return db.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

// Refuses files of other programs before anything is written to them. Returns true if the file is
// empty.
bool require_ours(SQLite::Database& db, const std::filesystem::path& path) {
  // All of it as of one moment: another process may create the tables and our mark right now.
  db.exec("BEGIN");
  const bool has_tables = db.execAndGet("SELECT COUNT(*) FROM sqlite_master").getInt() > 0;
  const int application = pragma(db, "application_id");
  const int version = pragma(db, "user_version");
  db.exec("COMMIT");
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
  if (has_tables ? version < 1 : version != 0) {
    throw DamagedRow(fmt::format("its schema version is {}, although it has {}", version,
                                 has_tables ? "tables" : "no tables"));
  }
  return !has_tables;
}

// SQLite's busy timeout does not cover every case of this change: two processes that create the
// same file at once would wait for each other. Hence the loop.
void enter_wal_mode(SQLite::Database& db, const std::filesystem::path& path) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + BusyWait::kPatience;
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
  FileTransaction transaction(db);
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

std::string not_a_database(const std::filesystem::path& path) {
  return fmt::format("{}: not an SQLite database; choose another file with --db", path.string());
}

void require_plain_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    throw StoreError(fmt::format("{}: is a folder; choose a file in it with --db", path.string()));
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw StoreError(
        fmt::format("{}: is not a regular file; choose another with --db", path.string()));
  }
  // SQLite takes a file of one byte for an empty database, and would write over it.
  constexpr std::uintmax_t kMagicBytes = 16;
  if (std::filesystem::exists(status)) {
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (!error && size > 0 && size < kMagicBytes) {
      throw StoreError(not_a_database(path));
    }
  }
  if (status.type() == std::filesystem::file_type::none) {  // a loop of links, a long name, ...
    throw StoreError(fmt::format("{}: cannot be opened: {}; choose another file with --db",
                                 path.string(), error.message()));
  }
}

// One connection of its own, or on a network file system the one of this process.
DatabasePtr connect(const std::string& name, int flags, const std::filesystem::path& path) {
  const auto network = network_file_system(path);
  return network ? open_exclusive(name, flags, path, *network)
                 : open_connection(name, flags, path.string());
}

// True if this process cannot open the files of one more database: the file, its log, its shared
// memory and its folder. SQLite's error names none of its causes.
bool lacks_descriptors() {
  constexpr int kNeeded = 4;
  std::array<int, kNeeded> opened{};
  opened.fill(-1);
  bool lacking = false;
  for (int& descriptor : opened) {
    descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    lacking = lacking || (descriptor < 0 && (errno == EMFILE || errno == ENFILE));
  }
  for (const int descriptor : opened) {
    if (descriptor >= 0) {
      close(descriptor);
    }
  }
  return lacking;
}

}  // namespace

StoreError explain(const std::filesystem::path& path, const SQLite::Exception& error) {
  const char* remedy = "";
  switch (error.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      if (const auto network = network_file_system(path)) {
        return busy_on_network(path, *network);
      }
      remedy = "; another program has locked the database: close it and run the same command again";
      break;
    case SQLITE_FULL:
      remedy = "; free some disk space and run the same command again: nothing finished is lost";
      break;
    case SQLITE_IOERR:
      remedy = "; check the disk (space, quota, ulimit -f) and run the same command again";
      break;
    case SQLITE_CANTOPEN:
      if (lacks_descriptors()) {
        return StoreError(fmt::format(
            "{}: cannot be opened: too many files are open; raise the limit of open files (ulimit "
            "-n)",
            path.string()));
      }
      [[fallthrough]];
    case SQLITE_READONLY:
    case SQLITE_PERM:
      remedy =
          "; check that the folder exists and that you can write to it, or choose another file "
          "with --db";
      break;
    case SQLITE_NOTADB:
      return StoreError(not_a_database(path));
    case SQLITE_INTERRUPT:
      return StoreError(fmt::format(
          "{}: a query does not come to an end; the file is damaged, or another program "
          "has changed it: go back to a copy of it",
          path.string()));
    case SQLITE_NOMEM:
      remedy = "; use fewer workers, or raise the limit of memory (ulimit -v)";
      break;
    case SQLITE_ERROR:  // a table, a column or a function that every version has
      remedy = "; the file is damaged, or another program has changed it: go back to a copy of it";
      break;
    case SQLITE_CORRUPT:
      remedy = "; the file is damaged: take what is left with hpsearch doctor --recover NEW.db";
      break;
    default:
      break;
  }
  return StoreError(fmt::format("{}: {}{}", path.string(), error.what(), remedy));
}

StoreError explain(const std::filesystem::path& path, const DamagedRow& error) {
  return StoreError(
      fmt::format("{}: damaged: {}; go back to a copy of the file", path.string(), error.what()));
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
    opened.db = connect(sqlite_name(path), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, path);
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
    opened.db.get_deleter().remember_side_files(*db);
  });
  return opened;
}

namespace {

// The name by which SQLite opens a file as one that nobody writes.
std::string immutable_uri(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : sqlite_name(path)) {
    const bool special = c == '?' || c == '#' || c == '%';
    uri += special ? fmt::format("%{:02X}", static_cast<int>(c)) : std::string(1, c);
  }
  return uri + "?immutable=1";
}

void require_database(const std::filesystem::path& path) {
  require_plain_file(path);
  if (!std::filesystem::exists(path)) {
    throw StoreError(fmt::format(
        "{}: no such database; run a sweep first, or choose a file with --db", path.string()));
  }
}

void require_content(SQLite::Database& db, const std::filesystem::path& path) {
  guarded(path, [&] {
    if (pragma(db, "application_id") != kApplicationId) {
      throw StoreError(fmt::format("{}: this database is empty; run a sweep first", path.string()));
    }
  });
}

}  // namespace

DatabasePtr open_readable(const std::filesystem::path& path) {
  require_database(path);
  DatabasePtr db;
  guarded(path, [&] {
    auto open = [&](const std::string& name, int flags) {
      db = connect(name, flags, path);
      if (!db.get_deleter().is_shared()) {  // else with those that write
        db->exec("PRAGMA query_only = ON");
      }
      require_ours(*db, path);
      db.get_deleter().remember_side_files(*db);
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
      open(immutable_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    }
  });
  require_content(*db, path);
  return db;
}

DatabasePtr open_untouched(const std::filesystem::path& path) {
  require_database(path);
  const bool log = std::filesystem::exists(path.string() + "-wal");
  if (log && !std::filesystem::exists(path.string() + "-shm")) {
    throw StoreError(fmt::format("{}: its log has to be read first; open it with another command",
                                 path.string()));
  }
  DatabasePtr db;
  guarded(path, [&] {
    db = log ? connect(sqlite_name(path), SQLite::OPEN_READONLY, path)
             : connect(immutable_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI, path);
    require_ours(*db, path);
  });
  require_content(*db, path);
  return db;
}

}  // namespace hpsearch::storage
