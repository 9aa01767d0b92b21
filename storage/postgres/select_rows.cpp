#include "storage/postgres/select_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "storage/sql/transaction.h"
#include "storage/sql/trial_view.h"

namespace hpsearch::storage {
namespace {

constexpr char kLongest[] = "20s";

bool has_name(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Cell read_cell(const Column& column) {
  switch (column.type()) {
    case ColumnType::kWhole:
      return column.int64();
    case ColumnType::kReal:
      return column.number();
    case ColumnType::kNull:
      return nn::NullValue{};
    default:
      return column.text();
  }
}

// What the server says of the expression, as a SelectionError; returns for other errors.
void refuse(const PgError& error, const std::vector<std::string>& columns) {
  constexpr const char* kNoColumn = "42703";
  const std::string text = error.what();
  if (error.state == kNoColumn) {
    const std::size_t begin = text.find('"');
    const std::size_t end = begin == std::string::npos ? begin : text.find('"', begin + 1);
    if (end != std::string::npos) {
      throw UnknownColumn(text.substr(begin + 1, end - begin - 1), columns);
    }
  }
  if (error.state == "57014") {
    throw SelectionError("does not come to an end");
  }
  if (error.state.starts_with("42") || error.state.starts_with("22")) {
    throw SelectionError("cannot be read: " + text);
  }
}

// On a connection that cannot write for the time being, and with an end.
class Guard {
 public:
  explicit Guard(PgSession& db) : db_(db), nested_(db.connection().in_transaction()) {
    if (nested_) {
      db_.exec("SAVEPOINT selection");
    } else {
      db_.begin(TransactionKind::kSnapshot);
    }
    db_.exec(fmt::format("SET LOCAL statement_timeout = '{}'", kLongest));
  }
  ~Guard() {
    if (!nested_) {
      db_.rollback();
      return;
    }
    try {
      db_.exec("ROLLBACK TO SAVEPOINT selection");
    } catch (const PgError&) {  // the connection is gone, and what was in it
    }
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  PgSession& db_;
  bool nested_;
};

}  // namespace

TrialTable select_pg_rows(PgSession& db,
                          const std::string& sweep,
                          const std::string& metric,
                          const Selection& selection) {
  const Guard guard(db);
  TrialTable table;
  const std::string all = "SELECT r.rank, v.*";
  const std::string from = fmt::format(
      " FROM {} v LEFT JOIN (SELECT trial_id, rank FROM leaderboard WHERE sweep = {}) r ON "
      "r.trial_id = v.trial_id",
      trial_view_name(db.dialect(), sweep), quoted_text(sweep));
  {
    Statement s(db, all + from + " LIMIT 0");
    for (int i = 0; i < s.column_count(); ++i) {
      table.columns.push_back(s.column_name(i));
    }
  }
  std::vector<std::string> known = table.columns;
  std::string aliases;
  auto add_alias = [&](const std::string& alias, const char* column) {
    if (!has_name(known, alias)) {
      aliases += fmt::format(", v.{} AS {}", column, quoted_identifier(alias));
      known.push_back(alias);
    }
  };
  add_alias(metric, "value");
  add_alias("epoch", "best_epoch");
  std::string columns;
  for (const std::string& name : table.columns) {
    columns += (columns.empty() ? "" : ", ") + quoted_identifier(name);
  }
  if (selection.sort && !has_name(known, *selection.sort)) {
    throw UnknownColumn(*selection.sort, table.columns);
  }
  if (selection.where) {
    if (const auto reason = why_no_expression(*selection.where)) {
      throw SelectionError(*reason);
    }
    // Behind E it would escape the quote that the check takes for the end of a text.
    if (selection.where->find('\\') != std::string::npos) {
      throw SelectionError("has a '\\', which cannot be part of an expression here");
    }
  }
  const std::string order = selection.sort ? quoted_identifier(*selection.sort) : "rank";
  const std::string sql = fmt::format(
      "SELECT {0} FROM ({1}) AS found WHERE {2}{3} ORDER BY {4} IS NULL, {4}{5}, trial", columns,
      all + aliases + from, selection.ranked_only ? "rank IS NOT NULL" : "TRUE",
      selection.where ? fmt::format(" AND ({})", *selection.where) : "", order,
      selection.descending ? " DESC" : "");
  try {
    Statement s(db, sql);
    while (s.step()) {
      std::vector<Cell> row;
      for (int i = 0; i < s.column_count(); ++i) {
        row.push_back(read_cell(s.column(i)));
      }
      table.rows.push_back(std::move(row));
    }
  } catch (const PgError& error) {
    refuse(error, table.columns);
    throw;
  }
  return table;
}

}  // namespace hpsearch::storage
