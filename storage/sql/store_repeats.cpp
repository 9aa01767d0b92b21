#include <cmath>

#include <fmt/format.h>

#include "search/space/quantiles.h"
#include "storage/sql/sql_store.h"

namespace hpsearch::storage {

void SqlStore::write_spread(std::int64_t trial_id, const std::vector<double>& values) {
  if (values.empty()) {
    auto& none = prepare("DELETE FROM spreads WHERE trial_id = ?");
    none.bind(1, trial_id);
    none.exec();
    return;
  }
  const double deviation = search::deviation(values);
  auto& s = prepare(
      "INSERT INTO spreads VALUES (?, ?, ?, ?) ON CONFLICT(trial_id) DO UPDATE SET replicates = "
      "excluded.replicates, deviation = excluded.deviation, standard_error = "
      "excluded.standard_error");
  s.bind(1, trial_id);
  s.bind(2, static_cast<std::int64_t>(values.size()));
  bind_real(s, 3, deviation);
  bind_real(s, 4, deviation / std::sqrt(static_cast<double>(values.size())));
  s.exec();
}

void SqlStore::forget_means(std::int64_t sweep_id) {
  for (const char* sql :
       {"DELETE FROM spreads WHERE trial_id IN (SELECT t.trial_id FROM trials t JOIN replicates r "
        "ON "
        "r.trial_id = t.trial_id AND r.replicate = 1 AND r.fold IS NULL WHERE t.sweep_id = ?)",
        "UPDATE trials SET (state, value, best_epoch, epochs_done, seconds, score, reason) = "
        "(SELECT r.state, r.value, r.best_epoch, r.epochs_done, r.seconds, "
        "CASE s.goal WHEN 'maximize' THEN -r.value ELSE r.value END, NULL "
        "FROM replicates r JOIN sweeps s ON s.sweep_id = trials.sweep_id "
        "WHERE r.trial_id = trials.trial_id AND r.replicate = 0) "
        "WHERE sweep_id = ? AND state IN ('complete', 'diverged', 'failed') AND EXISTS "
        "(SELECT 1 FROM replicates r WHERE r.trial_id = trials.trial_id AND r.replicate = 1 AND "
        "r.fold IS NULL) AND EXISTS (SELECT 1 FROM replicates r WHERE r.trial_id = "
        "trials.trial_id AND r.replicate = 0 AND r.state = 'complete')"}) {
    Statement s(*db_, sql);
    s.bind(1, sweep_id);
    s.exec();
  }
}

void SqlStore::forget_unfinished_repeats(std::int64_t sweep_id) {
  for (const char* table : {"epochs", "metrics"}) {
    Statement s(
        *db_,
        fmt::format("DELETE FROM {0} WHERE replicate > 0 AND trial_id IN (SELECT trial_id FROM "
                    "trials WHERE sweep_id = ?) AND EXISTS (SELECT 1 FROM replicates r WHERE "
                    "r.trial_id = {0}.trial_id AND r.replicate = {0}.replicate AND r.fold IS "
                    "NULL AND r.state <> 'complete')",
                    table));
    s.bind(1, sweep_id);
    s.exec();
  }
  Statement rows(
      *db_,
      "UPDATE replicates SET epochs_done = 0 WHERE replicate > 0 AND fold IS NULL AND state <> "
      "'complete' AND trial_id IN (SELECT trial_id FROM trials WHERE sweep_id = ?)");
  rows.bind(1, sweep_id);
  rows.exec();
}

}  // namespace hpsearch::storage
