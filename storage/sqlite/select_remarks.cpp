#include "storage/sqlite/select_remarks.h"

#include "storage/sqlite/rows.h"

namespace hpsearch::storage {
namespace {

// Reads rows of a trial's number and two texts.
template <class Row>
std::vector<Row> select(SQLite::Database& db, const char* sql, std::int64_t sweep_id) {
  SQLite::Statement s(db, sql);
  s.bind(1, sweep_id);
  std::vector<Row> rows;
  while (s.executeStep()) {
    const auto trial = s.getColumn(0);
    rows.push_back({trial.isNull() ? std::nullopt : std::optional(trial_number(trial)),
                    s.getColumn(1).getString(), s.getColumn(2).getString()});
  }
  return rows;
}

}  // namespace

Remarks select_remarks(SQLite::Database& db, std::int64_t sweep_id) {
  if (!knows_remarks(db)) {
    return {};
  }
  return {
      select<TagRow>(db, "SELECT trial, tag, at FROM tags WHERE sweep_id = ? ORDER BY trial, tag",
                     sweep_id),
      select<NoteRow>(
          db, "SELECT trial, text, at FROM notes WHERE sweep_id = ? ORDER BY trial, at, note_id",
          sweep_id)};
}

}  // namespace hpsearch::storage
