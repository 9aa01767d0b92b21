#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "storage/sqlite/store_impl.h"
#include "storage/store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {

void Store::enqueue_trial(std::int64_t sweep_id, const TrialStart& trial) {
  impl_->guarded([&] {
    auto& s = impl_->prepare(
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
    Impl::run(s);
    const std::int64_t id = impl_->trial_id(sweep_id, trial.number);
    impl_->insert_params(id, trial);
    impl_->insert_event(sweep_id, id, {"enqueued", "{}"});
  });
}

void Store::put_back(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers) {
  impl_->guarded([&] {
    Transaction transaction(*impl_->db);
    for (const std::uint64_t number : numbers) {
      const std::int64_t id = impl_->trial_id(sweep_id, number);
      SQLite::Statement was(*impl_->db, "SELECT reason, attempt FROM trials WHERE trial_id = ?");
      was.bind(1, id);
      was.executeStep();
      const nlohmann::ordered_json detail{{"reason", text_or_null(was.getColumn(0)).value_or("")},
                                          {"attempt", was.getColumn(1).getInt()}};
      was.reset();
      for (const char* sql :
           {"UPDATE trials SET state = 'queued', reason = NULL, finished_at = NULL "
            "WHERE trial_id = ?",
            "UPDATE replicates SET state = 'queued' WHERE trial_id = ?"}) {
        SQLite::Statement s(*impl_->db, sql);
        s.bind(1, id);
        s.exec();
      }
      impl_->insert_event(sweep_id, id, {"retried", nn::json_text(detail)});
    }
    transaction.commit();
  });
}

}  // namespace hpsearch::storage
