#include "storage/sql/sql_store.h"
#include "storage/violated_event.h"

namespace hpsearch::storage {

void SqlStore::write_verdict(std::int64_t sweep_id,
                             std::int64_t trial_id,
                             const TrialEnd::Verdict& verdict) {
  auto& trial = prepare("UPDATE trials SET violation = ? WHERE trial_id = ?");
  trial.bind(1, verdict.violation);
  trial.bind(2, trial_id);
  trial.exec();
  auto& old = prepare("DELETE FROM results WHERE trial_id = ?");
  old.bind(1, trial_id);
  old.exec();
  for (const auto& [name, value] : verdict.results) {
    auto& result = prepare("INSERT INTO results VALUES (?, ?, ?)");
    result.bind(1, trial_id);
    result.bind(2, name);
    result.bind(3, value);
    result.exec();
  }
  if (!verdict.broken.empty()) {
    insert_event(sweep_id, trial_id, Violated{verdict.broken, verdict.results}.to_row());
  }
}

}  // namespace hpsearch::storage
