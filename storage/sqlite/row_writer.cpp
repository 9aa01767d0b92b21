#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/sqlite/sqlite_queries.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/trial_view.h"

namespace hpsearch::storage {
namespace {

Cell read_cell(const SQLite::Column& column) {
  if (column.isNull()) {
    return nn::NullValue{};
  }
  if (column.isInteger()) {
    return column.getInt64();
  }
  if (column.isFloat()) {
    return column.getDouble();
  }
  if (column.isText()) {
    return column.getString();
  }
  refuse_column(column, "a number or a text");
}

void bind_cell(SQLite::Statement& s, int index, const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    s.bind(index, *whole);
  } else if (const auto* number = std::get_if<double>(&cell)) {
    s.bind(index, *number);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    s.bindNoCopy(index, *text);
  } else {
    s.bind(index);
  }
}

class SqliteRowWriter final : public RowWriter {
 public:
  explicit SqliteRowWriter(SQLite::Database& db) : db_(db) {}

  void into(const SweepTable& table, const Columns& columns) override {
    std::set<std::string> known;
    SQLite::Statement info(db_, fmt::format("PRAGMA table_info({})", table.name));
    while (info.executeStep()) {
      known.insert(info.getColumn(1).getString());
    }
    places_.clear();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] != table.own_key && known.contains(columns[i])) {
        places_.push_back(i);
        names.push_back(quoted_identifier(columns[i]));
      }
    }
    const std::vector<std::string> marks(names.size(), "?");
    insert_ = std::make_unique<SQLite::Statement>(
        db_, fmt::format("INSERT {} INTO {}({}) VALUES ({})", table.once ? "OR IGNORE" : "",
                         table.name, fmt::join(names, ", "), fmt::join(marks, ", ")));
    has_key_ = !table.own_key.empty();
  }

  std::int64_t insert(std::span<const Cell> cells) override {
    insert_->tryReset();
    for (std::size_t i = 0; i < places_.size(); ++i) {
      bind_cell(*insert_, static_cast<int>(i) + 1, cells[places_[i]]);
    }
    insert_->exec();
    return has_key_ ? db_.getLastInsertRowid() : 0;
  }

  void remove_trial(std::int64_t trial_id) override {
    SQLite::Statement s(db_, "DELETE FROM trials WHERE trial_id = ?");
    s.bind(1, trial_id);
    s.exec();
  }

  void reopen(std::int64_t sweep_id,
              const std::string& created_at,
              double active_seconds) override {
    SQLite::Statement s(
        db_,
        "UPDATE sweeps SET state = 'interrupted', finished_at = NULL, stop_reason = NULL, "
        "created_at = MIN(created_at, ?), active_seconds = active_seconds + ? WHERE sweep_id = ?");
    s.bind(1, created_at);
    s.bind(2, active_seconds);
    s.bind(3, sweep_id);
    s.exec();
  }

  void make_view(const std::string& name,
                 std::int64_t sweep_id,
                 const search::Space& space) override {
    db_.exec(create_trial_view(name, sweep_id, space));
  }

 private:
  SQLite::Database& db_;
  std::unique_ptr<SQLite::Statement> insert_;
  std::vector<std::size_t> places_;  // of the cells that it writes
  bool has_key_ = false;
};

}  // namespace

void SqliteStore::import(const std::function<void(RowWriter& writer)>& work) {
  running_.clear();  // rows may go
  guarded(path_, [&] {
    Transaction transaction(*db_);
    {
      SqliteRowWriter writer(*db_);
      work(writer);
    }
    require_same_file();
    transaction.commit();
  });
}

void SqliteQueries::for_each_row(const SweepTable& table,
                                 std::int64_t sweep_id,
                                 const UseRow& use) {
  limit_.reset();
  guarded(path_, [&] {
    if (!db_->tableExists(std::string(table.name))) {
      return;  // of a later version than the file
    }
    SQLite::Statement s(
        *db_,
        fmt::format("SELECT * FROM {} WHERE {}{}{}", table.name,
                    table.by_trial ? "trial_id IN (SELECT trial_id FROM trials WHERE sweep_id = ?)"
                                   : "sweep_id = ?",
                    table.order.empty() ? "" : " ORDER BY ", table.order));
    s.bind(1, sweep_id);
    Columns columns;
    for (int i = 0; i < s.getColumnCount(); ++i) {
      columns.emplace_back(s.getColumnName(i));
    }
    std::vector<Cell> cells(columns.size());
    while (s.executeStep()) {
      limit_.reset();  // it bounds what others have written, and tables end
      for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i] = read_cell(s.getColumn(static_cast<int>(i)));
      }
      use(columns, cells);
    }
  });
}

}  // namespace hpsearch::storage
