#include "storage/sql/select_remarks.h"

#include "storage/sql/rows.h"

namespace hpsearch::storage {
namespace {

// Reads rows of a trial's number and two texts.
template <class Row>
std::vector<Row> select(Session& db, const char* sql, std::int64_t sweep_id) {
  Statement s(db, sql);
  s.bind(1, sweep_id);
  std::vector<Row> rows;
  while (s.step()) {
    const auto trial = s.column(0);
    rows.push_back({trial.is_null() ? std::nullopt : std::optional(trial_number(trial)),
                    s.column(1).text(), s.column(2).text()});
  }
  return rows;
}

}  // namespace

Remarks select_remarks(Session& db, std::int64_t sweep_id) {
  if (!knows_remarks(db)) {
    return {};
  }
  return {select<TagRow>(db,
                         "SELECT trial, tag, at FROM tags WHERE sweep_id = ? ORDER BY trial IS NOT "
                         "NULL, trial, tag",
                         sweep_id),
          select<NoteRow>(db,
                          "SELECT trial, text, at FROM notes WHERE sweep_id = ? ORDER BY trial IS "
                          "NOT NULL, trial, at, note_id",
                          sweep_id)};
}

}  // namespace hpsearch::storage
