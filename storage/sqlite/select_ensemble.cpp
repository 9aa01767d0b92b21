#include "storage/sqlite/select_ensemble.h"

#include "storage/sqlite/rows.h"

namespace hpsearch::storage {

std::optional<EnsembleRow> select_ensemble(SQLite::Database& db, std::int64_t sweep_id) {
  if (!db.tableExists("ensembles")) {
    return std::nullopt;
  }
  SQLite::Statement own(db, "SELECT kind, rows FROM ensembles WHERE sweep_id = ?");
  own.bind(1, sweep_id);
  if (!own.executeStep()) {
    return std::nullopt;
  }
  EnsembleRow ensemble{own.getColumn(0).getString(), whole(own.getColumn(1), 0, kMaxCount)};
  SQLite::Statement members(
      db,
      "SELECT m.trial_id, t.number, m.fold, m.epoch, m.weight FROM ensemble_members m "
      "JOIN trials t USING(trial_id) WHERE m.sweep_id = ? ORDER BY m.member");
  members.bind(1, sweep_id);
  while (members.executeStep()) {
    ensemble.members.push_back({members.getColumn(0).getInt64(), trial_number(members.getColumn(1)),
                                whole_int(members.getColumn(2), 0, kMaxReplicate),
                                whole_int(members.getColumn(3), 0, kMaxEpoch),
                                real(members.getColumn(4))});
  }
  SQLite::Statement metrics(
      db,
      "SELECT name, value FROM ensemble_metrics WHERE sweep_id = ? AND value IS NOT NULL ORDER BY "
      "name");
  metrics.bind(1, sweep_id);
  while (metrics.executeStep()) {
    ensemble.metrics.push_back({metrics.getColumn(0).getString(), real(metrics.getColumn(1))});
  }
  return ensemble;
}

}  // namespace hpsearch::storage
