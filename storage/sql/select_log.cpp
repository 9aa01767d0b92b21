#include "storage/sql/select_log.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/sql/rows.h"

namespace hpsearch::storage {
namespace {

constexpr char kColumns[] =
    "SELECT e.at, t.number, e.kind, e.detail_json FROM events e LEFT JOIN trials t USING(trial_id)";

std::vector<LogRow> read_all(Statement& s) {
  std::vector<LogRow> rows;
  while (s.step()) {
    const auto number = s.column(1);
    rows.push_back({s.column(0).text(),
                    number.is_null() ? std::nullopt : std::optional(trial_number(number)),
                    {s.column(2).text(), text_or_null(s.column(3)).value_or("")}});
  }
  return rows;
}

}  // namespace

std::vector<LogRow> select_log(Session& db,
                               std::int64_t sweep_id,
                               std::optional<std::int64_t> trial_id) {
  Statement s(db, fmt::format("{} WHERE e.sweep_id = ?{} ORDER BY e.event_id", kColumns,
                              trial_id ? " AND e.trial_id = ?" : ""));
  s.bind(1, sweep_id);
  if (trial_id) {
    s.bind(2, *trial_id);
  }
  return read_all(s);
}

std::vector<LogRow> select_last_events(Session& db, std::int64_t sweep_id, int most) {
  // The plus keeps SQLite from the index by sweep, after which it would sort: the newest rows of
  // the table are mostly those of the sweep that runs.
  Statement s(db, fmt::format("{} WHERE {} = ? ORDER BY e.event_id DESC LIMIT ?", kColumns,
                              db.dialect().unindexed("e.sweep_id")));
  s.bind(1, sweep_id);
  s.bind(2, most);
  auto rows = read_all(s);
  std::reverse(rows.begin(), rows.end());
  return rows;
}

}  // namespace hpsearch::storage
