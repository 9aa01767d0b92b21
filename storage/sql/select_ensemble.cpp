#include "storage/sql/select_ensemble.h"

#include "storage/sql/rows.h"

namespace hpsearch::storage {

std::optional<EnsembleRow> select_ensemble(Session& db, std::int64_t sweep_id) {
  if (!db.table_exists("ensembles")) {
    return std::nullopt;
  }
  Statement own(db, "SELECT kind, rows FROM ensembles WHERE sweep_id = ?");
  own.bind(1, sweep_id);
  if (!own.step()) {
    return std::nullopt;
  }
  EnsembleRow ensemble{own.column(0).text(), whole(own.column(1), 0, kMaxCount)};
  Statement members(
      db,
      "SELECT m.trial_id, t.number, m.fold, m.epoch, m.weight FROM ensemble_members m "
      "JOIN trials t USING(trial_id) WHERE m.sweep_id = ? ORDER BY m.member");
  members.bind(1, sweep_id);
  while (members.step()) {
    ensemble.members.push_back({members.column(0).int64(), trial_number(members.column(1)),
                                whole_int(members.column(2), 0, kMaxReplicate),
                                whole_int(members.column(3), 0, kMaxEpoch),
                                real(members.column(4))});
  }
  Statement metrics(
      db,
      "SELECT name, value FROM ensemble_metrics WHERE sweep_id = ? AND value IS NOT NULL ORDER BY "
      "name");
  metrics.bind(1, sweep_id);
  while (metrics.step()) {
    ensemble.metrics.push_back({metrics.column(0).text(), real(metrics.column(1))});
  }
  return ensemble;
}

}  // namespace hpsearch::storage
