#include "storage/sqlite/select_log.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/sqlite/rows.h"

namespace hpsearch::storage {
namespace {

constexpr char kColumns[] =
    "SELECT e.at, t.number, e.kind, e.detail_json FROM events e LEFT JOIN trials t USING(trial_id)";

std::vector<LogRow> read_all(SQLite::Statement& s) {
  std::vector<LogRow> rows;
  while (s.executeStep()) {
    const auto number = s.getColumn(1);
    rows.push_back({s.getColumn(0).getString(),
                    number.isNull() ? std::nullopt : std::optional(trial_number(number)),
                    {s.getColumn(2).getString(), text_or_null(s.getColumn(3)).value_or("")}});
  }
  return rows;
}

}  // namespace

std::vector<LogRow> select_log(SQLite::Database& db,
                               std::int64_t sweep_id,
                               std::optional<std::int64_t> trial_id) {
  SQLite::Statement s(db, fmt::format("{} WHERE e.sweep_id = ?{} ORDER BY e.event_id", kColumns,
                                      trial_id ? " AND e.trial_id = ?" : ""));
  s.bind(1, sweep_id);
  if (trial_id) {
    s.bind(2, *trial_id);
  }
  return read_all(s);
}

std::vector<LogRow> select_last_events(SQLite::Database& db, std::int64_t sweep_id, int most) {
  // The plus keeps SQLite from the index by sweep, after which it would sort: the newest rows of
  // the table are mostly those of the sweep that runs.
  SQLite::Statement s(
      db, fmt::format("{} WHERE +e.sweep_id = ? ORDER BY e.event_id DESC LIMIT ?", kColumns));
  s.bind(1, sweep_id);
  s.bind(2, most);
  auto rows = read_all(s);
  std::reverse(rows.begin(), rows.end());
  return rows;
}

}  // namespace hpsearch::storage
