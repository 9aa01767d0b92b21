#include "storage/sqlite/select_rows.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "nn/base/utf8.h"
#include "storage/sql/columns.h"
#include "storage/sql/trial_view.h"

namespace hpsearch::storage {
namespace {

using Ranks = std::unordered_map<std::int64_t, std::int64_t>;  // by trial_id

// Defines rank_of(trial_id) from the leaderboard as it is now. Joining the view would scan it for
// each trial, because SQLite expects few rows and builds no index.
void define_rank_of(SQLite::Database& db, const std::string& sweep) {
  auto ranks = std::make_unique<Ranks>();
  SQLite::Statement s(db, "SELECT trial_id, rank FROM leaderboard WHERE sweep = ?");
  s.bind(1, sweep);
  while (s.executeStep()) {
    ranks->emplace(s.getColumn(0).getInt64(), s.getColumn(1).getInt64());
  }
  const auto look_up = [](sqlite3_context* context, int, sqlite3_value** arguments) {
    const auto* known = static_cast<const Ranks*>(sqlite3_user_data(context));
    const auto found = known->find(sqlite3_value_int64(arguments[0]));
    if (found != known->end()) {
      sqlite3_result_int64(context, found->second);
    }
  };
  // The connection owns the ranks from here on, even if it refuses the function.
  const int code = sqlite3_create_function_v2(
      db.getHandle(), "rank_of", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, ranks.release(), look_up,
      nullptr, nullptr, [](void* owned) { delete static_cast<Ranks*>(owned); });
  if (code != SQLITE_OK) {
    throw SQLite::Exception(db.getHandle(), code);
  }
}

// The view has a row for each trial. One of a crafted file may have rows without an end, which a
// sort would collect.
void require_rows_of_trials(SQLite::Database& db, const std::string& sweep) {
  SQLite::Statement trials(
      db, "SELECT COUNT(*) FROM sweeps s JOIN trials t USING(sweep_id) WHERE s.name = ?");
  trials.bind(1, sweep);
  trials.executeStep();
  const std::int64_t count = trials.getColumn(0).getInt64();
  const std::int64_t rows =
      db.execAndGet(fmt::format("SELECT COUNT(*) FROM (SELECT 1 FROM {} LIMIT {})",
                                trial_view_name(Dialect(), sweep), count + 1))
          .getInt64();
  if (rows > count) {
    throw DamagedRow(fmt::format("the view {} has more rows than the sweep has trials",
                                 trial_view_name(Dialect(), sweep)));
  }
}

std::vector<std::string> column_names(SQLite::Database& db, const std::string& sql) {
  const SQLite::Statement s(db, sql + " LIMIT 0");
  std::vector<std::string> names;
  for (int i = 0; i < s.getColumnCount(); ++i) {
    names.emplace_back(s.getColumnName(i));
  }
  return names;
}

bool has_name(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& other) {
    return std::equal(name.begin(), name.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower_ascii(a) == lower_ascii(b); });
  });
}

Cell read_cell(const SQLite::Column& column) {
  switch (column.getType()) {
    case SQLITE_INTEGER:
      return column.getInt64();
    case SQLITE_FLOAT:
      return column.getDouble();
    case SQLITE_NULL:
      return nn::NullValue{};
    default:
      return column.getString();
  }
}

// Turns SQLite's complaint about the expression into a SelectionError; rethrows other errors.
[[noreturn]] void refuse(const SQLite::Exception& error, const std::vector<std::string>& columns) {
  constexpr std::string_view kNoColumn = "no such column: ";
  const std::string text = error.what();
  if (text.starts_with(kNoColumn)) {
    throw UnknownColumn(text.substr(kNoColumn.size()), columns);
  }
  switch (error.getErrorCode()) {
    case SQLITE_INTERRUPT:
      throw SelectionError("does not come to an end");
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      throw SelectionError("makes a text that is too long");
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
      throw SelectionError("cannot be read: " + text);
    default:
      break;
  }
  throw;  // the exception that the caller is handling
}

}  // namespace

TrialTable select_rows(SQLite::Database& db,
                       const std::string& sweep,
                       const std::string& metric,
                       const Selection& selection) {
  // A misspelt "name" in double quotes must not turn into a string.
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  require_rows_of_trials(db, sweep);
  TrialTable table;
  define_rank_of(db, sweep);
  const std::string all = "SELECT rank_of(v.trial_id) AS rank, v.*";
  const std::string view = fmt::format(" FROM {} v", trial_view_name(Dialect(), sweep));
  table.columns = column_names(db, all + view);
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
  }
  const std::string order = selection.sort ? quoted_identifier(*selection.sort) : "rank";
  const std::string sql =
      fmt::format("SELECT {0} FROM ({1}) WHERE {2}{3} ORDER BY {4} IS NULL, {4}{5}, trial", columns,
                  all + aliases + view, selection.ranked_only ? "rank IS NOT NULL" : "1",
                  selection.where ? fmt::format(" AND ({})", *selection.where) : "", order,
                  selection.descending ? " DESC" : "");
  try {
    SQLite::Statement s(db, sql);
    while (s.executeStep()) {
      std::vector<Cell> row;
      for (int i = 0; i < s.getColumnCount(); ++i) {
        row.push_back(read_cell(s.getColumn(i)));
      }
      table.rows.push_back(std::move(row));
    }
  } catch (const SQLite::Exception& error) {
    refuse(error, table.columns);
  }
  return table;
}

}  // namespace hpsearch::storage
