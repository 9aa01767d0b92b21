#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/sql/sql_queries.h"
#include "storage/sql/sql_store.h"
#include "storage/sql/trial_view.h"

namespace hpsearch::storage {
namespace {

Cell read_cell(const Column& column) {
  if (column.is_null()) {
    return nn::NullValue{};
  }
  if (column.is_integer()) {
    return column.int64();
  }
  if (column.is_real()) {
    return column.number();
  }
  if (column.is_text()) {
    return column.text();
  }
  refuse_column(column, "a number or a text");
}

void bind_cell(Statement& s, int index, const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    s.bind(index, *whole);
  } else if (const auto* number = std::get_if<double>(&cell)) {
    s.bind(index, *number);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    s.bind_view(index, *text);
  } else {
    s.bind(index);
  }
}

class SqlRowWriter final : public RowWriter {
 public:
  explicit SqlRowWriter(Session& db) : db_(db) {}

  void into(const SweepTable& table, const Columns& columns) override {
    const auto names_here = db_.column_names(std::string(table.name));
    const std::set<std::string> known(names_here.begin(), names_here.end());
    places_.clear();
    own_type_.clear();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] != table.own_key && known.contains(columns[i])) {
        places_.push_back(i);
        names.push_back(quoted_identifier(columns[i]));
        own_type_.push_back(table.name == "params" && columns[i] == "value");
      }
    }
    const std::vector<std::string> marks(names.size(), "?");
    insert_ = std::make_unique<Statement>(
        db_, fmt::format("INSERT INTO {}({}) VALUES ({}){}{}{}", table.name, fmt::join(names, ", "),
                         fmt::join(marks, ", "), table.once ? " ON CONFLICT DO NOTHING" : "",
                         table.own_key.empty() ? "" : " RETURNING ", table.own_key));
    has_key_ = !table.own_key.empty();
    const auto path = std::find(columns.begin(), columns.end(), "path");
    file_path_ = table == kArtifactsTable && path != columns.end()
                     ? std::optional(static_cast<std::size_t>(path - columns.begin()))
                     : std::nullopt;
  }

  std::int64_t insert(std::span<const Cell> cells) override {
    insert_->reset();
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const int index = static_cast<int>(i) + 1;
      if (own_type_[i]) {
        insert_->bind_own_type(index, cells[places_[i]]);
      } else {
        bind_cell(*insert_, index, cells[places_[i]]);
      }
    }
    if (!has_key_) {
      insert_->exec();
      if (file_path_) {
        if (const auto* path = std::get_if<std::string>(&cells[*file_path_])) {
          db_.keep_file(*path);
        }
      }
      return 0;
    }
    const std::int64_t key = insert_->step() ? insert_->column(0).int64() : 0;
    insert_->reset();
    return key;
  }

  void remove_trial(std::int64_t trial_id) override {
    Statement s(db_, "DELETE FROM trials WHERE trial_id = ?");
    s.bind(1, trial_id);
    s.exec();
  }

  void reopen(std::int64_t sweep_id,
              const std::string& created_at,
              double active_seconds) override {
    Statement s(
        db_,
        "UPDATE sweeps SET state = 'interrupted', finished_at = NULL, stop_reason = NULL, "
        "created_at = CASE WHEN created_at < ?1 THEN created_at ELSE ?1 END, active_seconds = "
        "active_seconds + ?2 WHERE sweep_id = ?3");
    s.bind(1, created_at);
    s.bind(2, active_seconds);
    s.bind(3, sweep_id);
    s.exec();
  }

  void make_view(const std::string& name,
                 std::int64_t sweep_id,
                 const search::Space& space) override {
    db_.exec(create_trial_view(db_.dialect(), name, sweep_id, space));
  }

 private:
  Session& db_;
  std::unique_ptr<Statement> insert_;
  std::vector<std::size_t> places_;  // of the cells that it writes
  std::vector<bool> own_type_;       // which of these keep the type of each value
  bool has_key_ = false;
  std::optional<std::size_t> file_path_;  // the cell that names a file, of rows that do
};

}  // namespace

void SqlStore::import(const std::function<void(RowWriter& writer)>& work) {
  running_.clear();  // rows may go
  guarded_once(*db_, [&] {
    Transaction transaction(*db_);
    {
      SqlRowWriter writer(*db_);
      work(writer);
    }
    transaction.commit();
  });
}

void SqlQueries::for_each_row(const SweepTable& table, std::int64_t sweep_id, const UseRow& use) {
  db_->begin_query();
  guarded_once(*db_, [&] {
    if (!db_->table_exists(std::string(table.name))) {
      return;  // of a later version than the file
    }
    Statement s(
        *db_,
        fmt::format("SELECT * FROM {} WHERE {}{}{}", table.name,
                    table.by_trial ? "trial_id IN (SELECT trial_id FROM trials WHERE sweep_id = ?)"
                                   : "sweep_id = ?",
                    table.order.empty() ? "" : " ORDER BY ", table.order));
    s.bind(1, sweep_id);
    Columns columns;
    for (int i = 0; i < s.column_count(); ++i) {
      columns.emplace_back(s.column_name(i));
    }
    std::vector<Cell> cells(columns.size());
    while (s.step()) {
      db_->begin_query();  // it bounds what others have written, and tables end
      for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i] = read_cell(s.column(static_cast<int>(i)));
      }
      use(columns, cells);
    }
  });
}

}  // namespace hpsearch::storage
