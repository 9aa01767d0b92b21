#include <cmath>

#include "storage/sql/sql_store.h"

namespace hpsearch::storage {

void SqlStore::forget_ensemble(std::int64_t sweep_id) {
  for (const char* sql : {"DELETE FROM ensemble_metrics WHERE sweep_id = ?",
                          "DELETE FROM ensemble_members WHERE sweep_id = ?",
                          "DELETE FROM ensembles WHERE sweep_id = ?"}) {
    Statement s(*db_, sql);
    s.bind(1, sweep_id);
    s.exec();
  }
}

void SqlStore::put_ensemble(std::int64_t sweep_id, const EnsembleRow& ensemble) {
  guarded(*db_, [&] {
    Transaction transaction(*db_);
    forget_ensemble(sweep_id);
    Statement row(*db_, "INSERT INTO ensembles VALUES (?, ?, ?)");
    row.bind(1, sweep_id);
    row.bind(2, ensemble.kind);
    row.bind(3, ensemble.rows);
    row.exec();
    for (std::size_t i = 0; i < ensemble.members.size(); ++i) {
      const EnsembleRow::Member& member = ensemble.members[i];
      Statement s(*db_, "INSERT INTO ensemble_members VALUES (?, ?, ?, ?, ?, ?)");
      s.bind(1, sweep_id);
      s.bind(2, static_cast<std::int64_t>(i));
      s.bind(3, member.trial_id);
      s.bind(4, member.fold);
      s.bind(5, member.epoch);
      s.bind(6, member.weight);
      s.exec();
    }
    for (const EnsembleRow::MetricValue& metric : ensemble.metrics) {
      Statement s(
          *db_,
          "INSERT INTO ensemble_metrics VALUES (?, ?, ?) ON CONFLICT(sweep_id, name) DO UPDATE SET "
          "value = excluded.value");
      s.bind(1, sweep_id);
      s.bind(2, metric.name);
      bind_real(s, 3, metric.value);
      s.exec();
    }
    transaction.commit();
  });
}

}  // namespace hpsearch::storage
