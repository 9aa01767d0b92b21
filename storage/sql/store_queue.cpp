#include "storage/sql/sql_store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {

void SqlStore::insert_queued(std::int64_t sweep_id, const TrialStart& trial) {
  auto& s = prepare(
      "INSERT INTO trials(sweep_id, number, state, epochs, seed, stage, origin, attempt, "
      "params_json, params_hash, created_at) "
      "VALUES (?, ?, 'queued', ?, ?, ?, 'enqueued', 0, ?, ?, ?)");
  s.bind(1, sweep_id);
  bind_unsigned(s, 2, trial.number);
  s.bind(3, trial.epochs);
  bind_unsigned(s, 4, trial.seed);
  s.bind(5, trial.stage);
  s.bind(6, search::params_json(trial.params));
  s.bind(7, search::params_hash(trial.params));
  s.bind(8, utc_now());
  s.exec();
  const std::int64_t id = trial_id(sweep_id, trial.number);
  insert_params(id, trial);
  insert_event(sweep_id, id, Enqueued{}.to_row());
}

void SqlStore::enqueue(std::int64_t sweep_id, std::span<const TrialStart> trials) {
  guarded(*db_, [&] {
    Transaction transaction(*db_);
    for (const TrialStart& trial : trials) {
      insert_queued(sweep_id, trial);
    }
    transaction.commit();
  });
}

void SqlStore::put_back(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers) {
  guarded(*db_, [&] {
    Transaction transaction(*db_);
    for (const std::uint64_t number : numbers) {
      const std::int64_t id = trial_id(sweep_id, number);
      Statement was(*db_, "SELECT reason, attempt FROM trials WHERE trial_id = ?");
      was.bind(1, id);
      was.step();
      const Retried event{text_or_null(was.column(0)).value_or(""),
                          whole_int(was.column(1), 0, kMaxAttempt)};
      was.reset();
      for (const char* sql :
           {"UPDATE trials SET state = 'queued', reason = NULL, finished_at = NULL "
            "WHERE trial_id = ?",
            "UPDATE replicates SET state = 'queued' WHERE trial_id = ?"}) {
        Statement s(*db_, sql);
        s.bind(1, id);
        s.exec();
      }
      insert_event(sweep_id, id, event.to_row());
    }
    transaction.commit();
  });
}

}  // namespace hpsearch::storage
