#include "storage/recovery.h"

#include <algorithm>
#include <set>
#include <system_error>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include "storage/error.h"
#include "storage/sql/session.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/health_rows.h"
#include "storage/sqlite/transaction.h"

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;

// A table of the schema. The rows of one sweep, trial or event share the first column of its key,
// so they lie side by side on few pages.
struct Table {
  std::string name;
  std::string key;
  std::vector<std::string> columns;  // that both databases have
};

std::vector<std::string> columns_of(SQLite::Database& db, const std::string& table) {
  std::vector<std::string> columns;
  SQLite::Statement s(db, "SELECT name FROM pragma_table_info(?)");
  s.bind(1, table);
  while (s.executeStep()) {
    columns.push_back(s.getColumn(0).getString());
  }
  return columns;
}

// A value as it is, whatever the column's type says.
void copy_cell(const SQLite::Column& cell, SQLite::Statement& write, int index) {
  switch (cell.getType()) {
    case SQLITE_INTEGER:
      write.bind(index, cell.getInt64());
      break;
    case SQLITE_FLOAT:
      write.bind(index, cell.getDouble());
      break;
    case SQLITE_TEXT:
      write.bind(index, cell.getString());
      break;
    case SQLITE_BLOB:
      write.bind(index, cell.getBlob(), cell.getBytes());
      break;
    default:
      write.bind(index);
  }
}

class Recovery {
 public:
  Recovery(SQLite::Database& damaged, SQLite::Database& fresh) : from_(damaged), to_(fresh) {}

  Recovered run() {
    to_.exec("PRAGMA foreign_keys = OFF");
    FileTransaction transaction(to_);
    const std::vector<Table> tables = common_tables();
    for (const Table& table : tables) {
      copy(table, tables);
    }
    copy_views();
    if (const int rows = remove_orphans(to_); rows > 0) {
      result_.losses.push_back(fmt::format("{} rows of sweeps or trials that are lost", rows));
    }
    interrupt_what_lost_rows();
    transaction.commit();
    result_.sweeps = count("sweeps");
    result_.trials = count("trials");
    result_.epochs = count("epochs");
    return std::move(result_);
  }

 private:
  std::int64_t count(const char* table) {
    return to_.execAndGet(fmt::format("SELECT COUNT(*) FROM {}", table)).getInt64();
  }

  // In an order in which rows follow those that they refer to. Saved states belong to a run that is
  // going on, and the list of versions to a file.
  std::vector<Table> common_tables() {
    std::vector<Table> tables;
    SQLite::Statement s(
        to_,
        "SELECT m.name, COALESCE((SELECT name FROM pragma_table_info(m.name) WHERE pk "
        "= 1), 'sweep_id') "
        "FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT IN "
        "('migrations', 'checkpoints', 'sqlite_sequence') ORDER BY m.rowid");
    while (s.executeStep()) {
      Table table{s.getColumn(0).getString(), s.getColumn(1).getString(), {}};
      const auto here = columns_of(from_, table.name);
      for (const std::string& column : columns_of(to_, table.name)) {
        if (std::find(here.begin(), here.end(), column) != here.end()) {
          table.columns.push_back(column);
        }
      }
      if (!table.columns.empty()) {
        tables.push_back(std::move(table));
      }
    }
    return tables;
  }

  // The largest key, which any table with this column may still know.
  std::int64_t largest(const std::string& key, const std::vector<Table>& tables) {
    std::int64_t most = 0;
    for (const Table& table : tables) {
      if (std::find(table.columns.begin(), table.columns.end(), key) == table.columns.end()) {
        continue;
      }
      try {
        most = std::max(most, from_
                                  .execAndGet(fmt::format("SELECT COALESCE(MAX({}), 0) FROM {}",
                                                          quoted_identifier(key),
                                                          quoted_identifier(table.name)))
                                  .getInt64());
      } catch (const SQLite::Exception&) {  // another table may know
      }
    }
    return most;
  }

  void copy(const Table& table, const std::vector<Table>& tables) {
    std::vector<std::string> names;
    for (const std::string& column : table.columns) {
      names.push_back(quoted_identifier(column));
    }
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    SQLite::Statement read(
        from_, fmt::format("SELECT {} FROM {} WHERE {} = ?", list, quoted_identifier(table.name),
                           quoted_identifier(table.key)));
    SQLite::Statement write(
        to_, fmt::format("INSERT OR IGNORE INTO {}({}) VALUES({})", quoted_identifier(table.name),
                         list, fmt::join(std::vector<std::string>(names.size(), "?"), ", ")));
    const std::int64_t last = largest(table.key, tables);
    std::int64_t unreadable = 0;
    for (std::int64_t key = 1; key <= last; ++key) {
      if (!copy_rows(read, write, key)) {
        ++unreadable;
        if (table.key == "trial_id") {
          lost_trials_.insert(key);
        }
      }
    }
    if (unreadable > 0) {
      result_.losses.push_back(fmt::format("{}: rows of {} {} cannot be read", table.name,
                                           unreadable, noun(table.key, unreadable)));
    }
  }

  static std::string noun(const std::string& key, std::int64_t count) {
    const std::string one = key.substr(0, key.find('_'));  // sweep_id, trial_id, event_id
    return count == 1 ? one : one + "s";
  }

  // False if not all rows of the key could be read, or one is none that the table can hold.
  static bool copy_rows(SQLite::Statement& read, SQLite::Statement& write, std::int64_t key) {
    bool whole = true;
    try {
      read.reset();
      read.bind(1, key);
      while (read.executeStep()) {
        write.reset();
        for (int i = 0; i < read.getColumnCount(); ++i) {
          copy_cell(read.getColumn(i), write, i + 1);
        }
        try {
          write.exec();
        } catch (const SQLite::Exception& error) {
          if (error.getErrorCode() != SQLITE_CONSTRAINT) {
            throw StoreError(error.what());  // the new file is at fault, as on a full disk
          }
          whole = false;
        }
      }
    } catch (const SQLite::Exception&) {
      whole = false;
    }
    return whole;
  }

  void copy_views() {
    try {
      SQLite::Statement s(from_,
                          "SELECT sql FROM sqlite_master WHERE type = 'view' AND name LIKE "
                          "'trials\\_%' ESCAPE '\\'");
      while (s.executeStep()) {
        to_.exec(s.getColumn(0).getString());
      }
    } catch (const SQLite::Exception& error) {
      result_.losses.push_back(fmt::format("views of single sweeps: {}", error.what()));
    }
  }

  // What lost rows is trained again, under its number and seed.
  void interrupt_what_lost_rows() {
    for (const std::int64_t trial : lost_trials_) {
      SQLite::Statement s(to_,
                          "UPDATE trials SET state = 'interrupted', value = NULL, score = NULL, "
                          "best_epoch = NULL, finished_at = NULL WHERE trial_id = ?");
      s.bind(1, trial);
      result_.incomplete += s.exec();
    }
    // A trial whose own row is lost may be of any sweep. One that lacks nothing ends again at once.
    const bool unknown = result_.incomplete < static_cast<std::int64_t>(lost_trials_.size());
    to_.exec(fmt::format(
        "UPDATE sweeps SET state = 'interrupted', finished_at = NULL, stop_reason = NULL WHERE {} "
        "OR "
        "EXISTS (SELECT 1 FROM trials t WHERE t.sweep_id = sweeps.sweep_id AND t.trial_id IN ({}))",
        unknown ? 1 : 0, fmt::join(lost_trials_, ", ")));
  }

  SQLite::Database& from_;
  SQLite::Database& to_;
  std::set<std::int64_t> lost_trials_;  // that lack rows, or all of them
  Recovered result_;
};

}  // namespace

Recovered recover(const fs::path& damaged, const fs::path& fresh, const std::string& tool_version) {
  const DatabasePtr from = open_readable(damaged);
  OpenedDatabase to = open_writable(fresh, tool_version);
  try {
    return guarded(fresh, [&] { return Recovery(*from, *to.db).run(); });
  } catch (...) {
    to.db.reset();
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) {
      fs::remove(fresh.string() + suffix, ignored);
    }
    throw;
  }
}

}  // namespace hpsearch::storage
