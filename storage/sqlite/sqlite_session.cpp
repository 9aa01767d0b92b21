#include "storage/sqlite/sqlite_session.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "storage/error.h"
#include "storage/sql/columns.h"
#include "storage/sql/trial_view.h"
#include "storage/sqlite/select_rows.h"
#include "storage/sweep_lock.h"

namespace hpsearch::storage {
namespace {

// By SQLite's own interface: SQLiteCpp makes an object of each column, ten million of them for a
// large sweep.
class SqliteStatement final : public RawStatement {
 public:
  SqliteStatement(sqlite3* db, const std::string& sql) : db_(db) {
    check(
        sqlite3_prepare_v2(db, sql.c_str(), static_cast<int>(sql.size()) + 1, &statement_, nullptr),
        SQLITE_OK);
  }
  ~SqliteStatement() override { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  void bind_null(int index) override { check(sqlite3_bind_null(statement_, index), SQLITE_OK); }
  void bind_whole(int index, std::int64_t value) override {
    check(sqlite3_bind_int64(statement_, index, value), SQLITE_OK);
  }
  void bind_real(int index, double value) override {
    check(sqlite3_bind_double(statement_, index, value), SQLITE_OK);
  }
  void bind_text(int index, std::string_view value, bool copy) override {
    // An empty view has no address, which SQLite would take for NULL.
    const char* text = value.data() == nullptr ? "" : value.data();
    check(sqlite3_bind_text(statement_, index, text, static_cast<int>(value.size()),
                            copy ? SQLITE_TRANSIENT : SQLITE_STATIC),
          SQLITE_OK);
  }
  void bind_own_type(int index, const Cell& value) override {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      bind_whole(index, *whole);
    } else if (const auto* real = std::get_if<double>(&value)) {
      bind_real(index, *real);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      bind_text(index, *text, true);
    } else {
      bind_null(index);
    }
  }
  void clear() noexcept override { sqlite3_clear_bindings(statement_); }

  bool step() override {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW) {
      check(code, SQLITE_DONE);
    }
    return code == SQLITE_ROW;
  }
  std::int64_t exec() override {
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) {
      code = sqlite3_step(statement_);
    }
    check(code, SQLITE_DONE);
    const std::int64_t changed = sqlite3_changes(db_);
    sqlite3_reset(statement_);
    return changed;
  }
  void reset() noexcept override { sqlite3_reset(statement_); }

  int columns() override { return sqlite3_column_count(statement_); }
  std::string name(int column) override { return sqlite3_column_name(statement_, column); }
  ColumnType type(int column) override {
    switch (sqlite3_column_type(statement_, column)) {
      case SQLITE_INTEGER:
        return ColumnType::kWhole;
      case SQLITE_FLOAT:
        return ColumnType::kReal;
      case SQLITE_NULL:
        return ColumnType::kNull;
      case SQLITE_BLOB:
        return ColumnType::kBytes;
      default:
        return ColumnType::kText;
    }
  }
  std::int64_t whole(int column) override { return sqlite3_column_int64(statement_, column); }
  double real(int column) override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) override {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text == nullptr
               ? std::string_view()
               : std::string_view(
                     text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  void check(int code, int expected) const {
    if (code != expected) {
      throw SQLite::Exception(db_, code);
    }
  }

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

// Under the lock of a process that runs the sweep alone.
class LockedSweep final : public SweepHold {
 public:
  LockedSweep(const std::filesystem::path& path, std::int64_t sweep_id, const std::string& name)
      : lock_(path, sweep_id, name) {}

 private:
  SweepLock lock_;
};

}  // namespace

SqliteSession::SqliteSession(std::filesystem::path path, OpenedDatabase opened)
    : path_(std::move(path)),
      db_(std::move(opened.db)),
      writes_(true),
      is_new_(opened.is_new),
      file_(identity()) {}

SqliteSession::SqliteSession(std::filesystem::path path, DatabasePtr read)
    : path_(std::move(path)), db_(std::move(read)), writes_(false), file_(identity()) {
  if (!db_.get_deleter().is_shared()) {
    limit_.watch(*db_);
  }
}

SqliteSession::FileIdentity SqliteSession::identity() const {
  struct stat status {};
  return stat(path_.c_str(), &status) == 0 ? FileIdentity(status.st_dev, status.st_ino)
                                           : FileIdentity();
}

void SqliteSession::require_same_file() const {
  if (identity() != file_) {
    throw StoreError(
        fmt::format("{}: was removed or replaced while this run wrote to it; results since then "
                    "cannot be saved: put it back, or run again to start over",
                    path_.string()));
  }
}

std::unique_ptr<RawStatement> SqliteSession::prepare(const std::string& sql) {
  return std::make_unique<SqliteStatement>(db_->getHandle(), sql);
}

void SqliteSession::exec(const std::string& sql) {
  db_->exec(sql);
}

void SqliteSession::begin(TransactionKind kind) {
  // One that writes holds the write lock from its beginning, so that it never fails half-way for
  // it.
  db_->exec(kind == TransactionKind::kSnapshot ? "BEGIN" : "BEGIN IMMEDIATE");
}

void SqliteSession::commit() {
  if (writes_) {
    require_same_file();
  }
  db_->exec("COMMIT");
}

void SqliteSession::rollback() noexcept {
  // SQLite may have done so by itself.
  sqlite3_exec(db_->getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteSession::explain(bool) {
  try {
    throw;
  } catch (const SQLite::Exception& error) {
    throw storage::explain(path_, error);
  } catch (const DamagedRow& error) {
    throw storage::explain(path_, error);
  }
}

bool SqliteSession::table_exists(const std::string& name) {
  return db_->tableExists(name);
}

std::vector<std::string> SqliteSession::column_names(const std::string& table) {
  SqliteStatement info(db_->getHandle(),
                       fmt::format("PRAGMA table_info({})", quoted_identifier(table)));
  std::vector<std::string> names;
  while (info.step()) {
    names.emplace_back(info.text(1));
  }
  return names;
}

std::int64_t SqliteSession::data_version() {
  return db_->execAndGet("PRAGMA data_version").getInt64();
}

void SqliteSession::make_durable() {
  if (is_new_) {
    // A checkpoint waits for the log, for the folder that names it and for the file itself. Its
    // first column says whether another process was in the way.
    is_new_ = db_->execAndGet("PRAGMA wal_checkpoint(PASSIVE)").getInt() != 0;
  }
}

void SqliteSession::settle() {
  // Into the main file, so that a copy of it alone is whole. A reader that is busy may prevent it;
  // PASSIVE does not wait for one.
  db_->exec("PRAGMA wal_checkpoint(PASSIVE)");
}

void SqliteSession::release_space() {
  db_->exec("VACUUM");
  // The log holds what is left; the file shrinks as it is written back.
  db_->exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

void SqliteSession::rename_view(const std::string& sweep, const std::string& new_name) {
  SqliteStatement view(db_->getHandle(),
                       "SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?");
  view.bind_text(1, "trials_" + sweep, true);
  if (!view.step()) {
    return;
  }
  std::string sql(view.text(0));
  view.reset();
  // The same statement under the new name.
  const std::string old_name = trial_view_name(dialect_, sweep);
  sql.replace(sql.find(old_name), old_name.size(), trial_view_name(dialect_, new_name));
  db_->exec(fmt::format("DROP VIEW {}", old_name));
  db_->exec(sql);
}

bool SqliteSession::is_being_run(std::int64_t sweep_id) {
  return SweepLock::is_held(path_, sweep_id);
}

std::unique_ptr<SweepHold> SqliteSession::hold_sweep(std::int64_t sweep_id,
                                                     const std::string& name) {
  return std::make_unique<LockedSweep>(path_, sweep_id, name);
}

TrialTable SqliteSession::select(const std::string& sweep,
                                 const std::string& metric,
                                 const Selection& selection) {
  return select_rows(*db_, sweep, metric, selection);
}

}  // namespace hpsearch::storage
